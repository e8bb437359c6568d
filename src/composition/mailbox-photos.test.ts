// Which photo counts of people in the building, and how often the server is asked for it.

import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import { createLocalPhotos } from './mailbox-photos.ts';

const signal = new AbortController().signal;
const guid = (n: number) => sourceObjectId(`${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`);
const DAY_MS = 86_400_000;

/** People by number: the small photo, and what the mailbox holds; without a mailbox here `large` is absent. */
interface Person {
  small: string;
  large?: string | Failure;
}

function building(people: Record<number, Person>) {
  const all = () => Object.entries(people).map(([n, person]) => ({ id: guid(Number(n)), n, ...person }));
  const asked: string[] = [];
  let now = Date.parse('2026-11-02T08:00:00Z');
  const of = (id: SourceObjectId) => all().find((one) => one.id === id);
  const bytes = (text: string | undefined) =>
    text === undefined || text === '' ? undefined : new TextEncoder().encode(text);
  const directory = {
    readPeople: async () => ({
      stamps: new Map(all().map(({ id, small }) => [id, small])),
      addresses: new Map(
        all().flatMap(({ id, n, large }) => (large === undefined ? [] : [[id, `${n}@contoso.example`]])),
      ),
    }),
    readStamps: () => Promise.reject(new Error('not asked')),
    readPhotos: async (owners: readonly { id: SourceObjectId }[]) =>
      owners.map(({ id }) => bytes(of(id)?.small)),
  };
  const mailboxes = {
    read: async (addresses: readonly string[]) => {
      asked.push(...addresses);
      return addresses.map((address) => {
        const large = people[Number(address.split('@')[0])]?.large;
        return large instanceof Failure ? large : bytes(large);
      });
    },
  };
  const clock = { now: () => new Date(now), sleep: () => Promise.resolve() };
  const owners = () => all().map(({ id }) => ({ id, kind: 'userMailbox' as const }));
  return {
    asked,
    pass(days: number) {
      now += days * DAY_MS;
    },
    async stamps() {
      const source = createLocalPhotos({ directory, mailboxes, clock });
      return (await source.readStamps(owners(), signal)).stamps;
    },
    async read() {
      const source = createLocalPhotos({ directory, mailboxes, clock });
      const { stamps, rationed, failures } = await source.readStamps(owners(), signal);
      const photos = await source.readPhotos(owners(), signal);
      return {
        photos: photos.map((photo) =>
          photo instanceof Uint8Array ? new TextDecoder().decode(photo) : photo?.toRecord(),
        ),
        told: owners().map(({ id }) => stamps.has(id)),
        rationed: rationed?.size,
        failures: failures.map(({ code }) => code),
      };
    },
  };
}

describe('photos of people in the building', () => {
  it('come from the mailbox, and from the directory where it holds none or is elsewhere', async () => {
    const { read } = building({
      1: { small: 's1', large: 'l1' },
      2: { small: 's2', large: '' },
      3: { small: 's3' },
      4: { small: '', large: '' },
    });
    expect(await read()).toEqual({
      photos: ['l1', 's2', 's3', undefined],
      told: [true, true, true, true],
      rationed: 3,
      failures: [],
    });
  });

  it('are asked for when the small one changes, and every two weeks, not all of them on one day', async () => {
    const people: Record<number, Person> = {};
    for (let n = 1; n <= 28; n += 1) people[n] = { small: `s${n}`, large: `l${n}` };
    const { stamps, asked, pass } = building(people);
    let before = await stamps();
    expect(asked).toHaveLength(1);
    const due = async () => {
      const now = await stamps();
      const changed = [...now.keys()].filter((id) => now.get(id) !== before.get(id));
      before = now;
      return changed;
    };
    expect(await due()).toEqual([]);
    people[7] = { small: 'another', large: 'l7' };
    expect(await due()).toEqual([guid(7)]);
    const everybody: SourceObjectId[] = [];
    for (let day = 1; day <= 14; day += 1) {
      pass(1);
      const some = await due();
      expect(some).toHaveLength(2);
      everybody.push(...some);
    }
    expect(new Set(everybody).size).toBe(28);
  });

  it('are not told while the server cannot be asked: what hangs on the contacts stays', async () => {
    const failure = new Failure('serviceUnavailable');
    const { read } = building({ 1: { small: 's1', large: failure }, 2: { small: 's2' } });
    const { told, failures, rationed } = await read();
    expect([told, failures, rationed]).toEqual([[false, true], ['serviceUnavailable'], 1]);
  });

  it('come from the directory alone where the server gives out none', async () => {
    const { read, asked } = building({
      1: { small: 's1', large: new Failure('mailboxPhotosRefused') },
      2: { small: 's2' },
    });
    expect(await read()).toEqual({
      photos: ['s1', 's2'],
      told: [true, true],
      rationed: 0,
      failures: ['mailboxPhotosRefused'],
    });
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it('of one person that fail are told with the person, and not replaced by the small one', async () => {
    const { read } = building({
      1: { small: 's1', large: 'l1' },
      2: { small: 's2', large: new Failure('serviceUnavailable', { details: { status: 500 } }) },
    });
    const { photos } = await read();
    expect(photos).toMatchObject(['l1', { details: { status: 500, person: guid(2) } }]);
  });
});
