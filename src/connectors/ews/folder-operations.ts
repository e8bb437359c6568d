// The operations on folders as XML. https://learn.microsoft.com/exchange/client-developer/web-service-reference

import type { FolderId } from '../../model/ids.ts';
import { fieldPath } from './contact-writer.ts';
import { folderIdElement } from './mailbox-session.ts';
import { extendedProperty, IDENTITY_PROPERTY, pathOf, tagged } from './mapi-property.ts';
import { element, type Xml } from './xml-writer.ts';

export const CONTACT_FOLDER_CLASS = 'IPF.Contact';
/** PR_LOCAL_COMMIT_TIME_MAX: when an item of the folder last changed (MS-OXCFOLD 2.2.2.2.1.14). */
export const LAST_COMMIT = tagged('0x670A', 'SystemTime');
/** PR_REPLICA_LIST: which public folder mailboxes hold the items of a public folder (MS-OXCFOLD). */
export const REPLICAS = tagged('0x6698', 'Binary');
export const FOLDERS_PER_PAGE = 500;

const FOLDER_PATHS: readonly Xml[] = [
  fieldPath('folder:ParentFolderId'),
  fieldPath('folder:FolderClass'),
  fieldPath('folder:DisplayName'),
  fieldPath('folder:TotalCount'),
  pathOf(IDENTITY_PROPERTY),
  pathOf(LAST_COMMIT),
];

const shapeOf = (...paths: readonly Xml[]): Xml =>
  element(
    'm:FolderShape',
    {},
    element('t:BaseShape', {}, 'IdOnly'),
    element('t:AdditionalProperties', {}, ...paths),
  );

const FOLDER_SHAPE = shapeOf(...FOLDER_PATHS);
const PUBLIC_FOLDER_SHAPE = shapeOf(...FOLDER_PATHS, pathOf(REPLICAS));

export function getFolder(id: Xml): Xml {
  return element('m:GetFolder', {}, FOLDER_SHAPE, element('m:FolderIds', {}, id));
}

/** Everything below, in one list. */
export function findFoldersBelow(parent: Xml, offset: number, most: number = FOLDERS_PER_PAGE): Xml {
  return findFolders('Deep', FOLDER_SHAPE, parent, offset, most);
}

/** Directly in it: public folders are never listed otherwise. */
export function findPublicFoldersIn(parent: Xml, offset: number, most: number): Xml {
  return findFolders('Shallow', PUBLIC_FOLDER_SHAPE, parent, offset, most);
}

function findFolders(
  traversal: 'Deep' | 'Shallow',
  shape: Xml,
  parent: Xml,
  offset: number,
  most: number,
): Xml {
  return element(
    'm:FindFolder',
    { Traversal: traversal },
    shape,
    element('m:IndexedPageFolderView', {
      MaxEntriesReturned: String(most),
      Offset: String(offset),
      BasePoint: 'Beginning',
    }),
    element('m:ParentFolderIds', {}, parent),
  );
}

/** Without an identity it carries no mark. */
export function createFolder(parent: Xml, name: string, identity?: string): Xml {
  const folder = element(
    't:ContactsFolder',
    {},
    element('t:FolderClass', {}, CONTACT_FOLDER_CLASS),
    element('t:DisplayName', {}, name),
    identity === undefined ? undefined : extendedProperty(IDENTITY_PROPERTY, identity),
  );
  return element(
    'm:CreateFolder',
    {},
    element('m:ParentFolderId', {}, parent),
    element('m:Folders', {}, folder),
  );
}

/** Writes the mark, and the name where one is given. */
export function updateFolder(id: FolderId, name: string | undefined, identity: string): Xml {
  const setting = (path: Xml, content: Xml) =>
    element('t:SetFolderField', {}, path, element('t:ContactsFolder', {}, content));
  return element(
    'm:UpdateFolder',
    {},
    element(
      'm:FolderChanges',
      {},
      element(
        't:FolderChange',
        {},
        folderIdElement(id),
        element(
          't:Updates',
          {},
          name === undefined
            ? undefined
            : setting(fieldPath('folder:DisplayName'), element('t:DisplayName', {}, name)),
          setting(pathOf(IDENTITY_PROPERTY), extendedProperty(IDENTITY_PROPERTY, identity)),
        ),
      ),
    ),
  );
}

/** To Deleted Items: what the user added in the last moment can be fetched back from there. */
export function deleteFolder(id: FolderId): Xml {
  return element(
    'm:DeleteFolder',
    { DeleteType: 'MoveToDeletedItems' },
    element('m:FolderIds', {}, folderIdElement(id)),
  );
}
