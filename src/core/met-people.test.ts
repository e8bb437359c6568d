import { expect, it } from 'vitest';
import { type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { Offer } from '../model/offer.ts';
import { metPeople } from './met-people.ts';

const id = (number: number) => sourceObjectId(`00000000-0000-4000-8000-00000000000${number}`);
const [ANNA, ANNA_THERE, BRUNO, TWIN] = [id(1), id(2), id(3), id(4)];
const offer = (
  people: readonly (readonly [SourceObjectId, string?])[],
  former: readonly (readonly [SourceObjectId, string])[] = [],
): Offer => ({
  people: people.map(([one, address]) => ({
    sourceObjectId: one,
    properties: {},
    ...(address === undefined ? {} : { address }),
  })),
  former: former.map(([one, address]) => ({ sourceObjectId: one, address })),
  mailboxIds: [],
});
const there = offer([
  [ANNA_THERE, 'anna@contoso.example'],
  [BRUNO, 'bruno@contoso.example'],
]);

it('somebody of the same address is the same person, also where the policy wanted the person before', () => {
  expect(metPeople(ANNA, offer([[ANNA, 'anna@contoso.example']]), there)).toEqual([ANNA_THERE]);
  expect(metPeople(ANNA, offer([], [[ANNA, 'anna@contoso.example']]), there)).toEqual([ANNA_THERE]);
});

it('nobody is met without an address, under the same id, or where several share the address', () => {
  expect(metPeople(ANNA, offer([[ANNA]]), there)).toEqual([]);
  expect(metPeople(ANNA, offer([[ANNA, 'other@contoso.example']]), there)).toEqual([]);
  const own = offer([[ANNA, 'anna@contoso.example']]);
  expect(metPeople(ANNA, own, own)).toEqual([]);
  const sharedHere = offer([
    [ANNA, 'anna@contoso.example'],
    [TWIN, 'anna@contoso.example'],
  ]);
  expect(metPeople(ANNA, sharedHere, there)).toEqual([]);
  const sharedThere = offer([
    [ANNA_THERE, 'anna@contoso.example'],
    [TWIN, 'anna@contoso.example'],
  ]);
  expect(metPeople(ANNA, own, sharedThere)).toEqual([]);
});
