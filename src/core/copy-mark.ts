// The mark of what was copied out of a public folder. It stands where the mark of a policy would stand and cannot be
// taken for one: that is base64url, which has no blanks. Policies see an item without a mark, and a source of theirs.
// The format is frozen, as that in fingerprint.ts is.

import { isUuid, policyId, sourceObjectId } from '../model/ids.ts';
import type { CopiedItem, OwnershipMark } from '../model/mailbox.ts';
import { decodeIdentity, FINGERPRINT_VERSION } from './fingerprint.ts';

const SIGN = 'copy';
/** In base64, so that the whole mark stays below the 255 characters at which lists cut. */
export const LONGEST_SEARCH_KEY = 100;

export function encodeCopy({
  version,
  policyId,
  fingerprint,
  sourceObjectId,
  original,
  furtherDigest,
}: OwnershipMark): string {
  const ofItem =
    sourceObjectId === undefined || original === undefined
      ? []
      : [
          sourceObjectId,
          original.createdAt,
          original.searchKey,
          ...(furtherDigest === undefined ? [] : [furtherDigest]),
        ];
  return [SIGN, version, policyId, fingerprint, ...ofItem].join(' ');
}

/** undefined: no mark of a copy. */
function decodeCopy(text: string, fields: string): OwnershipMark | { readonly newer: number } | undefined {
  const [sign, number = '', copying = '', fingerprint = '', id, createdAt, searchKey, furtherDigest] =
    text.split(' ');
  if (sign !== SIGN || !/^\d{1,3}$/.test(number)) return undefined;
  const version = Number(number);
  if (version > FINGERPRINT_VERSION) return { newer: version };
  if (!isUuid(copying)) return undefined;
  const mark = { version, policyId: policyId(copying), fingerprint, fieldFingerprints: fields };
  if (id === undefined) return { ...mark, sourceObjectId: undefined };
  if (!isUuid(id) || createdAt === undefined || searchKey === undefined) return undefined;
  return {
    ...mark,
    sourceObjectId: sourceObjectId(id),
    original: { createdAt, searchKey },
    ...(furtherDigest === undefined ? {} : { furtherDigest }),
  };
}

/** For whoever copies: marks of policies are seen as such, so that nothing of theirs is touched. */
export function decodeCopyOrPolicy(text: string, fields: string): ReturnType<typeof decodeIdentity> {
  return decodeCopy(text, fields) ?? decodeIdentity(text, fields);
}

export function originalOfCopy(text: string): CopiedItem | undefined {
  const mark = decodeCopy(text, '');
  if (mark === undefined || 'newer' in mark) return undefined;
  const { original, sourceObjectId: copyId } = mark;
  return original === undefined || copyId === undefined ? undefined : { ...original, copyId };
}
