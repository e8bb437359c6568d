import { expect, test } from 'vitest';
import { describeDifferences, differences } from './document-difference.ts';

const lines = (from: unknown, to: unknown) => describeDifferences(differences(from, to));

test('equal documents differ in nothing, whatever the order of their keys', () => {
  expect(lines({ a: 1, b: { c: [1, { d: 2 }] } }, { b: { c: [1, { d: 2 }] }, a: 1 })).toEqual([]);
});

test.each([
  [{ a: { b: 'x' } }, { a: { b: 'y' } }, ['a.b: x -> y']],
  [{ a: 1 }, { a: 1, b: false }, ['b: (none) -> false']],
  [{ a: 1, b: 'old' }, { a: 1 }, ['b: old -> (none)']],
  [{ a: '' }, { a: ' x' }, ['a: "" -> " x"']],
  [{ g: ['a', 'b', 'c'] }, { g: ['c', 'a', 'd'] }, ['g[]: b -> (none)', 'g[]: (none) -> d']],
  [{ g: ['a', 'a'] }, { g: ['a'] }, ['g[]: a -> (none)']],
  [{ g: ['a', 'b'] }, { g: ['b', 'a'] }, ['g: ["a","b"] -> ["b","a"]']],
  [
    { r: [[{ p: 'x', o: 'is' }]] },
    { r: [[{ p: 'y', o: 'is' }], [{ p: 'z' }]] },
    ['r[0][0].p: x -> y', 'r[1]: (none) -> [{"p":"z"}]'],
  ],
  [{ a: { b: 1 } }, { a: 'text' }, ['a: {"b":1} -> text']],
  [{ a: undefined }, {}, []],
  [{}, { constructor: 'x' }, ['constructor: (none) -> x']],
])('%j to %j', (from, to, expected) => {
  expect(lines(from, to)).toEqual(expected);
});
