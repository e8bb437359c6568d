// The photo of a person in the directory: kept beside the organization's state, as those of contacts are.

import type { Recipient } from './state.ts';

export interface UserPhoto {
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

const photos = new WeakMap<Recipient, UserPhoto>();

export const userPhoto = (recipient: Recipient): UserPhoto | undefined => photos.get(recipient);

/** undefined takes it away. */
export function setUserPhoto(recipient: Recipient, photo: UserPhoto | undefined): void {
  if (photo === undefined) photos.delete(recipient);
  else photos.set(recipient, photo);
}
