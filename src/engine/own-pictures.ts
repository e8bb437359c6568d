// A picture on a contact of ours is the user's, which keeps the contact from being purged, unless it carries the mark of a
// photo that we wrote. Looked at only where the answer matters: each look is a request.

import { photoMarkIn } from '../core/photo-mark.ts';
import type { ItemId } from '../model/ids.ts';
import type { ManagedContact } from '../model/mailbox.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';

/** Items to look at at once. */
const PORTION = 20;

/** The contacts, those named without the sign of other data when that is but a photo of ours. */
export async function withoutOwnPictures(
  contacts: readonly ManagedContact[],
  concerned: ReadonlySet<ItemId>,
  target: MailboxTarget,
  signal: AbortSignal,
): Promise<readonly ManagedContact[]> {
  const { pictures } = target;
  const doubtful = contacts.filter(({ itemId, picture }) => picture === 'alone' && concerned.has(itemId));
  if (pictures === undefined || doubtful.length === 0) return contacts;
  const ours = new Set<ItemId>();
  for (let at = 0; at < doubtful.length; at += PORTION) {
    const ids = doubtful.slice(at, at + PORTION).map(({ itemId }) => itemId);
    const shown = await pictures.read(ids, signal);
    for (const [place, id] of ids.entries()) {
      const picture = shown[place];
      if (picture !== undefined && photoMarkIn(picture) !== undefined) ours.add(id);
    }
  }
  return contacts.map((contact) => {
    if (!ours.has(contact.itemId)) return contact;
    const { hasOtherData: _, picture: __, ...rest } = contact;
    return rest;
  });
}
