// How connectors write our marks: the format is the core's, and they must not know the core.

import { decodeCopyOrPolicy, encodeCopy, originalOfCopy } from '../core/copy-mark.ts';
import {
  decodeIdentity,
  encodeIdentity,
  FINGERPRINT_VERSION,
  folderNameFingerprint,
} from '../core/fingerprint.ts';
import type { PolicyId } from '../model/ids.ts';
import type { OwnershipMark } from '../model/mailbox.ts';
import type { MarkCodec } from '../ports/mark-codec.ts';

export const markCodec: MarkCodec = {
  encode: (mark) => ({ identity: encodeIdentity(mark), fields: mark.fieldFingerprints }),
  decode: decodeIdentity,
  original: originalOfCopy,
};

/** For whoever copies contacts out of a public folder. */
export const copyMarkCodec: MarkCodec = {
  encode: (mark) => ({ identity: encodeCopy(mark), fields: mark.fieldFingerprints }),
  decode: decodeCopyOrPolicy,
};

/** The mark of a folder that gets this name from us. */
export function folderMark(policyId: PolicyId, name: string): OwnershipMark {
  return {
    version: FINGERPRINT_VERSION,
    policyId,
    sourceObjectId: undefined,
    fingerprint: folderNameFingerprint(name),
    fieldFingerprints: '',
  };
}
