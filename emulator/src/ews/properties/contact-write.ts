// Reads the elements of a contact from a request into changes of its properties: a whole item for CreateItem, one
// property at a time for UpdateItem. What is normalized and refused here is what Exchange does when it saves an item.

import { EwsError } from '../errors.ts';
import { attribute, type Element, requireChild } from '../xml/reader.ts';
import { addressPartKey, type Field, fieldsByElement } from './contact-fields.ts';
import { type ExtendedField, normalizedValue, readExtendedField } from './extended-field.ts';
import type { IndexedField } from './field-path.ts';
import { textOfHtml } from './html-text.ts';
import { bodyKey, emailPartKeys, htmlKey, readOnlyKeys, slotKeys } from './mapi.ts';
import type { PropertyChanges } from './property-bag.ts';

/** Every element of a new item. */
export function writeItem(changes: PropertyChanges, item: Element): void {
  for (const element of item.children) {
    if (element.name === 't:ExtendedProperty') writeExtended(changes, element);
    else writeField(changes, requireWritable(element), element);
  }
}

export function requireWritable(element: Element): Field {
  const field = fieldsByElement.get(element.name);
  if (field === undefined || field.isReadOnly) throw readOnly(element.name);
  return field;
}

function readOnly(name: string): EwsError {
  const uri = fieldsByElement.get(name)?.uri ?? name.replace('t:', 'item:');
  // exchangelib: notes and photo of a contact answer with the one, other read-only properties with the other.
  return uri === 'contacts:Notes' || uri === 'contacts:Photo'
    ? new EwsError('ErrorInvalidPropertyRequest', 'Property is not valid for this object type.', path(uri))
    : new EwsError('ErrorInvalidPropertySet', 'Set action is invalid for property.', path(uri));
}

function path(uri: string): string {
  return `<t:FieldURI FieldURI="${uri}" />`;
}

export function writeField(changes: PropertyChanges, field: Field, element: Element): void {
  const { shape } = field;
  const set = (key: string, value: string | readonly string[]): void => {
    if (value.length > 0) changes.set(key, value);
  };
  switch (shape.kind) {
    case 'text':
      set(shape.key, element.text.trim());
      return;
    case 'time':
      set(shape.key, noonOf(element.text));
      return;
    case 'texts':
      set(shape.key, textsOf(element, 't:String'));
      return;
    case 'choice':
      changes.set(shape.key, String(shape.names.indexOf(element.text)));
      return;
    case 'body':
      writeBody(changes, element);
      return;
    case 'entries':
      for (const entry of element.children) {
        const key = shape.keys[attribute(entry, 'Key')];
        if (key !== undefined) set(key, entry.text.trim());
      }
      return;
    case 'emails':
      for (const entry of element.children) writeEmail(changes, entry);
      return;
    case 'addresses':
      for (const entry of element.children)
        for (const part of entry.children)
          set(addressPartKey(attribute(entry, 'Key'), part.name.slice(2)), part.text.trim());
      return;
    default:
      throw readOnly(element.name);
  }
}

function writeEmail(changes: PropertyChanges, entry: Element): void {
  const slot = Number(attribute(entry, 'Key').slice(-1)) - 1;
  const addressKey = slotKeys['emailAddresses']?.[slot] ?? '';
  const nameKey = emailPartKeys.names[slot] ?? '';
  const address = entry.text.trim();
  if (address === '') return;
  const routing = entry.attributes.get('RoutingType');
  if (routing !== undefined && routing.toUpperCase() !== 'SMTP')
    throw new EwsError('ErrorInvalidRequest', `The emulator does not know the routing type '${routing}'.`);
  const name = entry.attributes.get('Name')?.trim() ?? '';
  // A new address gets a name of its own even where the old entry had the same one.
  changes.remove(addressKey);
  changes.set(addressKey, address);
  if (name !== '') changes.set(nameKey, name);
}

/** One entry of a list, from the element that SetItemField carries. */
export function writeIndexed(changes: PropertyChanges, path: IndexedField, item: Element): void {
  const list = item.children[0];
  const entry = list?.children[0];
  if (list === undefined || entry === undefined || fieldsByElement.get(list.name) !== path.field)
    throw wrongProperty();
  if (list.children.length !== 1 || entry.attributes.get('Key') !== path.index) throw wrongProperty();
  if (path.field.shape.kind === 'emails') {
    if (entry.text.trim() === '') throw emptyText(path.field.uri);
    writeEmail(changes, entry);
    return;
  }
  const [value] = path.part === undefined ? [entry] : entry.children;
  if (value === undefined || (path.part !== undefined && value.name !== `t:${path.part}`))
    throw wrongProperty();
  const text = value.text.trim();
  if (text === '') throw emptyText(path.field.uri);
  changes.set(path.key, text);
}

export function wrongProperty(): EwsError {
  return new EwsError(
    'ErrorIncorrectUpdatePropertyCount',
    'An object within a change description must contain one and only one property to modify.',
  );
}

/** "Empty string is not a delete": what Exchange makes of it differs, so that no client gets to rely on it here. */
export function emptyText(uri: string): EwsError {
  return new EwsError(
    'ErrorPropertyUpdate',
    'The property could not be updated with an empty value.',
    path(uri),
  );
}

export function writeExtended(changes: PropertyChanges, element: Element, expected?: ExtendedField): void {
  const field = readExtendedField(requireChild(element, 't:ExtendedFieldURI'));
  if (expected !== undefined && field.key !== expected.key) throw wrongProperty();
  requireWritableKey(field.key);
  const value = element.children[1];
  const given = value?.name === 't:Values' ? value.children.map((one) => one.text) : (value?.text ?? '');
  const normalized = normalizedValue(field, given);
  changes.set(field.key, field.key === bodyKey ? String(normalized) : normalized);
}

export function requireWritableKey(key: string): void {
  if (readOnlyKeys.includes(key))
    throw new EwsError('ErrorInvalidPropertySet', 'Set action is invalid for property.');
}

function textsOf(element: Element, name: string): string[] {
  return element.children
    .filter((one) => one.name === name)
    .map((one) => one.text.trim())
    .filter((text) => text !== '');
}

function writeBody(changes: PropertyChanges, element: Element): void {
  changes.remove(htmlKey);
  const isHtml = attribute(element, 'BodyType') === 'HTML';
  const text = isHtml ? textOfHtml(element.text) : element.text;
  if (text === '') return;
  changes.set(bodyKey, text);
  if (isHtml) changes.set(htmlKey, Buffer.from(element.text, 'utf8').toString('base64'));
}

// Only the date of a birthday or anniversary means anything; the store keeps it at noon.
function noonOf(text: string): string {
  return `${text.trim().slice(0, 10)}T11:59:00Z`;
}
