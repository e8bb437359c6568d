// Names of the sub-folders that copying makes.

import { expect, it } from 'vitest';
import { LONGEST_FOLDER_NAME, subfolderNames } from './copy-folders.ts';

const namesOf = (places: readonly (readonly string[])[]) => places.map(subfolderNames(places));

it('a sub-folder is named after its path, and the folder itself stays the folder itself', () => {
  expect(namesOf([[], ['North'], ['North', 'South']])).toEqual(['', 'North', 'North / South']);
});

it('a path that is too long loses its first names and stays told from every other one', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(100));
  const [name, other, deeper] = namesOf(
    [
      [a, b, c],
      [b, b, c],
      [a, b, c, 'd'],
    ].map((place) => place.map((one) => one ?? '')),
  );
  expect(name).toMatch(new RegExp(`^… / ${b} / ${c} \\([\\w-]{8}\\)$`));
  expect(other).toMatch(new RegExp(`^… / ${b} / ${c} \\(`));
  expect(deeper).toMatch(new RegExp(`^… / ${b} / ${c} / d \\(`));
  expect(new Set([name, other, deeper]).size).toBe(3);
});

it('a last name that is too long is cut, never within a character, and one that just fits is not', () => {
  const smile = '\u{1f600}';
  const longest = 'x'.repeat(LONGEST_FOLDER_NAME);
  const [cut = '', whole, split = ''] = namesOf([['North', longest], [longest], ['N', smile.repeat(127)]]);
  expect([cut.length, whole]).toEqual([LONGEST_FOLDER_NAME, longest]);
  expect(split.length).toBeLessThanOrEqual(LONGEST_FOLDER_NAME);
  expect(split.isWellFormed()).toBe(true);
});

it('two paths that read alike get two names, whatever their order', () => {
  const places = [['A / B'], ['a', 'b']];
  const [one, other] = namesOf(places);
  expect([one, other]).toEqual([expect.stringMatching(/^A \/ B \([\w-]{8}\)$/), 'a / b']);
  expect(namesOf(places.toReversed())).toEqual([other, one]);
  expect(namesOf([['A / B']])).toEqual(['A / B']);
});
