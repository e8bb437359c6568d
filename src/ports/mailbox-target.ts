// The contact folder (with its sub-folders) of one policy in one mailbox.

import type { ContactProperty } from '../model/contact.ts';
import type { FolderId, ItemId, PolicyId } from '../model/ids.ts';
import type { LedgerRecord } from '../model/ledger-record.ts';
import type {
  ContactElsewhere,
  FolderSnapshot,
  ForeignContact,
  ManagedContact,
  SnapshotFolder,
  TargetMailbox,
} from '../model/mailbox.ts';
import type { ChangeOutcome, FolderAction, TargetChange } from '../model/plan.ts';
import type { FolderPart } from '../model/policy.ts';
import type { FurtherData } from './further-data.ts';
import type { LeftoverItems } from './leftover-items.ts';
import type { ContactPictures } from './photos.ts';

export interface TargetCapabilities {
  /** Changes handed over at once; the engine cuts its lists to this size. */
  readonly batchSize: number;
  readonly supportsCategories: boolean;
  /** Properties that this protocol cannot carry, or not exactly. */
  readonly lossyProperties: readonly ContactProperty[];
}

export interface MailboxTargets {
  readonly capabilities: TargetCapabilities;
  /** No request is made before the first call on the result. */
  open(mailbox: TargetMailbox, policyId: PolicyId, folder: FolderPart): MailboxTarget;
  /**
   * Every folder below Contacts (also nested ones) that carries a mark of any policy, with its number of items; and
   * Contacts itself, once for each policy with marked items in it, with the number of those. Finds what was left behind
   * when the database was lost. Throws as MailboxTarget does.
   */
  scan(mailbox: TargetMailbox, signal: AbortSignal): Promise<readonly MarkedFolder[]>;
  /** What carries no mark. No request is made before the first call on the result. */
  readonly leftovers?: (mailbox: TargetMailbox) => LeftoverItems;
}

export interface MarkedFolder {
  readonly policyId: PolicyId;
  readonly folderId: FolderId;
  /** '' of Contacts itself, which is called differently in every language. */
  readonly name: string;
  readonly itemCount: number;
  /** ISO 8601; when an item in it last came, changed or went, through whomever. Absent where the mailbox does not tell. */
  readonly lastChangedAt?: string;
  /** Where a policy with `folder.useDefaultContacts` writes, and where users drag contacts to. */
  readonly isContacts?: true;
}

export interface ReadFolderOptions {
  /**
   * The ledger's record of this policy and mailbox; undefined: read everything. With a record and working sync
   * tokens only the changes since are fetched: contacts whose version is the record's come back without
   * `properties`, others with them. An unusable token silently becomes a full reading.
   */
  readonly known: LedgerRecord | undefined;
  /** Also return items without our mark (for adoption). Implies a full reading. */
  readonly includeForeign: boolean;
}

/**
 * Every method throws a Failure of scope mailbox or run when the mailbox as a whole cannot be used (not provisioned,
 * access denied, full, unavailable), and `cancelled` when aborted. "A mark of ours" is a mark of this policy.
 */
export interface MailboxTarget {
  /**
   * Finds Contacts by its well-known id and below it the contact folder: first a folder with this policy's mark under
   * whatever name (also where the user moved it into another folder below Contacts), then one of the policy's folder
   * name (exact, then without regard to case), then one to which another policy gave that name, whatever it is called
   * now. With `useDefaultContacts` the folder is Contacts itself and
   * only sub-folders with this policy's mark belong to it; otherwise all sub-folders do, with key = name. Never creates anything. Never misses a marked
   * item that was there before the call, however large the folder; marked items that the record does not name (copies)
   * and contacts of other policies are returned by every reading; of the latter those that the record names and that
   * nobody touched with their mark's policy and source object alone. A renamed sub-folder is read in full.
   */
  readFolder(options: ReadFolderOptions, signal: AbortSignal): Promise<FolderSnapshot>;

  /**
   * The named items, complete and uncut, in input order; those that are gone or carry no mark of ours are left out.
   */
  readContacts(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly ManagedContact[]>;

  /**
   * Of the named items those that lie where `readFolder` looks and carry no mark of whatever policy and release, complete
   * and uncut, in input order.
   */
  readUnmarked(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly ForeignContact[]>;

  /**
   * Contacts with a mark of ours where `readFolder` does not look: in Contacts itself and in the contact folders below it,
   * however deep. A folder of the user's that is closed to us is left out.
   */
  readElsewhere(signal: AbortSignal): Promise<readonly ContactElsewhere[]>;

  /**
   * Carries out one folder action and returns the folder, undefined after `remove` and when `remove` found something
   * in it (then the folder stays). `create` of a name that exists returns the existing folder. Folders made here
   * carry the mark. Sub-folders are made below the contact folder. Idempotent: a lost answer may be repeated.
   * `rename` and `adopt` of a folder that is gone throw `changedSincePlanned`; `rename` of a folder that is not ours
   * throws `folderRefused`, to a taken name `folderNameTaken`, and to one that the mailbox does not accept
   * `folderNameRefused`: then the folder is as it was.
   */
  applyFolder(action: FolderAction, signal: AbortSignal): Promise<SnapshotFolder | undefined>;

  /**
   * Applies the changes and returns one outcome per change, in input order; a single item never makes it throw.
   * `update`, `delete`, `handOver`: only if the item still has the named version (`conflict`), still exists (`gone`)
   * and carries a mark of ours (`refused`), even if told otherwise. `adopt`: only if it has the version. A write whose
   * answer was lost is `unknown`. The version of `applied` is the one the next reading will show. Writes of one
   * mailbox are made by one caller at a time.
   */
  applyChanges(changes: readonly TargetChange[], signal: AbortSignal): Promise<readonly ChangeOutcome[]>;

  /** Absent where contacts have no pictures. */
  readonly pictures?: ContactPictures;
  /** Absent where nobody copies contacts as a whole. */
  readonly further?: FurtherData;
}
