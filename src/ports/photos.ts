// Photos of people: where they come from, what makes them fit, and the pictures of contacts in a mailbox.

import type { Failure } from '../model/failure.ts';
import type { ItemId, SourceObjectId } from '../model/ids.ts';
import type { SourceObjectKind } from '../model/source-object.ts';

export interface PhotoOwner {
  readonly id: SourceObjectId;
  readonly kind: SourceObjectKind;
}

export interface PhotoStamps {
  /** Another one whenever the photo is; '' for who has none. Of those that are missing it could not be told. */
  readonly stamps: ReadonlyMap<SourceObjectId, string>;
  /**
   * Whose photo costs a request of its own, so that a run reads only so many. Their stamp says when to look; whether there
   * is a photo shows only then.
   */
  readonly rationed?: ReadonlySet<SourceObjectId>;
  readonly failures: readonly Failure[];
}

export interface PhotoSource {
  /**
   * Cheap beside reading the photos. Throws a Failure when nobody's could be read: `photoRightMissing`, no connection,
   * aborted.
   */
  readStamps(owners: readonly PhotoOwner[], signal: AbortSignal): Promise<PhotoStamps>;
  /** As the source keeps them, in input order; undefined: none any more, and of those rationed: none at all. */
  readPhotos(
    owners: readonly PhotoOwner[],
    signal: AbortSignal,
  ): Promise<readonly (Uint8Array | Failure | undefined)[]>;
}

export interface PreparedPhoto {
  /** Of the original; the same photo always has the same. */
  readonly digest: string;
  /** Small enough for a contact, without anything in it but the picture. */
  readonly jpeg: Uint8Array;
}

/** Throws `photoUnreadable`, or `photosUnavailable` where no photo can be made fit. */
export type PreparePhoto = (original: Uint8Array) => Promise<PreparedPhoto>;

export type PictureChange =
  | { readonly kind: 'set'; readonly itemId: ItemId; readonly jpeg: Uint8Array }
  | { readonly kind: 'remove'; readonly itemId: ItemId };

/** The pictures of contacts of ours in one mailbox; every method throws as those of MailboxTarget do. */
export interface ContactPictures {
  /** false: what is set can be replaced, but never taken off. */
  readonly canRemove: boolean;
  /** In input order; undefined where the item has none, or is gone. */
  read(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly (Uint8Array | undefined)[]>;
  /**
   * One answer per change, in input order: undefined when it is done. Only items that this target read with our mark are
   * touched (`notOurs`).
   */
  write(changes: readonly PictureChange[], signal: AbortSignal): Promise<readonly (Failure | undefined)[]>;
}
