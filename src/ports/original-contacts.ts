// Contacts of public folders as originals that are copied into a mailbox.

import type { ContactProperties } from '../model/contact.ts';
import type { Failure } from '../model/failure.ts';
import type { ItemId } from '../model/ids.ts';
import type { OriginalItem } from '../model/mailbox.ts';
import type { WantedFolder } from './contact-folders.ts';

export interface OriginalContact {
  readonly itemId: ItemId;
  readonly original: OriginalItem;
  /** Names of the folder it lies in, from below the one that was asked for. */
  readonly place: readonly string[];
  /** Complete and uncut. */
  readonly properties: ContactProperties;
  readonly hasPicture?: true;
  /** Other than the picture. */
  readonly hasAttachments?: true;
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
}
