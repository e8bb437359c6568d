// A hybrid organization: some user mailboxes are held by servers in the building, the others online. To the tenant the
// owner of a mailbox in the building is a mail user; to the servers in the building an online mailbox is none of theirs.

import { contactPhoto, keepContactPhoto } from './contact-photos.ts';
import { folderId, immutableItemId, regularItemId } from './ids.ts';
import { mailboxPhotos, setMailboxPhotos } from './mailbox-photos.ts';
import { addressListsOf } from './recipients.ts';
import type { Mailbox, Organization, Recipient } from './state.ts';

/** The last so many user mailboxes move into the building. */
export function makeHybrid(organization: Organization, onPremises: number): void {
  const users = [...organization.recipients.values()].filter(
    (one) => one.recipientTypeDetails === 'UserMailbox',
  );
  if (onPremises > users.length)
    throw new RangeError('there cannot be more mailboxes in the building than user mailboxes');
  const inside = new Set(users.slice(users.length - onPremises));
  for (const recipient of organization.recipients.values()) {
    if (recipient.mailbox === undefined) continue;
    if (inside.has(recipient)) moveInside(recipient);
    else recipient.mailbox.hosting = 'online';
  }
}

/**
 * A user mailbox moves with everything in it. What is in it has other ids afterwards, and whatever was told of changes so
 * far holds no longer.
 */
export function moveMailbox(
  organization: Organization,
  recipient: Recipient,
  to: 'onPremises' | 'online',
): void {
  if (recipient.mailbox === undefined) return;
  const before = recipient.mailbox;
  recipient.mailbox = withNewIds(before);
  const moved = [...recipient.mailbox.items.values()];
  for (const [index, item] of [...before.items.values()].entries()) {
    const photo = contactPhoto(before, item);
    const now = moved[index];
    if (photo !== undefined && now !== undefined) keepContactPhoto(recipient.mailbox, now, photo);
  }
  setMailboxPhotos(recipient.mailbox, mailboxPhotos(before));
  organization.removedItems.delete(recipient.mailbox.exchangeGuid);
  if (to === 'onPremises') moveInside(recipient);
  else moveOnline(recipient);
}

function withNewIds(mailbox: Mailbox): Mailbox {
  const { exchangeGuid } = mailbox;
  let { changeNumber } = mailbox;
  const newFolderIds = new Map(
    [mailbox.rootFolderId, ...mailbox.folders.keys()].map((id) => {
      changeNumber += 1;
      return [id, folderId(exchangeGuid, changeNumber)];
    }),
  );
  const newIdOf = (id: string) => newFolderIds.get(id) ?? id;
  const folders = [...mailbox.folders.values()].map((folder) => ({
    ...folder,
    id: newIdOf(folder.id),
    parentFolderId: newIdOf(folder.parentFolderId),
  }));
  const items = [...mailbox.items.values()].map((item) => {
    changeNumber += 1;
    const parentFolderId = newIdOf(item.parentFolderId);
    return {
      ...item,
      id: regularItemId(exchangeGuid, parentFolderId, changeNumber),
      immutableId: immutableItemId(exchangeGuid, changeNumber),
      parentFolderId,
      changeNumber,
    };
  });
  return {
    ...mailbox,
    rootFolderId: newIdOf(mailbox.rootFolderId),
    contactsFolderId: newIdOf(mailbox.contactsFolderId),
    deletedItemsFolderId: newIdOf(mailbox.deletedItemsFolderId),
    folders: new Map(folders.map((folder) => [folder.id, folder])),
    items: new Map(items.map((item) => [item.id, item])),
    changeNumber,
  };
}

function moveOnline(recipient: Recipient): void {
  if (recipient.mailbox === undefined) return;
  recipient.mailbox.hosting = 'online';
  recipient.mailbox.isEnabledForRest = true;
  recipient.recipientTypeDetails = 'UserMailbox';
  delete recipient.externalEmailAddress;
  recipient.addressListMembership = addressListsOf(recipient);
}

function moveInside(recipient: Recipient): void {
  if (recipient.mailbox === undefined) return;
  recipient.mailbox.hosting = 'onPremises';
  recipient.mailbox.isEnabledForRest = false;
  recipient.recipientTypeDetails = 'MailUser';
  recipient.externalEmailAddress = recipient.primarySmtpAddress;
  recipient.addressListMembership = addressListsOf(recipient);
}
