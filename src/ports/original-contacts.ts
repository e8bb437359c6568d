// Contacts of public folders as originals that are copied into a mailbox.

import type { ContactProperties } from '../model/contact.ts';
import type { Failure } from '../model/failure.ts';
import type { FurtherProperties } from '../model/further-properties.ts';
import type { ItemId } from '../model/ids.ts';
import type { OriginalItem } from '../model/mailbox.ts';
import type { WantedFolder } from './contact-folders.ts';
import type { AttachedFile, FileContent } from './further-data.ts';

export interface OriginalContact {
  readonly itemId: ItemId;
  readonly original: OriginalItem;
  /** Names of the folder it lies in, from below the one that was asked for. */
  readonly place: readonly string[];
  /** Complete and uncut. */
  readonly properties: ContactProperties;
  readonly further: FurtherProperties;
  /** Another one whenever its picture is; '' where it has none. */
  readonly pictureStamp: string;
  /** Other than the picture. */
  readonly files: readonly AttachedFile[];
}

export interface OriginalsReading {
  readonly contacts: readonly OriginalContact[];
  readonly contactLists: number;
  /** Items that are no contacts at all. */
  readonly otherItems: number;
  /** What a policy wrote, wherever somebody has it from. */
  readonly ofPolicies: number;
  /** Why something is missing in it. */
  readonly gaps: readonly Failure[];
}

export interface OriginalContacts {
  /** Throws a Failure when nothing could be read, or when aborted. */
  read(folder: WantedFolder, signal: AbortSignal): Promise<OriginalsReading>;
  /** Of contacts that were read, in input order; undefined: none any more. */
  readPictures(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly (Uint8Array | undefined)[]>;
  /** The same: their notes as HTML, '' where there are none. */
  readFormattedNotes(
    itemIds: readonly ItemId[],
    signal: AbortSignal,
  ): Promise<readonly (string | undefined)[]>;
  /** undefined: gone. */
  readFile(itemId: ItemId, fileId: string, signal: AbortSignal): Promise<FileContent | undefined>;
}
