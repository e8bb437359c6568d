// What contacts of ours in one mailbox hold besides their contact properties: further properties and attachments.

import type { FurtherProperties } from '../model/further-properties.ts';
import type { ItemId } from '../model/ids.ts';

/** An attachment, the picture not among them. */
export interface AttachedFile {
  readonly id: string;
  readonly name: string;
  /** Another one whenever the file is. */
  readonly stamp: string;
  /** false: an item within the item, or a reference to a file elsewhere. */
  readonly isFile: boolean;
}

export interface FileContent {
  readonly name: string;
  readonly contentType: string;
  /** By which formatted notes show it; '' where none. */
  readonly contentId: string;
  readonly isInline: boolean;
  readonly bytes: Uint8Array;
}

export interface StoredFurther {
  readonly properties: FurtherProperties;
  /** What the mark says of it (core/carried.ts); '' where nothing. */
  readonly carried: string;
  /** Empty where the protocol knows none. */
  readonly files: readonly AttachedFile[];
  /** The protocol tells that something besides a picture is attached, and not what: it is not among `files`. */
  readonly hasUnreadFiles?: true;
}

/** Every method throws as those of MailboxTarget do. */
export interface FurtherData {
  /** false: the protocol does not know attachments of contacts. */
  readonly carriesFiles: boolean;
  /** false: notes are text. */
  readonly carriesFormat: boolean;
  /** In input order; undefined where the item is gone. */
  read(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly (StoredFurther | undefined)[]>;
  /** undefined: gone. */
  readFile(id: string, signal: AbortSignal): Promise<FileContent | undefined>;
  /** Only to an item that this target read with our mark (`notOurs`). */
  addFile(itemId: ItemId, file: FileContent, signal: AbortSignal): Promise<void>;
  removeFile(itemId: ItemId, id: string, signal: AbortSignal): Promise<void>;
}
