import { expect, test } from 'vitest';
import { normalizeExtendedPropertyId } from './extended-property-id.ts';

const set = '{2F0C9F2E-5B7E-4C0B-9D0E-0D6B6E6F7A11}';

test.each([
  ['String 0x3A24', 'String 0x3a24'],
  ['string 0x003a24', undefined],
  ['string 0x3A24', 'String 0x3a24'],
  ['Integer 0x0036', 'Integer 0x36'],
  [`String ${set} Name SyncSourceId`, `String ${set.toLowerCase()} Name SyncSourceId`],
  [`STRING ${set} name With Blank`, `String ${set.toLowerCase()} Name With Blank`],
  [`Boolean ${set} Id 0x8506`, `Boolean ${set.toLowerCase()} Id 0x8506`],
  [`Boolean ${set} Id 34054`, `Boolean ${set.toLowerCase()} Id 0x8506`],
  [`StringArray ${set} Name List`, `StringArray ${set.toLowerCase()} Name List`],
])('%s is kept as %s', (sent, kept) => {
  expect(normalizeExtendedPropertyId(sent)).toBe(kept);
});

test.each([
  'String',
  'String 0x8001',
  'String 3A24',
  'Text 0x3A24',
  `String ${set}`,
  `String ${set} Id name`,
  'String {x} Name y',
])('%s is no id', (sent) => {
  expect(normalizeExtendedPropertyId(sent)).toBeUndefined();
});

test('the name keeps its case: two spellings are two properties', () => {
  const [one, other] = ['Mark', 'mark'].map((name) =>
    normalizeExtendedPropertyId(`String ${set} Name ${name}`),
  );
  expect(one).not.toBe(other);
});
