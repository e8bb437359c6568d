// The contact folders of one mailbox, or public folders, as a source of contacts: what a protocol has to show of them.

import type { ContactProperties } from '../model/contact.ts';
import type { Failure } from '../model/failure.ts';
import type { FurtherProperties } from '../model/further-properties.ts';
import type { FolderId, ItemId } from '../model/ids.ts';
import type { CopiedItem, TargetMailbox } from '../model/mailbox.ts';
import type { AttachedFile, FileContent } from './further-data.ts';

/** What a policy names: names from below the top down. */
export interface WantedFolder {
  readonly path: readonly string[];
  readonly includeSubfolders: boolean;
}

export interface SourceFolder {
  readonly folderId: FolderId;
  /** undefined: the top, such as Contacts itself. */
  readonly parentId: FolderId | undefined;
  readonly name: string;
  /** false: a folder of another kind, such as those that Outlook keeps for suggestions. */
  readonly holdsContacts: boolean;
  /** contactSync made it. */
  readonly isMarked: boolean;
  /** Changes whenever an item comes, changes or goes; undefined where the mailbox does not tell. */
  readonly stamp: string | undefined;
  /** Why nobody knows what lies in it. */
  readonly closed?: Failure;
}

export interface SourceItem {
  readonly itemId: ItemId;
  readonly kind: 'contact' | 'contactList';
  /**
   * PidTagSearchKey in base64: the same through every protocol, kept when the item or its mailbox moves; a copy has that
   * of its original. '' where the store does not tell it. What was copied out of a public folder by order shows that of
   * the original.
   */
  readonly searchKey: string;
  /** Its own age; ISO 8601 in UTC to the second. */
  readonly createdAt: string;
  /** Of what carries the mark of such a copy. Whoever copies the copy copies the mark, too. */
  readonly original?: ClaimedOriginal;
  /** It carries a mark of ours, of whatever policy and release. */
  readonly isMarked: boolean;
  /** Complete and uncut; of a contact list the display name at most. */
  readonly properties: ContactProperties;
  /** Another one whenever its picture is; '' where it has none. */
  readonly pictureStamp: string;
  /** Only said where contacts are read as originals. */
  readonly further?: ItemFurther;
}

/** What the mark of a copy says; true of the oldest item with that mark alone. */
export type ClaimedOriginal = Pick<CopiedItem, 'createdAt' | 'copyId'>;

/** What an item holds besides its contact properties. */
export interface ItemFurther {
  readonly properties: FurtherProperties;
  /** Of its picture alone; '' where it has none. */
  readonly pictureStamp: string;
  /** Other than the picture. */
  readonly files: readonly AttachedFile[];
}

/** It could not be opened; the rest tells the list of the folder, or an earlier reading. */
export type DamagedItem = Pick<SourceItem, 'itemId' | 'searchKey' | 'createdAt' | 'original' | 'isMarked'>;

export interface FolderItems {
  /** Contacts and contact lists; items of other classes are left out. */
  readonly items: readonly SourceItem[];
  /** How many those are, where the protocol shows them. */
  readonly otherItems?: number;
  /** How many items are there and could not be opened. */
  readonly unreadable: number;
  /** Those of them of whom it is known all the same who they are. */
  readonly damaged?: readonly DamagedItem[];
  /** Why the rest of the folder could not be read. */
  readonly failure?: Failure;
  /** The folder is closed to us; others may be open. */
  readonly denied?: Failure;
  /** How many more items the folder counts than the protocol shows: contact lists, or items of other classes. */
  readonly notListed?: number;
  /** false: read at one moment, so that nothing can have been skipped. */
  readonly hasSeveralPages: boolean;
  /** Nothing was read, because the folder looks as it did at the last reading. */
  readonly isUnchanged?: true;
}

/** Every method throws a Failure when the mailbox as a whole cannot be used and stops when aborted. */
export interface ContactFolders {
  /**
   * The top, such as Contacts, and what lies below, a folder after the one it lies in. Where `wanted` is given, folders
   * that it has no need of may be left out.
   */
  list(signal: AbortSignal, wanted?: readonly WantedFolder[]): Promise<readonly SourceFolder[]>;
  /**
   * Everything in one folder. A row that is skipped because others came or went meanwhile may be missing; the folder's
   * stamp tells. A reading that stopped half way returns what it has with `failure`.
   */
  read(folder: SourceFolder, signal: AbortSignal): Promise<FolderItems>;
  /** Asks for one item of a listed folder at most. Throws why what lies in it may not be read. */
  tryOpen(folder: SourceFolder, signal: AbortSignal): Promise<void>;
  /** Of items that were read in the folder, in input order; undefined where one has none, or is gone. */
  readPictures(
    folder: SourceFolder,
    itemIds: readonly ItemId[],
    signal: AbortSignal,
  ): Promise<readonly (Uint8Array | undefined)[]>;
  /** Present where contacts are read as originals. */
  readonly originals?: OriginalParts;
}

/** Parts of items that are read one by one. */
export interface OriginalParts {
  /** The notes as HTML, in input order; '' where there are none, undefined where the item is gone. */
  readFormattedNotes(
    folder: SourceFolder,
    itemIds: readonly ItemId[],
    signal: AbortSignal,
  ): Promise<readonly (string | undefined)[]>;
  /** undefined: gone. */
  readFile(folder: SourceFolder, fileId: string, signal: AbortSignal): Promise<FileContent | undefined>;
}

export type OpenContactFolders = (mailbox: TargetMailbox) => ContactFolders;
