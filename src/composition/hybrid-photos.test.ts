// Which side's photo counts.

import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { PhotoSource } from '../ports/photos.ts';
import { identitiesOf } from './hybrid-identities.ts';
import { createHybridPhotos } from './hybrid-photos.ts';

const guid = (last: string) => sourceObjectId(`00000000-0000-4000-8000-0000000000${last}`);
const SYNCHRONIZED = guid('a1');
const IN_TENANT = guid('f1');
const IN_BUILDING_ALONE = guid('a2');
const IN_CLOUD_ALONE = guid('f2');
const signal = new AbortController().signal;
const owners = [SYNCHRONIZED, IN_BUILDING_ALONE, IN_CLOUD_ALONE].map((id) => ({
  id,
  kind: 'userMailbox' as const,
}));

/** A photo is its own stamp; of those rationed '?' stands for none. */
function side(
  photos: Readonly<Record<SourceObjectId, string>>,
  refusal?: Failure,
  rationed: readonly SourceObjectId[] = [],
): PhotoSource {
  const all = new Map(Object.entries(photos) as [SourceObjectId, string][]);
  return {
    async readStamps(asked) {
      if (refusal !== undefined) throw refusal;
      const stamps = asked.flatMap(({ id }) => {
        const photo = all.get(id);
        return photo === undefined ? [] : [[id, photo] as const];
      });
      return { stamps: new Map(stamps), rationed: new Set(rationed), failures: [] };
    },
    readPhotos: async (asked) =>
      asked.map(({ id }) => {
        const photo = all.get(id) ?? '';
        return photo === '?' ? undefined : new TextEncoder().encode(photo);
      }),
  };
}

async function read(onPremises: PhotoSource, online: PhotoSource) {
  const identities = async () => identitiesOf(new Map([[IN_TENANT, SYNCHRONIZED]]));
  const source = createHybridPhotos({ onPremises, online, identities });
  const { stamps, failures } = await source.readStamps(owners, signal);
  const there = owners.filter(({ id }) => (stamps.get(id) ?? '') !== '');
  const photos = await source.readPhotos(there, signal);
  const shown = new Map(
    there.flatMap(({ id }, place) => {
      const photo = photos[place];
      return photo instanceof Uint8Array ? [[id, new TextDecoder().decode(photo)] as const] : [];
    }),
  );
  return {
    told: owners.map(({ id }) => (stamps.get(id) === '' ? 'none' : (shown.get(id) ?? 'unknown'))),
    failures: failures.map(({ code }) => code),
  };
}

describe('photos of a hybrid organization', () => {
  it('come from the tenant, and from the directory where it has none', async () => {
    const local = side({ [SYNCHRONIZED]: 'small', [IN_BUILDING_ALONE]: 'ben' });
    const online = side({ [IN_TENANT]: 'large', [IN_CLOUD_ALONE]: 'clara' });
    expect(await read(local, online)).toEqual({ told: ['large', 'ben', 'clara'], failures: [] });
    const without = side({ [IN_TENANT]: '', [IN_CLOUD_ALONE]: '' });
    expect(await read(local, without)).toEqual({ told: ['small', 'ben', 'none'], failures: [] });
  });

  it('are not told where the tenant does not answer: what hangs on the contact stays', async () => {
    const local = side({ [SYNCHRONIZED]: 'small', [IN_BUILDING_ALONE]: '' });
    const online = side({}, new Failure('serviceUnavailable'));
    expect(await read(local, online)).toEqual({
      told: ['unknown', 'none', 'unknown'],
      failures: ['serviceUnavailable'],
    });
  });

  it('come from the directory alone where the right for the tenant is missing', async () => {
    const local = side({ [SYNCHRONIZED]: 'small', [IN_BUILDING_ALONE]: 'ben' });
    const online = side({}, new Failure('photoRightMissing'));
    expect(await read(local, online)).toEqual({
      told: ['small', 'ben', 'unknown'],
      failures: ['photoRightMissing'],
    });
  });

  it('come from the mailbox of whom has it in the building, and from the tenant when it holds none', async () => {
    const online = side({ [IN_TENANT]: 'of the tenant', [IN_CLOUD_ALONE]: '' });
    const holding = side({ [SYNCHRONIZED]: 'of the mailbox' }, undefined, [SYNCHRONIZED]);
    expect((await read(holding, online)).told[0]).toBe('of the mailbox');
    const empty = side({ [SYNCHRONIZED]: '?' }, undefined, [SYNCHRONIZED]);
    expect((await read(empty, online)).told[0]).toBe('of the tenant');
    const closed = side({}, undefined, [SYNCHRONIZED]);
    const without = side({ [IN_TENANT]: '', [IN_CLOUD_ALONE]: '' });
    for (const tenant of [online, without])
      expect((await read(closed, tenant)).told).toEqual(['unknown', expect.anything(), 'none']);
  });

  it('are looked for again when either of the two changes', async () => {
    const stampsWith = async (local: string, tenant: string) => {
      const identities = async () => identitiesOf(new Map([[IN_TENANT, SYNCHRONIZED]]));
      const onPremises = side({ [SYNCHRONIZED]: local }, undefined, [SYNCHRONIZED]);
      const source = createHybridPhotos({ onPremises, online: side({ [IN_TENANT]: tenant }), identities });
      const { stamps, rationed } = await source.readStamps(owners, signal);
      expect([...(rationed ?? [])]).toEqual([SYNCHRONIZED]);
      return stamps.get(SYNCHRONIZED);
    };
    const before = await stampsWith('a', 'b');
    expect(await stampsWith('a', 'b')).toBe(before);
    expect(new Set([before, await stampsWith('x', 'b'), await stampsWith('a', 'x')]).size).toBe(3);
  });
});
