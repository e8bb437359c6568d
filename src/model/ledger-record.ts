// What the ledger and the journal hold.

import type { ContactProperties, ContactProperty } from './contact.ts';
import type { FolderId, ItemId, MailboxId, PolicyId, RunId, SourceObjectId } from './ids.ts';
import type { OwnershipMark } from './mailbox.ts';
import type { ChangeOutcome, ContactChange, FieldChange } from './plan.ts';

export interface LedgerFolder {
  readonly key: string;
  readonly folderId: FolderId;
  readonly name: string;
  readonly mark: OwnershipMark | undefined;
  readonly syncToken: string | undefined;
}

export interface LedgerEntry {
  readonly sourceObjectId: SourceObjectId;
  readonly itemId: ItemId;
  readonly version: string;
  readonly folderKey: string;
  readonly createdAt: string;
  readonly markVersion: number;
  readonly fingerprint: string;
  readonly fieldFingerprints: string;
  /**
   * Digest of the photo that was dealt with last: written, or left because the user set another. Absent: none, or not
   * known, and then what the item shows is looked at.
   */
  readonly photo?: string;
  /** How often a property came back different after we wrote the same value; from 2 on we stop fighting. */
  readonly contested?: Readonly<Partial<Record<ContactProperty, number>>>;
}

/** A contact of another policy that lies in our folder. */
export interface LedgerOther {
  readonly policyId: PolicyId;
  readonly sourceObjectId: SourceObjectId;
  readonly itemId: ItemId;
  readonly folderKey: string;
  readonly markVersion: number;
}

/** One compact record for one policy and one mailbox: what we wrote or saw last, never what is there. */
export interface LedgerRecord {
  readonly policyId: PolicyId;
  readonly mailboxId: MailboxId;
  /** A write was begun and not finished: trust nothing here, read the folder in full. */
  readonly isDirty: boolean;
  /** Digest of the property rules; when they changed the contacts are compared again. */
  readonly rulesDigest: string;
  readonly folders: readonly LedgerFolder[];
  readonly entries: readonly LedgerEntry[];
  /**
   * Written by us, but not in the folder at the last reading: the user deleted them. Kept apart from the entries until
   * a run has restored or respected that, so that a test run in between does not forget it. Targets ignore this.
   */
  readonly missing?: readonly SourceObjectId[];
  /**
   * Of those who are missing, what their entries said: the item may lie in the folder all the same, without its mark. Apart
   * from the entries, because a target believes of these that they are marked. Targets ignore this.
   */
  readonly missingEntries?: readonly LedgerEntry[];
  /**
   * New contacts of people who moved to another sub-folder and whose old contact, the one of the entry, could not be
   * deleted. Tells them from a user's copies; targets ignore this.
   */
  readonly alsoOurs?: readonly ItemId[];
  /** Seen at the last reading; saves looking at each of them again. */
  readonly others?: readonly LedgerOther[];
  readonly foreignCount: number;
}

/** An item as it was before we changed it; with it the item can be made again. */
export interface BeforeImage {
  readonly properties: ContactProperties;
  readonly mark: OwnershipMark | undefined;
  readonly folderKey: string;
}

export interface JournalIntent {
  readonly change: ContactChange['kind'] | 'folderCreate' | 'folderAdopt' | 'folderRename' | 'folderRemove';
  readonly sourceObjectId: SourceObjectId | undefined;
  readonly itemId: ItemId | undefined;
  readonly folderId: FolderId | undefined;
  readonly folderKey: string;
  /** What was written, for rollback: a field is put back only while it still holds our value. */
  readonly fields: readonly FieldChange[];
  readonly before: BeforeImage | undefined;
  readonly label: string;
}

export interface JournalEntry extends JournalIntent {
  readonly id: number;
  readonly runId: RunId;
  readonly mailboxId: MailboxId;
  readonly primarySmtpAddress: string;
  /** undefined: the process ended before the outcome was known. */
  readonly outcome: ChangeOutcome['status'] | undefined;
  /** After an applied change. */
  readonly newItemId: ItemId | undefined;
  readonly newVersion: string | undefined;
}
