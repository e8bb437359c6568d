// The operations on folders: get, find, create, change, move, delete, empty.

import {
  childFolders,
  createFolder as createInStore,
  deleteFolder as deleteInStore,
  moveFolder as moveInStore,
  purgeFolder,
  updateFolder as updateInStore,
} from '../../organization/folder-store.ts';
import { deleteItem, itemsIn, purgeItem } from '../../organization/mailbox-store.ts';
import type { ContactFolder, Mailbox } from '../../organization/state.ts';
import { answerEach } from '../batch.ts';
import { type EwsCall, type OwnedMailbox, requireMailbox } from '../call.ts';
import { EwsError, notEmulated } from '../errors.ts';
import { normalizedValue, readExtendedField } from '../properties/extended-field.ts';
import { readPath } from '../properties/field-path.ts';
import { readShape } from '../properties/item-shape.ts';
import { readOnlyKeys } from '../properties/mapi.ts';
import { attribute, child, type Element, requireChild } from '../xml/reader.ts';
import { element } from '../xml/writer.ts';
import { requireFolderIn, requireFolderOf } from './folder-reference.ts';
import {
  folderClass,
  folderClassKey,
  readFolderProperty,
  viewFolder,
  viewFolderIdOnly,
} from './folder-view.ts';
import { pageOf } from './paging.ts';
import { readRestriction } from './restriction.ts';

const noFolders = '<m:Folders />';

export function getFolder(call: EwsCall): string {
  const shape = readShape(requireChild(call.operation, 'm:FolderShape'));
  const ids = requireChild(call.operation, 'm:FolderIds').children;
  return answerEach(
    call,
    ids,
    (id) => {
      const folder = requireFolderOf(call, id);
      return element('m:Folders', {}, viewFolder(requireMailbox(call).mailbox, folder, shape));
    },
    { whenFailed: noFolders },
  );
}

export function findFolder(call: EwsCall): string {
  const { operation } = call;
  const shape = readShape(requireChild(operation, 'm:FolderShape'));
  const traversal = attribute(operation, 'Traversal');
  if (traversal === 'SoftDeleted') throw notEmulated('soft-deleted folders');
  const restriction = child(operation, 'm:Restriction');
  const isMatch = restriction === undefined ? () => true : readRestriction(restriction);
  const view = child(operation, 'm:IndexedPageFolderView');
  return answerEach(call, requireChild(operation, 'm:ParentFolderIds').children, (parentId) => {
    const parent = requireFolderOf(call, parentId);
    const { mailbox } = requireMailbox(call);
    const found = (
      traversal === 'Deep' ? allBelow(mailbox, parent.id) : childFolders(mailbox, parent.id)
    ).filter((folder) => isMatch((key) => readFolderProperty(mailbox, folder, key)));
    const page = pageOf(found, view, call.context.ews.settings.pageLimit);
    const shown = page.entries.map((folder) => viewFolder(mailbox, folder, shape));
    return element('m:RootFolder', page.attributes, element('t:Folders', {}, ...shown));
  });
}

function allBelow(mailbox: Mailbox, id: string): ContactFolder[] {
  return childFolders(mailbox, id).flatMap((folder) => [folder, ...allBelow(mailbox, folder.id)]);
}

export function createFolder(call: EwsCall): string {
  const { operation } = call;
  const parentReference = requireChild(operation, 'm:ParentFolderId');
  return answerEach(
    call,
    requireChild(operation, 'm:Folders').children,
    (given) => {
      const open = requireMailbox(call);
      const parent = requireParent(call, parentReference);
      const folder = createInStore(open, parent.id, requireName(given), extendedIn(given));
      const wanted = child(given, 't:FolderClass')?.text ?? classOfElement(given);
      if (wanted !== folderClass(open.mailbox, folder)) folder.extendedProperties.set(folderClassKey, wanted);
      return element('m:Folders', {}, viewFolderIdOnly(open.mailbox, folder));
    },
    { whenFailed: noFolders },
  );
}

function requireParent(call: EwsCall, reference: Element): ContactFolder {
  try {
    return requireFolderIn(call, reference);
  } catch (error) {
    if (error instanceof EwsError && error.code === 'ErrorFolderNotFound')
      throw new EwsError('ErrorParentFolderNotFound', 'The specified parent folder could not be found.');
    throw error;
  }
}

function classOfElement(given: Element): string {
  return given.name === 't:ContactsFolder' ? 'IPF.Contact' : 'IPF.Note';
}

function requireName(given: Element): string {
  const name = child(given, 't:DisplayName')?.text.trim() ?? '';
  if (name === '')
    throw new EwsError(
      'ErrorFolderSavePropertyError',
      'Failed to save folder due to one or more invalid properties.',
    );
  return name;
}

function extendedIn(given: Element): Map<string, string> {
  const result = new Map<string, string>();
  for (const one of given.children) if (one.name === 't:ExtendedProperty') readFolderExtended(one, result);
  return result;
}

function readFolderExtended(given: Element, into: Map<string, string>): void {
  const field = readExtendedField(requireChild(given, 't:ExtendedFieldURI'));
  if (readOnlyKeys.includes(field.key) || field.type.endsWith('Array'))
    throw new EwsError('ErrorInvalidPropertySet', 'Set action is invalid for property.');
  into.set(field.key, String(normalizedValue(field, given.children[1]?.text ?? '')));
}

export function updateFolder(call: EwsCall): string {
  return answerEach(
    call,
    requireChild(call.operation, 'm:FolderChanges').children,
    (change) => {
      const [reference, updates] = change.children;
      if (reference === undefined || updates === undefined)
        throw new Error('the schema lets no less through');
      const folder = requireFolderOf(call, reference);
      const open = requireMailbox(call);
      const changes = readUpdates(updates);
      updateInStore(open, folder.id, changes);
      for (const key of changes.removed) folder.extendedProperties.delete(key);
      return element('m:Folders', {}, viewFolderIdOnly(open.mailbox, folder));
    },
    { whenFailed: noFolders },
  );
}

interface FolderUpdates {
  displayName?: string;
  readonly extendedProperties: Map<string, string>;
  readonly removed: string[];
}

function readUpdates(updates: Element): FolderUpdates {
  const result: FolderUpdates = { extendedProperties: new Map(), removed: [] };
  for (const update of updates.children) {
    const [pathElement, given] = update.children;
    if (pathElement === undefined) continue;
    const path = readPath(pathElement);
    if (update.name === 't:AppendToFolderField') throw notEmulated('AppendToFolderField');
    if (update.name === 't:DeleteFolderField') {
      if (path.kind !== 'extended')
        throw new EwsError('ErrorInvalidPropertyDelete', 'Delete action is invalid for property.');
      result.removed.push(path.key);
    } else if (path.kind === 'extended') {
      const property = given?.children[0];
      if (property !== undefined) readFolderExtended(property, result.extendedProperties);
    } else if (path.kind === 'field' && path.uri === 'folder:DisplayName' && given !== undefined) {
      result.displayName = requireName(given);
    } else {
      throw new EwsError('ErrorInvalidPropertySet', 'Set action is invalid for property.');
    }
  }
  return result;
}

export function moveFolder(call: EwsCall): string {
  const target = requireChild(call.operation, 'm:ToFolderId');
  return answerEach(
    call,
    requireChild(call.operation, 'm:FolderIds').children,
    (id) => {
      const folder = requireFolderOf(call, id);
      const open = requireMailbox(call);
      const moved = moveInStore(open, folder.id, requireFolderIn(call, target).id);
      return element('m:Folders', {}, viewFolderIdOnly(open.mailbox, moved));
    },
    { whenFailed: noFolders },
  );
}

export function deleteFolder(call: EwsCall): string {
  const type = attribute(call.operation, 'DeleteType');
  return answerEach(call, requireChild(call.operation, 'm:FolderIds').children, (id) => {
    const folder = requireFolderOf(call, id);
    const open = requireMailbox(call);
    if (type === 'MoveToDeletedItems') deleteInStore(open, folder.id);
    else purgeFolder(open, folder.id);
    return '';
  });
}

export function emptyFolder(call: EwsCall): string {
  const type = attribute(call.operation, 'DeleteType');
  const isDeep = /^(?:true|1)$/.test(attribute(call.operation, 'DeleteSubFolders'));
  return answerEach(call, requireChild(call.operation, 'm:FolderIds').children, (id) => {
    const folder = requireFolderOf(call, id);
    const open = requireMailbox(call);
    requireEmptiable(open, folder);
    const isMove = type === 'MoveToDeletedItems' && folder.id !== open.mailbox.deletedItemsFolderId;
    for (const item of itemsIn(open.mailbox, folder.id)) {
      if (isMove) deleteItem(open, item.id);
      else purgeItem(open, item.id);
    }
    for (const sub of isDeep ? childFolders(open.mailbox, folder.id) : []) {
      if (isMove) deleteInStore(open, sub.id);
      else purgeFolder(open, sub.id);
    }
    return '';
  });
}

// Not possible for the mailbox's own Contacts in every version: a client must not count on it.
function requireEmptiable({ mailbox }: OwnedMailbox, folder: ContactFolder): void {
  if (folder.id === mailbox.contactsFolderId || folder.id === mailbox.rootFolderId)
    throw new EwsError('ErrorCannotEmptyFolder', 'Emptying this folder is not supported.');
}
