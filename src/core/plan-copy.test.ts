// What copying writes, case by case: a value that changed at the original, in the copy, in both.

import { describe, expect, it } from 'vitest';
import type { ContactProperties } from '../model/contact.ts';
import { itemId, policyId, sourceObjectId } from '../model/ids.ts';
import type { ManagedContact } from '../model/mailbox.ts';
import { contactFingerprint, fieldFingerprints } from './fingerprint.ts';
import { planCopy, type WantedCopy } from './plan-copy.ts';

const copying = policyId('aaaaaaaa-2222-4333-8444-555555555555');
const id = sourceObjectId('bbbbbbbb-2222-4333-8444-555555555555');
const original = { searchKey: 'key', createdAt: '2026-11-22T22:13:09Z' };

const wanted = (properties: ContactProperties): WantedCopy => ({
  id,
  original,
  folderKey: '',
  properties,
  further: { properties: {}, pictureStamp: '', files: [] },
  furtherDigest: '',
});

/** Written with `written`, and standing there as `properties` now. */
const there = (written: ContactProperties, properties = written, createdAt = '1'): ManagedContact => ({
  itemId: itemId(`item ${createdAt}`),
  version: '1',
  folderKey: '',
  createdAt,
  mark: {
    version: 1,
    policyId: copying,
    sourceObjectId: id,
    fingerprint: contactFingerprint(written),
    fieldFingerprints: fieldFingerprints(written),
    original,
  },
  properties,
});

const changeOf = (want: ContactProperties, ...found: readonly ManagedContact[]) => {
  const { changes } = planCopy([wanted(want)], found, copying, new Set());
  return changes.map((change) =>
    change.kind === 'update' ? { ...change.set, keptForUser: change.isKept ? 1 : 0 } : change.kind,
  );
};

describe('a contact of a public folder', () => {
  const before = { displayName: 'Anna', jobTitle: 'Clerk' };

  it('is created where it is missing, also where another copying or a policy marked one', () => {
    expect(changeOf(before)).toEqual(['create']);
    const other = there(before);
    const ofOther = { ...other, mark: { ...other.mark, policyId: policyId(id) } };
    expect(changeOf(before, ofOther)).toEqual(['create']);
  });

  it.each<readonly [string, ContactProperties, ContactProperties, unknown]>([
    ['unchanged, whatever the user did', before, { displayName: 'Mine', nickName: 'An' }, undefined],
    ['a new value', { ...before, jobTitle: 'Boss' }, before, { jobTitle: 'Boss', keptForUser: 0 }],
    ['a value more', { ...before, nickName: 'An' }, before, { nickName: 'An', keptForUser: 0 }],
    ['a value less', { displayName: 'Anna' }, before, { jobTitle: '', keptForUser: 0 }],
    [
      'a value less that the user emptied too',
      { displayName: 'Anna' },
      { displayName: 'Anna' },
      { keptForUser: 0 },
    ],
    [
      'a new value where the user set one',
      { ...before, jobTitle: 'Boss' },
      { ...before, jobTitle: 'Owner' },
      { keptForUser: 1 },
    ],
    [
      'a new value where the user removed it',
      { ...before, jobTitle: 'Boss' },
      { displayName: 'Anna' },
      { keptForUser: 1 },
    ],
    [
      'a value less where the user set another',
      { displayName: 'Anna' },
      { ...before, jobTitle: 'Owner' },
      { keptForUser: 1 },
    ],
    [
      'a value more that the user filled in',
      { ...before, nickName: 'An' },
      { ...before, nickName: 'Ann' },
      { keptForUser: 1 },
    ],
    [
      'another value, beside one of the user',
      { ...before, nickName: 'An' },
      { ...before, jobTitle: 'Owner' },
      { nickName: 'An', keptForUser: 0 },
    ],
  ])('%s', (_, want, stored, change) => {
    expect(changeOf(want, there(before, stored))).toEqual(change === undefined ? [] : [change]);
  });

  it('has one copy: the oldest one; who copies it in Outlook has another contact', () => {
    const found = [there(before, before, '2'), there(before, before, '1')];
    const { changes, unchanged, existing } = planCopy([wanted(before)], found, copying, new Set());
    expect([changes, unchanged, existing.get(id)?.createdAt]).toEqual([[], 1, '1']);
  });

  it('that is gone leaves its copy', () => {
    const { changes, withoutOriginal } = planCopy([], [there(before)], copying, new Set());
    expect([changes, withoutOriginal]).toEqual([[], 1]);
  });
});
