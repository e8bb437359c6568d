// What a mark says of what was carried: it is read as it was written, whatever else stands there, and tells an edit from a
// change at the original.

import { describe, expect, it } from 'vitest';
import { FURTHER_PROPERTY_NAMES, type FurtherProperties } from '../model/further-properties.ts';
import { policyId, sourceObjectId } from '../model/ids.ts';
import {
  type Carried,
  decodeCarried,
  encodeCarried,
  furtherDigest,
  holdsCarried,
  NOTHING_CARRIED,
  planFurther,
  valueDigest,
} from './carried.ts';
import { decodeCopyOrPolicy, encodeCopy, LONGEST_SEARCH_KEY } from './copy-mark.ts';

const everything: FurtherProperties = Object.fromEntries(FURTHER_PROPERTY_NAMES.map((name) => [name, 'x']));
const nothing = { properties: {}, pictureStamp: '', files: [] };

describe('what was carried', () => {
  const carried: Carried = {
    properties: planFurther(everything, {}, {}).carried,
    picture: { stamp: '8 2026', original: 'o', stored: 's' },
    files: [{ stamp: 'a', content: 'b' }],
  };

  it('is read as it was written', () => {
    expect(decodeCarried(encodeCarried(carried))).toEqual(carried);
    expect(decodeCarried(encodeCarried(NOTHING_CARRIED))).toEqual(NOTHING_CARRIED);
  });

  it.each([
    '',
    'x',
    '[]',
    '{}',
    'null',
    '[2,{},[],[]]',
    '[1,null,7,"x"]',
    '[1,{"telex":1,"other":"x"},["a"],[[1]]]',
  ])('is nothing where it says %s', (text) => {
    expect(decodeCarried(text)).toEqual(NOTHING_CARRIED);
  });

  it('is another one with any value, picture or file, and none where there is nothing', () => {
    const variants = [
      { ...nothing, properties: { telex: 'x' } },
      { ...nothing, properties: { isdn: 'x' } },
      { ...nothing, properties: { telex: 'y' } },
      { ...nothing, pictureStamp: 'x' },
      { ...nothing, files: ['x'] },
      { ...nothing, files: ['x', 'y'] },
    ].map(furtherDigest);
    expect(new Set(variants).size).toBe(variants.length);
    expect(furtherDigest(nothing)).toBe('');
    expect(furtherDigest({ ...nothing, files: ['y', 'x'] })).toBe(
      furtherDigest({ ...nothing, files: ['x', 'y'] }),
    );
  });

  it('stands in a mark that is not longer than what lists show', () => {
    const mark = {
      version: 1,
      policyId: policyId('aaaaaaaa-2222-4333-8444-555555555555'),
      sourceObjectId: sourceObjectId('bbbbbbbb-2222-4333-8444-555555555555'),
      fingerprint: 'f'.repeat(22),
      fieldFingerprints: '',
      original: { searchKey: 'k'.repeat(LONGEST_SEARCH_KEY), createdAt: '2026-11-22T22:13:09Z' },
      furtherDigest: furtherDigest({ ...nothing, properties: everything }),
    };
    expect(encodeCopy(mark).length).toBeLessThan(255);
    expect(decodeCopyOrPolicy(encodeCopy(mark), '')).toEqual(mark);
    const { furtherDigest: _, ...older } = mark;
    expect(decodeCopyOrPolicy(encodeCopy(older), '')).toEqual(older);
  });
});

describe('a further property', () => {
  const was = { telex: valueDigest('telex', 'old') };
  it.each<readonly [string, FurtherProperties, FurtherProperties, typeof was | object, object]>([
    ['new at the original', { telex: 'new' }, {}, {}, { set: { telex: 'new' }, isKept: false }],
    ['new there, and of a user here', { telex: 'new' }, { telex: 'mine' }, {}, { set: {}, isKept: true }],
    ['changed there', { telex: 'new' }, { telex: 'old' }, was, { set: { telex: 'new' }, isKept: false }],
    ['changed there and here', { telex: 'new' }, { telex: 'mine' }, was, { set: {}, isKept: true }],
    ['changed there, taken off here', { telex: 'new' }, {}, was, { set: {}, isKept: true }],
    ['changed here alone', { telex: 'old' }, { telex: 'mine' }, was, { set: {}, isKept: false }],
    ['taken off there', {}, { telex: 'old' }, was, { set: { telex: '' }, isKept: false }],
    ['taken off there, changed here', {}, { telex: 'mine' }, was, { set: {}, isKept: true }],
    ['of the user alone', {}, { telex: 'mine' }, {}, { set: {}, isKept: false }],
    ['the same by chance', { telex: 'same' }, { telex: 'same' }, was, { set: {}, isKept: false }],
  ])('%s', (_, wanted, stored, before, plan) => {
    expect(planFurther(wanted, stored, before)).toMatchObject(plan);
  });

  it('that a user added, changed or took off is an edit', () => {
    const carried = { ...NOTHING_CARRIED, properties: was };
    expect(holdsCarried({ telex: 'old' }, carried)).toBe(true);
    for (const stored of [{}, { telex: 'mine' }, { telex: 'old', isdn: '1' }])
      expect(holdsCarried(stored, carried)).toBe(false);
  });
});
