// The operations on items as XML. https://learn.microsoft.com/exchange/client-developer/web-service-reference

import type { FolderId, ItemId } from '../../model/ids.ts';
import { MARK_SHAPE } from './contact-reader.ts';
import { folderIdElement, itemIdElement } from './mailbox-session.ts';
import { element, type Xml } from './xml-writer.ts';

/** The most that the schema allows. */
export const CHANGES_PER_ANSWER = 512;
export const ITEMS_PER_PAGE = 500;

/** Without a state everything in the folder counts as created. Always the same shape, whatever the state. */
export function syncFolderItems(
  id: FolderId,
  syncState: string | undefined,
  most: number = CHANGES_PER_ANSWER,
  shape: Xml = MARK_SHAPE,
): Xml {
  return element(
    'm:SyncFolderItems',
    {},
    shape,
    element('m:SyncFolderId', {}, folderIdElement(id)),
    syncState === undefined ? undefined : element('m:SyncState', {}, syncState),
    element('m:MaxChangesReturned', {}, String(most)),
    element('m:SyncScope', {}, 'NormalItems'),
  );
}

/** Without a restriction: each would leave a search behind on the server. */
export function findItems(
  id: FolderId,
  offset: number,
  most: number = ITEMS_PER_PAGE,
  shape: Xml = MARK_SHAPE,
): Xml {
  return element(
    'm:FindItem',
    { Traversal: 'Shallow' },
    shape,
    element('m:IndexedPageItemView', {
      MaxEntriesReturned: String(most),
      Offset: String(offset),
      BasePoint: 'Beginning',
    }),
    element('m:ParentFolderIds', {}, folderIdElement(id)),
  );
}

export function getItems(shape: Xml, ids: readonly ItemId[]): Xml {
  return element('m:GetItem', {}, shape, element('m:ItemIds', {}, ...ids.map((id) => itemIdElement(id))));
}

export function createItems(folder: FolderId, contacts: readonly Xml[]): Xml {
  return element(
    'm:CreateItem',
    { MessageDisposition: 'SaveOnly' },
    element('m:SavedItemFolderId', {}, folderIdElement(folder)),
    element('m:Items', {}, ...contacts),
  );
}

export interface ItemUpdate {
  readonly itemId: ItemId;
  readonly version: string;
  readonly updates: Xml;
}

/** Only if the change key is the current one. */
export function updateItems(changes: readonly ItemUpdate[]): Xml {
  const written = changes.map(({ itemId, version, updates }) =>
    element('t:ItemChange', {}, itemIdElement(itemId, version), updates),
  );
  return element(
    'm:UpdateItem',
    { ConflictResolution: 'NeverOverwrite', MessageDisposition: 'SaveOnly' },
    element('m:ItemChanges', {}, ...written),
  );
}

export type Deletion = { readonly itemId: ItemId; readonly version: string };

/** The change keys go along, but the protocol promises nothing for them. */
export function deleteItems(mode: 'hard' | 'soft', items: readonly Deletion[]): Xml {
  return element(
    'm:DeleteItem',
    { DeleteType: mode === 'hard' ? 'HardDelete' : 'MoveToDeletedItems' },
    element('m:ItemIds', {}, ...items.map(({ itemId, version }) => itemIdElement(itemId, version))),
  );
}
