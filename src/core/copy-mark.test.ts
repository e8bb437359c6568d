// The mark of a copy: read back whole, short enough for lists, and nothing that a policy could take for its own.

import { describe, expect, it } from 'vitest';
import { policyId, sourceObjectId } from '../model/ids.ts';
import type { OwnershipMark } from '../model/mailbox.ts';
import { decodeCopyOrPolicy, encodeCopy, LONGEST_SEARCH_KEY, originalOfCopy } from './copy-mark.ts';
import { contactFingerprint, decodeIdentity, encodeIdentity } from './fingerprint.ts';

const original = { searchKey: 'A'.repeat(LONGEST_SEARCH_KEY), createdAt: '2026-11-22T22:13:09Z' };
const mark: OwnershipMark = {
  version: 1,
  policyId: policyId('aaaaaaaa-2222-4333-8444-555555555555'),
  sourceObjectId: sourceObjectId('bbbbbbbb-2222-4333-8444-555555555555'),
  fingerprint: contactFingerprint({ displayName: 'Anna' }),
  fieldFingerprints: 'fields',
};
const copy: OwnershipMark = { ...mark, original };

describe('the mark of a copy', () => {
  it('is read back as it was written, with its original', () => {
    const text = encodeCopy(copy);
    expect(text.length).toBeLessThan(255);
    expect(decodeCopyOrPolicy(text, 'fields')).toEqual(copy);
    expect(originalOfCopy(text)).toEqual({ ...original, copyId: mark.sourceObjectId });
  });

  it('of a folder names no original', () => {
    const folder: OwnershipMark = { ...mark, sourceObjectId: undefined };
    expect(decodeCopyOrPolicy(encodeCopy(folder), 'fields')).toEqual(folder);
    expect(originalOfCopy(encodeCopy(folder))).toBeUndefined();
  });

  it('is none of a policy, whose marks are seen by whoever copies', () => {
    expect(decodeIdentity(encodeCopy(copy), '')).toBeUndefined();
    expect(decodeCopyOrPolicy(encodeIdentity(mark), 'fields')).toEqual(mark);
    expect(originalOfCopy(encodeIdentity(mark))).toBeUndefined();
  });

  it.each(['', 'copy', 'copy 1', 'copy x y z', `${encodeCopy(copy).slice(0, 60)}`, 'copy 1 a b c d e'])(
    'is not seen in %j',
    (text) => {
      expect(originalOfCopy(text)).toBeUndefined();
    },
  );

  it('of a later release is known as such', () => {
    expect(decodeCopyOrPolicy(encodeCopy({ ...copy, version: 2 }), '')).toEqual({ newer: 2 });
  });
});
