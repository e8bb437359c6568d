// Mailboxes, what lies in the contact folder, and the mark that says "this item is ours".

import type { ContactProperties } from './contact.ts';
import type { FolderId, ItemId, MailboxId, PolicyId, SourceObjectId } from './ids.ts';
import type { Known, SourceObjectKind } from './source-object.ts';

/** A mailbox as the directory shows it: a candidate for the target list. */
export interface DirectoryMailbox {
  readonly id: MailboxId;
  readonly kind: SourceObjectKind;
  readonly displayName: string;
  readonly primarySmtpAddress: string;
  /** Former and further SMTP addresses: a mailbox excluded by its old address stays excluded after a rename. */
  readonly otherAddresses?: readonly string[];
  readonly location: 'exchangeOnline' | 'onPremises';
  /** The same person as a source object; used to leave the own contact out. */
  readonly ownerId: SourceObjectId | undefined;
  /** Values of custom attributes 1 to 15 that are set, or unknown: then no mailbox may be treated as having left. */
  readonly customAttributes: Known<readonly string[]>;
  /** Of a hybrid organization: each directory says that the other side holds it, as in the middle of a move. */
  readonly isBetweenSides?: boolean;
  /**
   * Of a hybrid organization: filled before, no longer named by the choice of the policy, and not certain to have left it,
   * because the side that was asked may see nothing of it any more, as after a move or in the middle of one.
   */
  readonly isPerhapsMoved?: boolean;
}

export interface TargetMailbox {
  readonly id: MailboxId;
  readonly displayName: string;
  readonly primarySmtpAddress: string;
  readonly location: 'exchangeOnline' | 'onPremises';
  readonly ownerId: SourceObjectId | undefined;
}

/** Who a contact item in another folder is, as far as its copy must know it. */
export interface OriginalItem {
  readonly searchKey: string;
  /** ISO 8601 in UTC to the second. */
  readonly createdAt: string;
}

/** What the mark of a copy says: whose copy it is, and which of the copies of equal originals. */
export interface CopiedItem extends OriginalItem {
  readonly copyId: SourceObjectId;
}

/** The mark on an item or folder; on a folder `sourceObjectId` is undefined and `fingerprint` digests the folder's name. */
export interface OwnershipMark {
  /** Format and fingerprint version. A newer one than ours makes the mailbox read-only. */
  readonly version: number;
  readonly policyId: PolicyId;
  readonly sourceObjectId: SourceObjectId | undefined;
  readonly fingerprint: string;
  /** See core/fingerprint.ts; empty on folders. */
  readonly fieldFingerprints: string;
  /** Only on what was copied out of a public folder (core/copy-mark.ts). */
  readonly original?: OriginalItem;
  /** The same: short digest of all that was carried besides contact properties; absent where there was nothing. */
  readonly furtherDigest?: string;
  /** The same, in detail (core/carried.ts). Written with the mark, but read by FurtherData alone. */
  readonly carried?: string;
}

export interface ManagedContact {
  readonly itemId: ItemId;
  /** Change key or ETag: whatever the protocol compares at a conditional write. */
  readonly version: string;
  readonly folderKey: string;
  /** ISO 8601 UTC; '' where unknown. Tells the original from a user's copy. */
  readonly createdAt: string;
  readonly mark: OwnershipMark;
  /** All properties as stored, complete and uncut; absent when the version is the one the ledger knows. */
  readonly properties?: ContactProperties;
  /**
   * The item holds something that we never write and do not carry in `properties`, such as a picture, an attachment or
   * a follow-up flag. It came from the user, so the item is never deleted for good. Only said where properties are.
   */
  readonly hasOtherData?: true;
  /** It has a picture, which is a reason for `hasOtherData`; `alone`: the only one. Only said where properties are. */
  readonly picture?: 'alone' | 'amongOthers';
}

/** An item without our mark; only read when a policy asks to adopt. */
export interface ForeignContact {
  readonly itemId: ItemId;
  readonly version: string;
  readonly folderKey: string;
  readonly properties: ContactProperties;
}

/** A contact of ours that the user moved or copied into another folder: from then on it is the user's. */
export interface ContactElsewhere {
  readonly itemId: ItemId;
  readonly sourceObjectId: SourceObjectId;
  /** ISO 8601 UTC; '' where unknown. */
  readonly createdAt: string;
  /** Names of folders from below Contacts down; empty: Contacts itself. */
  readonly path: readonly string[];
}

export interface SnapshotFolder {
  /** '' is the contact folder itself, otherwise a sub-folder's name. */
  readonly key: string;
  readonly folderId: FolderId;
  readonly name: string;
  readonly mark: OwnershipMark | undefined;
  /** Gives the next reading only what changed since; taken before this reading's items were listed. */
  readonly syncToken: string | undefined;
}

export interface FolderSnapshot {
  /** Empty when the contact folder does not exist. The contact folder (key '') comes first. */
  readonly folders: readonly SnapshotFolder[];
  /** Marked items of every policy in these folders. */
  readonly contacts: readonly ManagedContact[];
  readonly foreignCount: number;
  readonly foreign?: readonly ForeignContact[];
  /** Highest mark version found on an item or folder; above ours: nothing may be written. */
  readonly highestMarkVersion: number;
  /** false: known items were taken over from the ledger by a sync token, without being listed. */
  readonly isFullReading: boolean;
  /** The mailbox is elsewhere than the caller knew it: whatever is remembered of its items speaks of other ids. */
  readonly hasMoved?: boolean;
}
