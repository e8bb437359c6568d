// How connectors write our marks: the format is the core's, and they must not know the core.

import { decodeCopyOrPolicy, encodeCopy, originalOfCopy } from '../core/copy-mark.ts';
import { decodeIdentity, encodeIdentity } from '../core/fingerprint.ts';
import type { MarkCodec } from '../ports/mark-codec.ts';

export const markCodec: MarkCodec = {
  encode: (mark) => ({ identity: encodeIdentity(mark), fields: mark.fieldFingerprints }),
  decode: decodeIdentity,
  original: originalOfCopy,
};

/** For whoever copies contacts out of a public folder. */
export const copyMarkCodec: MarkCodec = {
  encode: (mark) => ({
    identity: encodeCopy(mark),
    fields: mark.fieldFingerprints,
    ...(mark.carried === undefined ? {} : { carried: mark.carried }),
  }),
  decode: decodeCopyOrPolicy,
};

export { folderMark } from '../core/fingerprint.ts';
