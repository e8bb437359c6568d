// The same ids as Graph shows, in the spelling of EWS: plain base64 instead of the url-safe one. Exactly as long and
// as case-sensitive.

import { changeKeyOf } from '../organization/ids.ts';
import { findItem } from '../organization/mailbox-store.ts';
import type { ContactFolder, ContactItem, Mailbox } from '../organization/state.ts';
import { EwsError, folderNotFound, itemNotFound } from './errors.ts';

export function ewsId(storeId: string): string {
  return storeId.replaceAll('-', '+').replaceAll('_', '/');
}

export function ewsChangeKey(mailbox: Mailbox, versioned: { readonly changeNumber: number }): string {
  return ewsId(changeKeyOf(mailbox.exchangeGuid, versioned.changeNumber));
}

/** The store's spelling; throws for what Exchange could not even decode. */
export function storeId(id: string): string {
  if (id === '') throw new EwsError('ErrorInvalidIdEmpty', 'Id must be non-empty.');
  if (id.length > 512) throw malformed();
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(id) && id.length % 4 === 0;
  if (
    !isBase64 ||
    !Buffer.from(id, 'base64')
      .subarray(0, 4)
      .equals(Buffer.from([0, 3, 0x24, 0]))
  )
    throw malformed();
  return id.replaceAll('+', '-').replaceAll('/', '_');
}

function malformed(): EwsError {
  return new EwsError('ErrorInvalidIdMalformed', 'Id is malformed.');
}

export function requireItemById(mailbox: Mailbox, id: string): ContactItem {
  const item = findItem(mailbox, storeId(id));
  if (item === undefined) throw itemNotFound();
  return item;
}

export function requireFolderById(mailbox: Mailbox, id: string): ContactFolder {
  const folder = findFolderById(mailbox, storeId(id));
  if (folder === undefined) throw folderNotFound();
  return folder;
}

/** The root of the mailbox is no record of the store; here it is a folder like others. */
export function findFolderById(mailbox: Mailbox, id: string): ContactFolder | undefined {
  if (id !== mailbox.rootFolderId) return mailbox.folders.get(id);
  return {
    id,
    displayName: 'Top of Information Store',
    parentFolderId: id,
    extendedProperties: new Map([['String 0x3613', 'IPF.Note']]),
    changeNumber: 1,
  };
}

/** Change key as a client brings it: not checked for age, only for being one. */
export function requireChangeKeyForm(key: string): string {
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(key) ? Buffer.from(key, 'base64') : Buffer.alloc(0);
  if (bytes.length < 8 || bytes[0] !== 0x11)
    throw new EwsError('ErrorInvalidChangeKey', 'The change key is invalid.');
  return key;
}

/** The number of the change that made the item, from its id: tells a new item from a changed one. */
export function creationNumber(id: string): number {
  const bytes = Buffer.from(id, 'base64url');
  return Number(bytes.readBigUInt64BE(bytes.length - 10));
}
