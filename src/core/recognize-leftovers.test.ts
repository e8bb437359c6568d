import { describe, expect, it } from 'vitest';
import type { ContactProperties } from '../model/contact.ts';
import type { LeftoverRules } from '../model/leftovers.ts';
import { namesFolder, recognizer } from './recognize-leftovers.ts';

const NONE: LeftoverRules = { categories: [], fileAs: [], folders: [] };
const GUID = '0F8FAD5B-D9CB-469F-A165-70867728950E';

const recognize = (
  rules: Partial<LeftoverRules>,
  properties: ContactProperties,
  path: readonly string[] = [],
) => recognizer({ ...NONE, ...rules })(path, properties);

describe('an item that another tool left', () => {
  it('is recognized by nothing unless somebody says by what', () => {
    expect(recognize({}, { fileAs: GUID, categories: 'Imported' }, ['Imported'])).toBeUndefined();
  });

  it.each(['imported', ' Imported ', 'IMPORTED'])('is recognized by its category %s', (rule) => {
    const properties = { categories: 'Friends;Imported' };
    expect(recognize({ categories: [rule] }, properties)).toEqual({ reason: 'leftoverCategory', rule });
  });

  it('is not recognized by a part of a category', () => {
    expect(recognize({ categories: ['Import'] }, { categories: 'Imported;Import duty' })).toBeUndefined();
    expect(recognize({ categories: ['Import'] }, {})).toBeUndefined();
  });

  it.each([
    ['{guid}', GUID],
    ['{guid}', `{${GUID}}`],
    ['{GUID}', GUID.toLowerCase()],
    ['*{guid}', `Adler, Anna ${GUID}`],
    ['sync-*', 'Sync-4711'],
    ['*-gal-*', 'Adler-GAL-4711'],
    ['a*b*c', 'axxbyyc'],
    ['Adler (GAL)', 'adler (gal)'],
  ])('is recognized by the pattern %s in %s', (rule, fileAs) => {
    expect(recognize({ fileAs: [rule] }, { fileAs })).toEqual({ reason: 'leftoverFileAs', rule });
  });

  it.each([
    ['{guid}', `Adler ${GUID}`],
    ['{guid}', GUID.slice(1)],
    ['sync-*', 'Adler sync-4711'],
    ['*-gal', 'Adler-gal-4711'],
    ['a*b*c', 'axxcyyb'],
    ['a.c', 'abc'],
    ['sync', ''],
  ])('is not recognized by the pattern %s in %s', (rule, fileAs) => {
    expect(recognize({ fileAs: [rule] }, { fileAs })).toBeUndefined();
  });

  it.each([
    ['GAL Contacts', ['GAL Contacts']],
    ['gal contacts', ['GAL Contacts']],
    ['Shelf/Old', ['Shelf', 'Old']],
    [' Shelf / Old / ', ['shelf', 'old']],
  ])('is recognized by the folder %s', (rule, path) => {
    expect(recognize({ folders: [rule] }, { displayName: 'Anna' }, path)).toEqual({
      reason: 'leftoverFolder',
      rule,
    });
    expect(namesFolder({ ...NONE, folders: [rule] }, path)).toBe(true);
  });

  it('is not recognized by a folder of that name somewhere else, nor in Contacts itself', () => {
    expect(recognize({ folders: ['Old'] }, { displayName: 'Anna' }, ['Shelf', 'Old'])).toBeUndefined();
    expect(recognize({ folders: ['Shelf'] }, { displayName: 'Anna' }, ['Shelf', 'Old'])).toBeUndefined();
    expect(recognize({ folders: [''] }, { displayName: 'Anna' }, [])).toBeUndefined();
  });

  it.each(['*', ' ** ', '', '/'])('is never recognized by %j, which stands for everything', (rule) => {
    const rules = { categories: [rule], fileAs: [rule], folders: [rule] };
    expect(recognize(rules, { fileAs: 'Anna', categories: ';' }, ['Shelf'])).toBeUndefined();
  });

  it('is found or not in a time that does not grow with the stars of a pattern', () => {
    const rule = `${'*a'.repeat(40)}*b`;
    expect(recognize({ fileAs: [rule] }, { fileAs: 'a'.repeat(255) })).toBeUndefined();
    expect(recognize({ fileAs: [rule] }, { fileAs: `${'a'.repeat(254)}b` })).toBeDefined();
  });
});
