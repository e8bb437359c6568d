// What lies in the contact folders of a mailbox without a mark of ours, where an administrator names what another tool
// left there. The one port through which an item may go that we did not write: only to Deleted Items, never further.

import type { ContactProperties } from '../model/contact.ts';
import type { FolderId, ItemId } from '../model/ids.ts';
import type { ChangeOutcome } from '../model/plan.ts';

export interface ContactFolder {
  readonly folderId: FolderId;
  /** Names from below Contacts down; empty: Contacts itself. */
  readonly path: readonly string[];
  /** It carries a mark of ours, of whatever policy and release. */
  readonly isMarked: boolean;
}

export interface UnmarkedContact {
  readonly itemId: ItemId;
  readonly version: string;
  /** Complete and uncut. */
  readonly properties: ContactProperties;
}

/** Every method throws as those of MailboxTarget do. */
export interface LeftoverItems {
  /** Contacts and the contact folders below it, a folder after the one it lies in. */
  listFolders(signal: AbortSignal): Promise<readonly ContactFolder[]>;
  /** The contacts of one folder that carry no mark of ours, of whatever policy and release. Not those of sub-folders. */
  readContacts(folder: FolderId, signal: AbortSignal): Promise<readonly UnmarkedContact[]>;
  /**
   * One outcome per item, in input order. Only an item that lies in this folder (`gone`), still has the version and carries
   * no mark of ours (`conflict`), even if told otherwise. A lost answer is `unknown`.
   */
  moveToDeletedItems(
    folder: FolderId,
    items: readonly Pick<UnmarkedContact, 'itemId' | 'version'>[],
    signal: AbortSignal,
  ): Promise<readonly ChangeOutcome[]>;
  /** Makes contacts without a mark; one outcome each, in input order. A lost answer is `unknown`. */
  restore(
    folder: FolderId,
    contacts: readonly ContactProperties[],
    signal: AbortSignal,
  ): Promise<readonly ChangeOutcome[]>;
  /** To Deleted Items; false where something lies in it, where it carries a mark, and of Contacts: it stays. */
  removeFolder(folder: FolderId, signal: AbortSignal): Promise<boolean>;
  /** The folder with this path; it, and those it lies in, are made where they are missing, without a mark. */
  ensureFolder(path: readonly string[], signal: AbortSignal): Promise<FolderId>;
}
