// The changes of one item in an UpdateItem request: each names one property and, where it sets it, carries an item
// that holds this property and no other.

import { EwsError } from '../errors.ts';
import type { Field } from '../properties/contact-fields.ts';
import { addressEntryKeys, addressPartKey, addressParts } from '../properties/contact-fields.ts';
import {
  emptyText,
  requireWritable,
  requireWritableKey,
  writeExtended,
  writeField,
  writeIndexed,
  wrongProperty,
} from '../properties/contact-write.ts';
import { type FieldPath, readPath } from '../properties/field-path.ts';
import { bodyKey, htmlKey, slotKeys } from '../properties/mapi.ts';
import type { PropertyChanges } from '../properties/property-bag.ts';
import type { Element } from '../xml/reader.ts';

export function applyUpdates(changes: PropertyChanges, updates: Element): void {
  for (const update of updates.children) {
    const [pathElement, item] = update.children;
    if (pathElement === undefined) throw wrongProperty();
    const path = readPath(pathElement);
    if (update.name === 't:DeleteItemField') remove(changes, path);
    else if (item === undefined || item.children.length !== 1) throw wrongProperty();
    else if (update.name === 't:AppendToItemField') append(changes, path, item);
    else set(changes, path, item);
  }
}

function set(changes: PropertyChanges, path: FieldPath, item: Element): void {
  const [given] = item.children;
  if (given === undefined) throw wrongProperty();
  if (path.kind === 'indexed') {
    writeIndexed(changes, path, item);
  } else if (path.kind === 'extended') {
    if (given.name !== 't:ExtendedProperty') throw wrongProperty();
    writeExtended(changes, given, path);
  } else {
    const field = requireWritable(given);
    if (field !== path.field) throw wrongProperty();
    requireSettable(field);
    if (field.shape.kind !== 'texts' && given.text.trim() === '' && field.shape.kind !== 'body')
      throw emptyText(path.uri);
    if (field.shape.kind === 'texts' || field.shape.kind === 'body') removeField(changes, field);
    writeField(changes, field, given);
  }
}

// Lists whose entries are properties of their own are changed entry by entry.
function requireSettable(field: Field): void {
  if (['entries', 'emails', 'addresses'].includes(field.shape.kind))
    throw new EwsError('ErrorInvalidPropertySet', 'Set action is invalid for property.');
}

function append(changes: PropertyChanges, path: FieldPath, item: Element): void {
  const [given] = item.children;
  if (path.kind !== 'field' || path.field?.shape.kind !== 'body' || given === undefined)
    throw new EwsError('ErrorInvalidPropertyAppend', 'Append action is invalid for property.');
  const before = String(changes.read(bodyKey) ?? '');
  writeField(changes, path.field, given);
  changes.set(bodyKey, `${before}${String(changes.read(bodyKey) ?? '')}`);
}

function remove(changes: PropertyChanges, path: FieldPath): void {
  if (path.kind === 'extended') {
    requireWritableKey(path.key);
    changes.remove(path.key);
  } else if (path.kind === 'indexed') {
    changes.remove(path.key);
  } else if (path.field === undefined || path.field.isReadOnly) {
    throw new EwsError('ErrorInvalidPropertyDelete', 'Delete action is invalid for property.');
  } else {
    removeField(changes, path.field);
  }
}

function removeField(changes: PropertyChanges, field: Field): void {
  const { shape } = field;
  switch (shape.kind) {
    case 'body':
      changes.remove(bodyKey);
      changes.remove(htmlKey);
      return;
    case 'entries':
      for (const key of Object.values(shape.keys)) changes.remove(key);
      return;
    case 'emails':
      for (const key of slotKeys['emailAddresses'] ?? []) changes.remove(key);
      return;
    case 'addresses':
      for (const address of addressEntryKeys)
        for (const part of addressParts) changes.remove(addressPartKey(address, part));
      return;
    default:
      if ('key' in shape) changes.remove(shape.key);
  }
}
