// The contact folders of one mailbox: create, rename, move, delete, empty. Folder ids stay through moves; a
// deleted folder lives on below Deleted Items, with its items and under its id, until that is emptied.

import { folderId as makeFolderId, namedGuid } from './ids.ts';
import {
  itemsIn,
  nextChangeNumber,
  type OpenMailbox,
  purgeItem,
  recordRemoval,
  StoreError,
} from './mailbox-store.ts';
import type { ContactFolder, Mailbox } from './state.ts';

export function createMailbox(
  seedName: string,
  exchangeGuid: string = namedGuid(`mailbox:${seedName}`),
): Mailbox {
  const rootFolderId = makeFolderId(exchangeGuid, 0);
  const contacts = wellKnown(exchangeGuid, rootFolderId, 'Contacts', 1);
  const deletedItems = wellKnown(exchangeGuid, rootFolderId, 'Deleted Items', 2);
  return {
    exchangeGuid,
    isEnabledForRest: true,
    rootFolderId,
    folders: new Map([
      [contacts.id, contacts],
      [deletedItems.id, deletedItems],
    ]),
    contactsFolderId: contacts.id,
    deletedItemsFolderId: deletedItems.id,
    items: new Map(),
    changeNumber: 2,
    sentMessages: [],
    receivedMessages: [],
  };
}

function wellKnown(
  exchangeGuid: string,
  rootFolderId: string,
  displayName: string,
  number: number,
): ContactFolder {
  return {
    id: makeFolderId(exchangeGuid, number),
    displayName,
    parentFolderId: rootFolderId,
    extendedProperties: new Map(),
    changeNumber: number,
  };
}

export function requireFolder(mailbox: Mailbox, id: string): ContactFolder {
  const folder = mailbox.folders.get(id);
  if (folder === undefined) {
    throw new StoreError('ErrorItemNotFound', 'The specified object was not found in the store.');
  }
  return folder;
}

/** Direct children in order of creation; of `rootFolderId` too. */
export function childFolders(mailbox: Mailbox, parentFolderId: string): ContactFolder[] {
  return [...mailbox.folders.values()].filter((folder) => folder.parentFolderId === parentFolderId);
}

export function createFolder(
  open: OpenMailbox,
  parentFolderId: string,
  displayName: string,
  extendedProperties: ReadonlyMap<string, string> = new Map(),
): ContactFolder {
  const { mailbox } = open;
  requireParent(mailbox, parentFolderId);
  const name = fittingName(displayName);
  requireFreeName(mailbox, parentFolderId, name);
  const changeNumber = nextChangeNumber(mailbox);
  const folder: ContactFolder = {
    id: makeFolderId(mailbox.exchangeGuid, changeNumber),
    displayName: name,
    parentFolderId,
    extendedProperties: new Map(extendedProperties),
    changeNumber,
  };
  mailbox.folders.set(folder.id, folder);
  return folder;
}

export function updateFolder(
  open: OpenMailbox,
  id: string,
  changes: { readonly displayName?: string; readonly extendedProperties?: ReadonlyMap<string, string> },
): ContactFolder {
  const { mailbox } = open;
  const folder = requireFolder(mailbox, id);
  if (changes.displayName !== undefined) {
    requireOrdinary(mailbox, id);
    const name = fittingName(changes.displayName);
    requireFreeName(mailbox, folder.parentFolderId, name, id);
    folder.displayName = name;
  }
  for (const [property, value] of changes.extendedProperties ?? []) {
    folder.extendedProperties.set(property, value);
  }
  folder.changeNumber = nextChangeNumber(mailbox);
  return folder;
}

export function moveFolder(open: OpenMailbox, id: string, parentFolderId: string): ContactFolder {
  const { mailbox } = open;
  requireOrdinary(mailbox, id);
  requireParent(mailbox, parentFolderId);
  const folder = requireFolder(mailbox, id);
  if (isWithin(mailbox, parentFolderId, id)) {
    throw new StoreError('ErrorMoveCopyFailed', 'The folder cannot be moved into itself.');
  }
  requireFreeName(mailbox, parentFolderId, folder.displayName, id);
  recordFolderRemoval(open, folder);
  folder.parentFolderId = parentFolderId;
  folder.changeNumber = nextChangeNumber(mailbox);
  return folder;
}

/** To Deleted Items with everything in it; from there for good. */
export function deleteFolder(open: OpenMailbox, id: string): void {
  const { mailbox } = open;
  requireOrdinary(mailbox, id);
  const folder = requireFolder(mailbox, id);
  if (isDeleted(mailbox, id)) {
    purgeFolder(open, id);
    return;
  }
  // Deleted Items may hold one of that name already: Outlook then numbers the newer one.
  const taken = new Set(
    childFolders(mailbox, mailbox.deletedItemsFolderId).map((one) => one.displayName.toLowerCase()),
  );
  const name = folder.displayName;
  let free = name;
  for (let number = 1; taken.has(free.toLowerCase()); number += 1) free = `${name}${number}`;
  recordFolderRemoval(open, folder);
  folder.displayName = free;
  folder.parentFolderId = mailbox.deletedItemsFolderId;
  folder.changeNumber = nextChangeNumber(mailbox);
}

/** For good, with everything in it. */
export function purgeFolder(open: OpenMailbox, id: string): void {
  const { mailbox } = open;
  requireOrdinary(mailbox, id);
  const folder = requireFolder(mailbox, id);
  for (const child of childFolders(mailbox, id)) purgeFolder(open, child.id);
  for (const item of itemsIn(mailbox, id)) purgeItem(open, item.id);
  mailbox.folders.delete(id);
  recordFolderRemoval(open, folder);
}

export function emptyDeletedItems(open: OpenMailbox): void {
  const { mailbox } = open;
  for (const child of childFolders(mailbox, mailbox.deletedItemsFolderId)) purgeFolder(open, child.id);
  for (const item of itemsIn(mailbox, mailbox.deletedItemsFolderId)) purgeItem(open, item.id);
}

/** Whether a folder is Deleted Items or anywhere below. */
export function isDeleted(mailbox: Mailbox, id: string): boolean {
  return isWithin(mailbox, id, mailbox.deletedItemsFolderId);
}

function isWithin(mailbox: Mailbox, id: string, ancestorId: string): boolean {
  let current: string | undefined = id;
  while (current !== undefined) {
    if (current === ancestorId) return true;
    current = mailbox.folders.get(current)?.parentFolderId;
  }
  return false;
}

function recordFolderRemoval(open: OpenMailbox, folder: ContactFolder): void {
  recordRemoval(open, {
    id: folder.id,
    immutableId: folder.id,
    folderId: folder.parentFolderId,
    changeNumber: nextChangeNumber(open.mailbox),
    isFolder: true,
  });
}

function requireParent(mailbox: Mailbox, id: string): void {
  if (id !== mailbox.rootFolderId && !mailbox.folders.has(id)) {
    throw new StoreError('ErrorFolderNotFound', 'The specified folder could not be found in the store.');
  }
}

function requireOrdinary(mailbox: Mailbox, id: string): void {
  if (id === mailbox.contactsFolderId || id === mailbox.deletedItemsFolderId || id === mailbox.rootFolderId) {
    throw new StoreError('ErrorDeleteDistinguishedFolder', 'Distinguished folders cannot be deleted.');
  }
}

/** [MS-ASCMD] 2.2.3.47.2: 1 to 256 characters. Of characters that no name may hold nothing is documented. */
const longestName = 256;

function fittingName(displayName: string): string {
  const name = displayName.trim();
  if (name.length <= longestName) return name;
  throw new StoreError(
    'ErrorFolderSavePropertyError',
    'Failed to save folder due to one or more invalid properties.',
  );
}

function requireFreeName(mailbox: Mailbox, parentFolderId: string, name: string, exceptId?: string): void {
  const lower = name.toLowerCase();
  const isTaken = childFolders(mailbox, parentFolderId).some(
    (folder) => folder.id !== exceptId && folder.displayName.toLowerCase() === lower,
  );
  if (isTaken) {
    throw new StoreError(
      'ErrorFolderExists',
      `A folder with the specified name already exists., Could not create folder '${name}'.`,
    );
  }
}
