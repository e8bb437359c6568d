// How a stored contact looks in a Graph answer: null, [] and {} for what is unset ('' where the user made the
// contact by hand), strings cut at 255 characters in lists, ids in the form the request prefers.
import { changeKey } from '../organization/mailbox-store.ts';
import type { ContactItem, Mailbox } from '../organization/state.ts';
import { isObject, type Json } from './call.ts';
import {
  contactProperties,
  contactPropertyType,
  emailSlots,
  readOnlyContactProperties,
} from './contact-properties.ts';
import { type ExtendedValue, showExtendedProperties } from './extended-properties.ts';
import { badRequest } from './graph-error.ts';
import { contactId } from './item-ids.ts';

export interface ContactViewOptions {
  readonly select: readonly string[] | undefined;
  readonly expand: readonly string[] | undefined;
  readonly immutableIds: boolean;
  /** Lists and delta cut strings; a single GET does not. */
  readonly inList: boolean;
}

export function checkContactSelect(select: readonly string[] | undefined): void {
  for (const name of select ?? []) {
    if (contactPropertyType(name) !== undefined || readOnlyContactProperties.includes(name)) continue;
    // May be selected along with $expand; on its own it brings nothing.
    if (name === 'singleValueExtendedProperties') continue;
    throw badRequest(
      `Could not find a property named '${name}' on type 'Microsoft.OutlookServices.Contact'.`,
    );
  }
}

export function etagOf(mailbox: Mailbox, item: ContactItem): string {
  return `W/"${changeKey(mailbox, item)}"`;
}

export function viewContact(mailbox: Mailbox, item: ContactItem, options: ContactViewOptions): Json {
  const { select } = options;
  const isShown = (name: string) => select === undefined || select.includes(name);
  const view: Json = {
    '@odata.etag': etagOf(mailbox, item),
    id: contactId(item, options.immutableIds),
  };
  const service: Json = {
    createdDateTime: graphTime(item.createdAt),
    lastModifiedDateTime: graphTime(item.modifiedAt),
    changeKey: changeKey(mailbox, item),
    parentFolderId: item.parentFolderId,
  };
  for (const [name, value] of Object.entries(service)) if (isShown(name)) view[name] = value;
  for (const name of Object.keys(contactProperties)) {
    if (!isShown(name)) continue;
    const value = contactValue(item, name) ?? unset(name, item.madeByHand);
    view[name] = options.inList ? cut(value) : value;
  }
  const extended = showExtendedProperties(options.expand, extendedValueOf(item));
  return { ...view, ...(options.inList ? cutExtended(extended) : extended) };
}

/** The stored value; the three e-mail slots are read from the one list behind them. */
export function contactValue(item: ContactItem, name: string): unknown {
  const slot = emailSlots.indexOf(name);
  if (slot < 0) return item.properties[name];
  const list = item.properties.emailAddresses;
  return Array.isArray(list) ? list[slot] : undefined;
}

/** Extended properties as stored, and those that are another view of the item itself. */
export function extendedValueOf(item: ContactItem): ExtendedValue {
  return (key) => {
    const stored = item.extendedProperties.get(key);
    if (stored !== undefined) return stored;
    if (key === 'String 0x1a') return item.itemClass;
    if (key === 'Boolean 0xe1b' && (item.attachments ?? []).length > 0) return 'true';
    return key === 'Binary 0x300b' ? item.searchKey : undefined;
  };
}

function unset(name: string, madeByHand: boolean): unknown {
  switch (contactPropertyType(name)) {
    case 'texts':
    case 'emails':
      return [];
    case 'address':
      return {};
    case 'text':
      return madeByHand || name === 'personalNotes' ? '' : null;
    default:
      return null;
  }
}

const listLimit = 255;

// Table rows of the store hold at most 255 characters of a string; a cut through a surrogate pair leaves a half
// that the service's JSON writer replaces.
export function cut(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length > listLimit ? value.slice(0, listLimit).toWellFormed() : value;
  if (Array.isArray(value)) return value.map(cut);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cut(inner)]));
  return value;
}

/** The id of an extended property may be long; only its value is cut. */
export function cutExtended(extended: Json): Json {
  const list = extended.singleValueExtendedProperties;
  if (!Array.isArray(list)) return extended;
  return {
    ...extended,
    singleValueExtendedProperties: list.map((entry) => ({ ...entry, value: cut(entry.value) })),
  };
}

export function graphTime(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
