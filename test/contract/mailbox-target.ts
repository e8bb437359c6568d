// Every promise of ports/mailbox-target.ts as a test. Implementations call `mailboxTargetContract` from their own test
// file and lend the suite the hands of the mailbox's user, so that it can make what the product would meet.

import { describe } from 'vitest';
import type { ContactProperties, ContactProperty } from '../../src/model/contact.ts';
import type { FolderId, ItemId } from '../../src/model/ids.ts';
import type { TargetMailbox } from '../../src/model/mailbox.ts';
import type { MailboxTargets } from '../../src/ports/mailbox-target.ts';
import { changePromises } from './mailbox-target/changes.ts';
import { elsewherePromises } from './mailbox-target/elsewhere.ts';
import { folderPromises } from './mailbox-target/folders.ts';
import { furtherPromises } from './mailbox-target/further.ts';
import { leftoverPromises } from './mailbox-target/leftovers.ts';
import { picturePromises } from './mailbox-target/pictures.ts';
import { readingPromises } from './mailbox-target/reading.ts';
import { tokenPromises } from './mailbox-target/sync-tokens.ts';
import { wholeMailboxPromises } from './mailbox-target/whole-mailbox.ts';
import { promisesExcept } from './promise.ts';

/** The user of the mailbox, with Outlook and a phone. Ids are the ones the target under test uses. */
export interface MailboxHands {
  contactsFolder(): Promise<FolderId>;
  /** Below Contacts, or below the named folder. */
  createFolder(name: string, below?: FolderId): Promise<FolderId>;
  renameFolder(id: FolderId, name: string): Promise<void>;
  moveFolder(id: FolderId, below: FolderId): Promise<void>;
  /** To Deleted Items, with everything in it. */
  deleteFolder(id: FolderId): Promise<void>;
  /** Into Contacts, or into the named folder. */
  addContact(properties: ContactProperties, folder?: FolderId): Promise<ItemId>;
  /** '' clears. The mark stays. */
  editContact(id: ItemId, set: Readonly<Partial<Record<ContactProperty, string>>>): Promise<void>;
  /** Written back unchanged: only the version is new. */
  touchContact(id: ItemId): Promise<void>;
  /** With its mark, as Outlook does; into the same folder when none is named. */
  copyContact(id: ItemId, folder?: FolderId): Promise<ItemId>;
  /** The item's id afterwards, where the protocol gives it a new one. */
  moveContact(id: ItemId, folder: FolderId): Promise<ItemId | undefined>;
  /** To Deleted Items. */
  deleteContact(id: ItemId): Promise<void>;
  /** Where a folder or item is now. */
  whereIs(id: FolderId | ItemId): Promise<'inPlace' | 'deletedItems' | 'gone'>;
  /** A later release of the product writes its mark on the item. */
  putNewerMark(id: ItemId): Promise<void>;
}

export interface TargetTroubleHands {
  /** The next item is written, but the answer does not arrive. */
  loseNextAnswer(): Promise<void>;
  /** The next folder is written, but the answer does not arrive. */
  loseNextFolderAnswer(): Promise<void>;
  /** The next item is refused for good; others are not. */
  failNextWrite(): Promise<void>;
  expireSyncTokens(): Promise<void>;
  /** The mailbox as a whole cannot be used from now on. */
  refuse(why: 'mailboxNotProvisioned' | 'mailboxAccessDenied' | 'serviceUnavailable'): Promise<void>;
}

export interface MailboxTargetFixture {
  readonly targets: MailboxTargets;
  /** A mailbox with nothing in it. */
  readonly mailbox: TargetMailbox;
  readonly user: MailboxHands;
  readonly trouble: TargetTroubleHands;
  /** Every item and folder without a mark, with ids and versions, as text to compare byte by byte. */
  dumpForeign(): Promise<string>;
  /** Requests the target made so far. */
  countRequests(): Promise<number>;
  dispose(): Promise<void>;
}

export type TargetBehavior =
  | 'loseNextAnswer'
  | 'loseNextFolderAnswer'
  | 'failNextWrite'
  | 'expireSyncTokens'
  | 'countRequests'
  | 'putNewerMark'
  | 'furtherData'
  | 'refuse';

export interface TargetContractOptions {
  readonly notSupported?: readonly TargetBehavior[];
  /** More items than any single answer of the protocol holds. */
  readonly largeFolder?: number;
}

export interface TargetSuite {
  readonly make: () => Promise<MailboxTargetFixture>;
  readonly promises: ReturnType<typeof promisesExcept<TargetBehavior>>;
  readonly largeFolder: number;
}

/** The fixture is made anew for every promise and disposed of after it. */
export function mailboxTargetContract(
  name: string,
  make: () => Promise<MailboxTargetFixture>,
  options: TargetContractOptions = {},
): void {
  const suite: TargetSuite = {
    make,
    promises: promisesExcept(options.notSupported ?? []),
    largeFolder: options.largeFolder ?? 450,
  };
  describe(`mailbox target: ${name}`, () => {
    describe('reads the folder', () => readingPromises(suite));
    describe('finds what left the folder or lost its mark', () => elsewherePromises(suite));
    describe('reads only what changed', () => tokenPromises(suite));
    describe('applies folder actions', () => folderPromises(suite));
    describe('applies changes', () => {
      changePromises(suite);
      furtherPromises(suite);
    });
    describe('sets pictures', () => picturePromises(suite));
    describe('shows what carries no mark', () => leftoverPromises(suite));
    describe('tells when the mailbox as a whole cannot be used', () => wholeMailboxPromises(suite));
  });
}
