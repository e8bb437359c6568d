// How a folder looks in an answer, and its properties in MAPI.

import { childFolders } from '../../organization/folder-store.ts';
import { itemsIn } from '../../organization/mailbox-store.ts';
import type { ContactFolder, Mailbox } from '../../organization/state.ts';
import { ewsChangeKey, ewsId } from '../ids.ts';
import { viewExtended } from '../properties/contact-view.ts';
import type { Shape } from '../properties/item-shape.ts';
import { wireTime } from '../properties/property-bag.ts';
import { element, textElement } from '../xml/writer.ts';

export const folderClassKey = 'String 0x3613';

export function folderClass(mailbox: Mailbox, folder: ContactFolder): string {
  const kept = folder.extendedProperties.get(folderClassKey);
  return kept ?? (folder.id === mailbox.deletedItemsFolderId ? 'IPF.Note' : 'IPF.Contact');
}

// When nothing is in a folder there is nothing to tell when it changed; a fixed past will do.
const longAgo = new Date('2026-10-01T08:00:00Z');

export function readFolderProperty(mailbox: Mailbox, folder: ContactFolder, key: string): string | undefined {
  switch (key) {
    case 'String 0x3001':
      return folder.displayName;
    case folderClassKey:
      return folderClass(mailbox, folder);
    case 'Integer 0x3602':
      return String(itemsIn(mailbox, folder.id).length);
    case 'Integer 0x3603':
      return '0';
    case 'Integer 0x6638':
      return String(childFolders(mailbox, folder.id).length);
    case 'Boolean 0x360a':
      return String(childFolders(mailbox, folder.id).length > 0);
    case 'SystemTime 0x3008':
    case 'SystemTime 0x670a': {
      const times = itemsIn(mailbox, folder.id).map((item) => item.modifiedAt.getTime());
      return wireTime(new Date(Math.max(longAgo.getTime(), ...times)));
    }
    default:
      return folder.extendedProperties.get(key);
  }
}

function folderIdElement(mailbox: Mailbox, folder: ContactFolder, name = 't:FolderId'): string {
  return element(name, { Id: ewsId(folder.id), ChangeKey: ewsChangeKey(mailbox, folder) });
}

export function viewFolder(mailbox: Mailbox, folder: ContactFolder, shape: Shape): string {
  const isBase = shape.base !== 'IdOnly';
  const isShown = (field: string, inDefault: boolean): boolean =>
    (isBase && (inDefault || shape.base === 'AllProperties')) || shape.uris.has(`folder:${field}`);
  const property = (key: string): string => readFolderProperty(mailbox, folder, key) ?? '';
  const parent = mailbox.folders.get(folder.parentFolderId);
  const parentId =
    parent === undefined
      ? element('t:ParentFolderId', {
          Id: ewsId(folder.parentFolderId),
          ChangeKey: ewsChangeKey(mailbox, folder),
        })
      : folderIdElement(mailbox, parent, 't:ParentFolderId');
  const count = (name: string, key: string): string =>
    isShown(name, true) ? textElement(`t:${name}`, property(key)) : '';
  return element(
    folderElementName(mailbox, folder),
    {},
    folderIdElement(mailbox, folder),
    isShown('ParentFolderId', false) ? parentId : '',
    isShown('FolderClass', false) ? textElement('t:FolderClass', property(folderClassKey)) : '',
    isShown('DisplayName', true) ? textElement('t:DisplayName', folder.displayName) : '',
    count('TotalCount', 'Integer 0x3602'),
    count('ChildFolderCount', 'Integer 0x6638'),
    ...shape.extended.map((field) =>
      viewExtended(field, readFolderProperty(mailbox, folder, field.key), false),
    ),
    isShown('DistinguishedFolderId', false) ? distinguishedName(mailbox, folder) : '',
  );
}

function distinguishedName(mailbox: Mailbox, folder: ContactFolder): string {
  const names = new Map([
    [mailbox.contactsFolderId, 'contacts'],
    [mailbox.deletedItemsFolderId, 'deleteditems'],
    [mailbox.rootFolderId, 'msgfolderroot'],
  ]);
  const name = names.get(folder.id);
  return name === undefined ? '' : textElement('t:DistinguishedFolderId', name);
}

function folderElementName(mailbox: Mailbox, folder: ContactFolder): string {
  return /^IPF\.Contact(?:\.|$)/i.test(folderClass(mailbox, folder)) ? 't:ContactsFolder' : 't:Folder';
}

export function viewFolderIdOnly(mailbox: Mailbox, folder: ContactFolder): string {
  return element(folderElementName(mailbox, folder), {}, folderIdElement(mailbox, folder));
}
