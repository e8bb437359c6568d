// What the control API shows: plain JSON of recipients and of everything in a mailbox, complete enough to
// compare a user's own items byte by byte.

import { isDeleted } from '../organization/folder-store.ts';
import { changeKey } from '../organization/mailbox-store.ts';
import type { ContactFolder, ContactItem, Mailbox, PersonFields, Recipient } from '../organization/state.ts';

export interface RecipientView {
  readonly id: string;
  readonly recipientTypeDetails: string;
  readonly displayName: string;
  readonly alias: string;
  readonly primarySmtpAddress: string;
  readonly emailAddresses: readonly string[];
  readonly externalEmailAddress?: string;
  readonly userPrincipalName?: string;
  readonly person: PersonFields;
  readonly managerId?: string;
  readonly hiddenFromAddressLists: boolean;
  readonly accountEnabled?: boolean;
  /** Set ones only, by number. */
  readonly customAttributes: Readonly<Record<string, string>>;
  readonly memberIds?: readonly string[];
  readonly recipientFilter?: string;
  readonly hasMailbox: boolean;
  readonly whenChanged: string;
}

export interface FolderView {
  readonly id: string;
  readonly displayName: string;
  /** Such as `Contacts/Company`. */
  readonly path: string;
  readonly parentFolderId: string;
  readonly extendedProperties: Readonly<Record<string, string>>;
  readonly changeKey: string;
  /** Deleted Items or below. */
  readonly isDeleted: boolean;
}

export interface ItemView {
  readonly id: string;
  readonly immutableId: string;
  readonly folderId: string;
  readonly folderPath: string;
  readonly itemClass: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly extendedProperties: Readonly<Record<string, string>>;
  readonly changeKey: string;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly madeByHand: boolean;
}

export interface MailboxView {
  readonly exchangeGuid: string;
  readonly folders: readonly FolderView[];
  readonly items: readonly ItemView[];
}

export function recipientView(recipient: Recipient): RecipientView {
  const { mailbox, customAttributes, exchangeObjectGuid: _, addressListMembership: __, ...rest } = recipient;
  return {
    ...rest,
    person: { ...rest.person },
    customAttributes: Object.fromEntries(
      customAttributes.map((value, index) => [String(index + 1), value]).filter(([, value]) => value !== ''),
    ),
    hasMailbox: mailbox !== undefined,
    whenChanged: recipient.whenChanged.toISOString(),
  };
}

export function mailboxView(mailbox: Mailbox): MailboxView {
  return {
    exchangeGuid: mailbox.exchangeGuid,
    folders: [...mailbox.folders.values()].map((folder) => folderView(mailbox, folder)),
    items: [...mailbox.items.values()].map((item) => itemView(mailbox, item)),
  };
}

export function folderView(mailbox: Mailbox, folder: ContactFolder): FolderView {
  return {
    id: folder.id,
    displayName: folder.displayName,
    path: folderPath(mailbox, folder.id),
    parentFolderId: folder.parentFolderId,
    extendedProperties: Object.fromEntries(folder.extendedProperties),
    changeKey: changeKey(mailbox, folder),
    isDeleted: isDeleted(mailbox, folder.id),
  };
}

export function itemView(mailbox: Mailbox, item: ContactItem): ItemView {
  return {
    id: item.id,
    immutableId: item.immutableId,
    folderId: item.parentFolderId,
    folderPath: folderPath(mailbox, item.parentFolderId),
    itemClass: item.itemClass,
    properties: item.properties,
    extendedProperties: Object.fromEntries(item.extendedProperties),
    changeKey: changeKey(mailbox, item),
    createdAt: item.createdAt.toISOString(),
    modifiedAt: item.modifiedAt.toISOString(),
    madeByHand: item.madeByHand,
  };
}

export function folderPath(mailbox: Mailbox, id: string): string {
  const folder = mailbox.folders.get(id);
  if (folder === undefined) return '';
  const parent = folderPath(mailbox, folder.parentFolderId);
  return parent === '' ? folder.displayName : `${parent}/${folder.displayName}`;
}
