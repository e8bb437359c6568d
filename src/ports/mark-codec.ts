// The ownership mark as the two short texts that a mailbox item or folder carries. core/fingerprint.ts implements
// it; targets get it handed in, because they must not import core.

import type { CopiedItem, OwnershipMark } from '../model/mailbox.ts';

export interface MarkCodec {
  /** The two texts stay below 255 characters (lists cut there); `fields` is '' for folders. */
  encode(mark: OwnershipMark): {
    readonly identity: string;
    readonly fields: string;
    /** A third, of any length, that lists are not asked for; absent where marks have none. */
    readonly carried?: string;
  };
  /** `newer`: a mark of a later format, of which only the version is known. undefined: not a mark of ours. */
  decode(identity: string, fields: string): OwnershipMark | { readonly newer: number } | undefined;
  /** Of an item that was copied out of a public folder: it is no item of a policy, but a source, as its original was. */
  readonly original?: (identity: string) => CopiedItem | undefined;
}
