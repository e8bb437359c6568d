// The picture of a contact, one for each item: kept beside the organization's state by immutable id, for every face.

import type { ContactItem, Mailbox } from './state.ts';

export interface ContactPhoto {
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly changeNumber: number;
  /** Of the attachment that it is; absent where nobody said. */
  readonly modifiedAt?: Date;
}

const photos = new WeakMap<Mailbox, Map<string, ContactPhoto>>();

export function contactPhoto(mailbox: Mailbox, item: ContactItem): ContactPhoto | undefined {
  return photos.get(mailbox)?.get(item.immutableId);
}

export function keepContactPhoto(mailbox: Mailbox, item: ContactItem, photo: ContactPhoto): void {
  const kept = photos.get(mailbox) ?? new Map<string, ContactPhoto>();
  photos.set(mailbox, kept.set(item.immutableId, photo));
}

export function dropContactPhoto(mailbox: Mailbox, item: ContactItem): void {
  photos.get(mailbox)?.delete(item.immutableId);
}

/** A part of the mailbox is shown as one of its own, with the same items. */
export function shareContactPhotos(mailbox: Mailbox, view: Mailbox): void {
  const kept = photos.get(mailbox);
  if (kept !== undefined) photos.set(view, kept);
}
