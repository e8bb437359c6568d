// The photo that a user keeps in a mailbox on a server in the building, in as many sizes as were made of it. The tenant has
// one of its own (user-photos.ts).

import type { Mailbox } from './state.ts';
import type { UserPhoto } from './user-photos.ts';

const photos = new WeakMap<Mailbox, readonly UserPhoto[]>();

/** The largest first. */
export const mailboxPhotos = (mailbox: Mailbox): readonly UserPhoto[] => photos.get(mailbox) ?? [];

/** None: it is taken away. */
export function setMailboxPhotos(mailbox: Mailbox, sizes: readonly UserPhoto[]): void {
  photos.set(
    mailbox,
    sizes.toSorted((a, b) => b.width - a.width),
  );
}
