// The operations on single items: get, create, change, delete, move, copy.

import {
  copyItem as copyInStore,
  createItem as createInStore,
  deleteItem as deleteInStore,
  moveItem as moveInStore,
  purgeItem,
  updateItem as updateInStore,
} from '../../organization/mailbox-store.ts';
import type { ContactItem } from '../../organization/state.ts';
import { answerEach } from '../batch.ts';
import { type EwsCall, type OwnedMailbox, requireMailbox } from '../call.ts';
import { EwsError, notEmulated } from '../errors.ts';
import { ewsChangeKey, requireChangeKeyForm, requireItemById } from '../ids.ts';
import { viewIdOnly, viewItem } from '../properties/contact-view.ts';
import { writeItem } from '../properties/contact-write.ts';
import { readShape } from '../properties/item-shape.ts';
import { displayNameKey, subjectKey } from '../properties/mapi.ts';
import { PropertyChanges } from '../properties/property-bag.ts';
import { attribute, child, type Element, requireChild } from '../xml/reader.ts';
import { element } from '../xml/writer.ts';
import { requireFolderIn } from './folder-reference.ts';
import { applyUpdates } from './item-updates.ts';
import { sendMessage } from './send-message.ts';

const noItems = '<m:Items />';

export function getItem(call: EwsCall): string {
  const shape = readShape(requireChild(call.operation, 'm:ItemShape'));
  return answerEach(
    call,
    requireChild(call.operation, 'm:ItemIds').children,
    (id) => {
      const { mailbox } = requireMailbox(call);
      const item = requireItemById(mailbox, attribute(id, 'Id'));
      if (item.isDamaged === true) throw new EwsError('ErrorItemCorrupt', 'The item is corrupt.');
      return element('m:Items', {}, viewItem(item, shape, { mailbox, inTable: false }));
    },
    { whenFailed: noItems },
  );
}

export function createItem(call: EwsCall): string {
  const { operation } = call;
  const disposition = operation.attributes.get('MessageDisposition');
  const target = child(operation, 'm:SavedItemFolderId');
  return answerEach(
    call,
    requireChild(operation, 'm:Items').children,
    (given) => {
      const open = requireMailbox(call);
      if (given.name === 't:Message') {
        sendMessage(open, given, disposition);
        return noItems;
      }
      const folderId =
        target === undefined ? open.mailbox.contactsFolderId : requireFolderIn(call, target).id;
      const item = createContact(open, folderId, given);
      return element('m:Items', {}, viewIdOnly(open.mailbox, item));
    },
    { whenFailed: noItems },
  );
}

function createContact(open: OwnedMailbox, folderId: string, given: Element): ContactItem {
  if (given.name !== 't:Contact') throw notEmulated(`creating a ${given.name}`);
  const changes = new PropertyChanges();
  writeItem(changes, given);
  const mapping = child(given, 't:FileAsMapping')?.text ?? 'None';
  if (child(given, 't:FileAs') === undefined && !['None', 'LastCommaFirst'].includes(mapping))
    throw notEmulated(`the FileAsMapping ${mapping} without FileAs`);
  const subject = changes.read(subjectKey);
  if (changes.read(displayNameKey) === undefined && subject !== undefined)
    changes.set(displayNameKey, subject);
  const itemClass = changes.itemClass ?? 'IPM.Contact';
  if (!/^IPM\.Contact(?:\.|$)/i.test(itemClass))
    throw new EwsError('ErrorObjectTypeChanged', 'The item class does not fit the type of the item.');
  return createInStore(open, folderId, { ...changes.contents(), itemClass });
}

export function updateItem(call: EwsCall): string {
  const { operation } = call;
  const resolution = attribute(operation, 'ConflictResolution');
  return answerEach(
    call,
    requireChild(operation, 'm:ItemChanges').children,
    (change) => {
      const [id, updates] = change.children;
      if (id === undefined || updates === undefined) throw new Error('the schema lets no less through');
      const open = requireMailbox(call);
      const item = requireItemById(open.mailbox, attribute(id, 'Id'));
      requireFreshKey(open, item, id, resolution);
      const changes = new PropertyChanges(item);
      applyUpdates(changes, updates);
      if (changes.itemClass !== undefined) item.itemClass = changes.itemClass;
      updateInStore(open, item.id, changes.contents());
      changes.applyRemovals(item);
      return (
        element('m:Items', {}, viewIdOnly(open.mailbox, item)) +
        element('m:ConflictResults', {}, '<t:Count>0</t:Count>')
      );
    },
    { whenFailed: noItems },
  );
}

// AutoResolve merges what it can: of contacts nothing is known to be in its way, so only the key's form is looked at.
// Who wants every strange change to be seen says NeverOverwrite.
function requireFreshKey(open: OwnedMailbox, item: ContactItem, id: Element, resolution: string): void {
  const key = id.attributes.get('ChangeKey');
  if (resolution === 'AlwaysOverwrite') return;
  if (key === undefined) {
    throw new EwsError(
      'ErrorChangeKeyRequiredForWriteOperations',
      'The change key is required for this operation.',
    );
  }
  if (requireChangeKeyForm(key) === ewsChangeKey(open.mailbox, item) || resolution === 'AutoResolve') return;
  throw new EwsError(
    'ErrorIrresolvableConflict',
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  );
}

export function deleteItem(call: EwsCall): string {
  const type = attribute(call.operation, 'DeleteType');
  return answerEach(call, requireChild(call.operation, 'm:ItemIds').children, (id) => {
    const open = requireMailbox(call);
    const item = requireItemById(open.mailbox, attribute(id, 'Id'));
    if (type === 'MoveToDeletedItems') deleteInStore(open, item.id);
    else purgeItem(open, item.id);
    return '';
  });
}

export function moveItem(call: EwsCall): string {
  return relocate(call, moveInStore);
}

export function copyItem(call: EwsCall): string {
  return relocate(call, copyInStore);
}

function relocate(call: EwsCall, work: typeof moveInStore): string {
  const target = requireChild(call.operation, 'm:ToFolderId');
  const isShown = child(call.operation, 'm:ReturnNewItemIds')?.text !== 'false';
  return answerEach(
    call,
    requireChild(call.operation, 'm:ItemIds').children,
    (id) => {
      const open = requireMailbox(call);
      const item = requireItemById(open.mailbox, attribute(id, 'Id'));
      const moved = work(open, item.id, requireFolderIn(call, target).id);
      return isShown ? element('m:Items', {}, viewIdOnly(open.mailbox, moved)) : noItems;
    },
    { whenFailed: noItems },
  );
}
