// Whom a policy read, from one connection to the next: who is joined stays so, and in doubt nothing is deleted.

import { describe, expect, it } from 'vitest';
import type { AddressedRecipient } from '../connectors/exchange-online/tenant-addresses.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { createInMemoryDirectoryCache } from '../connectors/memory/stores/in-memory-directory-cache.ts';
import { Failure } from '../model/failure.ts';
import { type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { SourceObject, SourceObjectKind } from '../model/source-object.ts';
import { silentLog } from '../ports/log.ts';
import { connectIdentities } from './connect-identities.ts';

const guid = (last: string) => sourceObjectId(`00000000-0000-4000-8000-0000000000${last}`);
const THERE = guid('f1');
const HERE = guid('a1');
const ADDRESS = 'ines@partner.example';
const signal = new AbortController().signal;
const failure = new Failure('serviceUnavailable');

interface Person {
  readonly id: SourceObjectId;
  readonly address: string;
  readonly kind: SourceObjectKind;
}

const contact = (id: SourceObjectId, address = ADDRESS, kind: SourceObjectKind = 'mailContact'): Person => ({
  id,
  address,
  kind,
});

const objectOf = ({ id, kind, address }: Person): SourceObject => ({
  id,
  kind,
  attributes: { displayName: ['Ines'], emailAddresses: [address] },
  isHidden: false,
  isDisabled: false,
  isGuest: false,
});

interface Sides {
  readonly tenant: readonly Person[] | Failure | undefined;
  readonly directory: readonly Person[] | Failure;
  readonly hidesAddresses?: boolean;
  readonly anchored?: readonly (readonly [SourceObjectId, SourceObjectId])[];
  readonly otherwise?: readonly SourceObjectId[];
}

function environment() {
  const cache = createInMemoryDirectoryCache();
  const clock = new FakeClock();
  let readings = 0;
  /** One connection: the policy reads the people of its side. */
  async function read(side: 'tenant' | 'directory', sides: Sides, scope?: readonly Person[]) {
    const { tenant, directory, hidesAddresses, anchored = [], otherwise = [] } = sides;
    const { recognize } = connectIdentities({
      read: async () => ({ anchors: new Map(anchored), otherwise: new Set(otherwise) }),
      readAnchors: async () => ({ anchors: new Map(), taken: new Set() }),
      readTenant:
        tenant === undefined
          ? undefined
          : async () => {
              readings += 1;
              if (tenant instanceof Failure) throw tenant;
              return tenant.map(
                ({ id, kind, address }): AddressedRecipient => ({
                  id,
                  kind,
                  displayName: 'Ines',
                  addresses: [address],
                }),
              );
            },
      source: {
        async read() {
          if (directory instanceof Failure) return { objects: [], isComplete: false, gaps: [directory] };
          const objects = directory.map(objectOf);
          return {
            objects:
              hidesAddresses === true
                ? objects.map((one) => ({ ...one, unknownAttributes: ['emailAddresses'] as const }))
                : objects,
            isComplete: true,
            gaps: [],
          };
        },
      },
      cache,
      environmentId: 'one',
      clock,
      log: silentLog,
    });
    const own = side === 'tenant' ? tenant : directory;
    const people = scope ?? (own === undefined || own instanceof Failure ? [] : own);
    const first = await recognize(side, people.map(objectOf), signal);
    const { identities, doubts, unsure, notices } = await recognize(side, people.map(objectOf), signal);
    expect(first.doubts).toEqual(doubts);
    return {
      ids: [identities.own(THERE), identities.own(HERE)],
      others: identities.others(identities.own(HERE)),
      inTenant: identities.inTenant(HERE),
      doubts: doubts.map(({ code }) => code),
      unsure: [...unsure],
      notices: notices.map(({ code, details }) => [code, details]),
    };
  }
  return { read, cache, clock, readings: () => readings };
}

const DAY = 24 * 60 * 60 * 1_000;
const both: Sides = { tenant: [contact(THERE)], directory: [contact(HERE)] };
const quiet = { doubts: [], unsure: [], notices: [] };

describe('mail contacts of both directories', () => {
  it.each([
    ['directory', HERE, THERE],
    ['tenant', THERE, HERE],
  ] as const)('go by the id of the %s where a policy read them there first', async (side, own, other) => {
    const { read, readings } = environment();
    const expected = { ids: [own, own], others: [other], inTenant: HERE, ...quiet };
    expect(await read(side, both)).toEqual(expected);
    // Once per connection, and never again for those who are joined.
    expect(readings()).toBe(1);
    const otherSide = side === 'tenant' ? 'directory' : 'tenant';
    expect(await read(otherSide, both)).toEqual(expected);
    expect(readings()).toBe(1);
  });

  it('stay joined when the address changes on one side, or goes to somebody else', async () => {
    const { read } = environment();
    await read('directory', both);
    const renamed = { ...both, directory: [contact(HERE, 'ines.meier@partner.example')] };
    expect(await read('tenant', renamed)).toMatchObject({ ids: [HERE, HERE], ...quiet });
    const reused = { ...both, directory: [contact(guid('a2'))] };
    expect(await read('tenant', reused)).toMatchObject({ ids: [HERE, HERE], ...quiet });
    expect(await read('directory', reused)).toMatchObject({
      ids: [HERE, HERE],
      notices: [['peopleNotJoined', { count: 1, otherwiseKnown: [guid('a2')] }]],
    });
    // Twin: to whom nobody was joined before, the renamed one is a stranger.
    expect(await environment().read('tenant', renamed)).toMatchObject({ ids: [THERE, HERE], ...quiet });
  });

  it('the whole of both sides decides, not the scope of the policy', async () => {
    const user = contact(guid('a2'), ADDRESS, 'userMailbox');
    const { read } = environment();
    const reading = await read('directory', { ...both, directory: [contact(HERE), user] }, [contact(HERE)]);
    expect(reading).toMatchObject({
      ids: [THERE, HERE],
      notices: [['peopleNotJoined', { count: 1, sameAddress: [HERE] }]],
    });
  });

  it('never against an immutable id', async () => {
    const anchored = [[guid('f2'), HERE]] as const;
    expect(await environment().read('directory', { ...both, anchored })).toMatchObject({
      ids: [THERE, HERE],
      inTenant: guid('f2'),
    });
  });

  it('nothing is asked where the policy copies people with accounts only', async () => {
    const { read, readings } = environment();
    const user = contact(guid('a2'), 'u@contoso.example', 'userMailbox');
    expect(await read('directory', both, [user])).toMatchObject({ ids: [THERE, HERE], ...quiet });
    expect(readings()).toBe(0);
  });

  it.each([
    ['the tenant is silent', { ...both, tenant: failure }],
    ['the directory is silent', { ...both, directory: failure }],
    ['the directory hides addresses', { ...both, hidesAddresses: true }],
  ])('%s: nobody is joined, and nothing is deleted once both were copied', async (_name, sides) => {
    const { read } = environment();
    expect(await read('directory', sides, [contact(HERE)])).toMatchObject({ ids: [THERE, HERE], ...quiet });
    expect(await read('tenant', sides, [contact(THERE)])).toMatchObject({
      ids: [THERE, HERE],
      doubts: ['sourceIncomplete'],
      unsure: [THERE],
    });
    expect(await read('directory', sides, [contact(HERE)])).toMatchObject({
      doubts: ['sourceIncomplete'],
      unsure: [HERE],
    });
    // Whoever is joined is no matter of doubt.
    await read('directory', both);
    expect(await read('tenant', sides, [contact(THERE)])).toMatchObject({
      ids: [HERE, HERE],
      doubts: [],
      unsure: [],
    });
  });

  it('a silent side makes no doubt about whom nobody copied from there', async () => {
    const { read } = environment();
    const sides = { ...both, tenant: failure };
    await read('tenant', sides, [contact(THERE, 'otto@partner.example')]);
    expect(await read('directory', sides, [contact(HERE)])).toMatchObject({ ids: [THERE, HERE], ...quiet });
    // Twin: about whom somebody did.
    await read('tenant', sides, [contact(THERE, ADDRESS.toUpperCase())]);
    expect(await read('directory', sides, [contact(HERE)])).toMatchObject({ unsure: [HERE] });
  });

  it('whoever left is forgotten in a month, and their address is kept nowhere', async () => {
    const { read, cache, clock } = environment();
    const sides = { ...both, directory: failure };
    await read('directory', sides, [contact(HERE)]);
    expect(Buffer.from((await cache.read('alone in the directory of one')) ?? []).toString()).not.toContain(
      ADDRESS,
    );
    clock.advance(31 * DAY);
    expect(await read('tenant', sides, [contact(THERE)])).toMatchObject({ unsure: [THERE] });
    clock.advance(DAY);
    expect(await read('tenant', sides, [contact(THERE)])).toMatchObject(quiet);
    // Twin: somebody who is still read there.
    await read('directory', sides, [contact(HERE)]);
    expect(await read('tenant', sides, [contact(THERE)])).toMatchObject({ unsure: [THERE] });
  });

  it('where the tenant does not show all recipients nobody is joined', async () => {
    const sides = { ...both, tenant: undefined };
    expect(await environment().read('directory', sides)).toMatchObject({ ids: [THERE, HERE], ...quiet });
  });
});

it('people whose anchor is no id are told, ten by their ids', async () => {
  const people = Array.from({ length: 12 }, (_, index) =>
    contact(guid(String(index + 10)), `${index}@contoso.example`, 'userMailbox'),
  );
  const otherwise = people.map(({ id }) => id);
  const { notices } = await environment().read('tenant', { tenant: people, directory: [], otherwise });
  expect(notices).toEqual([['peopleNotJoined', { count: 12, anchorIsNoId: otherwise.slice(0, 10) }]]);
});
