// Contact properties to and from Graph's JSON. Writing: only what is set, groups whole, every empty value in the verb
// that clears it. Reading: null, '', {} and [] are all "not set".

import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
} from '../../model/contact.ts';
import type { FurtherChange } from '../../model/further-properties.ts';
import type { ManagedContact } from '../../model/mailbox.ts';
import { concernsAddress, type MailingValue, mailingAddress } from '../contact-folder/mailing-address.ts';
import { isRecord } from '../graph-client/index.ts';
import { furtherBody, furtherImAddresses, NO_DATE, writesImAddresses } from './further-fields.ts';
import {
  ADDRESS_SET,
  type AddressField,
  type AddressName,
  HAS_PICTURE,
  normalizedId,
  PRIVATE_BOX,
  SENSITIVITY,
  SIGNS_OF_MORE_DATA,
  type Slot,
  slotOf,
} from './schema.ts';

export type GraphJson = Readonly<Record<string, unknown>>;
type Body = Record<string, unknown>;

export interface ExtendedProperty {
  readonly id: string;
  readonly value: string;
}

const NOTHING_FURTHER: FurtherChange = { set: {}, whole: {} };
const SENSITIVITY_KEY = normalizedId(SENSITIVITY);

/** The body of a POST. */
export function encodeCreate(
  properties: ContactProperties,
  extra: readonly ExtendedProperty[],
  further: FurtherChange = NOTHING_FURTHER,
): GraphJson {
  return encode(presentIn(properties), properties, extra, further);
}

/**
 * The body of a PATCH: the properties of `set`, their groups completed from `whole`. Display name and file-as always
 * go along, because the service makes them anew when another part of the name changes.
 */
export function encodeUpdate(
  set: ContactProperties,
  whole: ContactProperties,
  extra: readonly ExtendedProperty[],
  further: FurtherChange = NOTHING_FURTHER,
): GraphJson {
  const chosen = new Set(CONTACT_PROPERTY_NAMES.filter((property) => property in set));
  for (const name of ['displayName', 'fileAs'] as const) if (outgoing(whole, name) !== '') chosen.add(name);
  // The entries of the address list bear the display name.
  if ('displayName' in set && emailEntries(whole).length > 0) chosen.add('emailAddress1');
  return encode([...chosen], { ...whole, ...set }, extra, further);
}

export function extendedBody(extra: readonly ExtendedProperty[]): GraphJson {
  return { singleValueExtendedProperties: extra };
}

function encode(
  chosen: readonly ContactProperty[],
  whole: ContactProperties,
  extra: readonly ExtendedProperty[],
  further: FurtherChange,
): GraphJson {
  const body: Body = {};
  const extended: ExtendedProperty[] = [];
  for (const property of chosen) {
    const slot = slotOf(property);
    if ('group' in slot && slot.group in body) continue;
    const value = outgoing(whole, property);
    switch (slot.kind) {
      case 'text':
        body[slot.name] = value === '' ? null : value;
        break;
      case 'list':
        body[slot.group] = placesOf(slot.group, whole);
        break;
      case 'email':
        body[slot.group] = emailEntries(whole);
        break;
      case 'address':
        body[slot.group] = addressBody(slot.group, whole);
        break;
      case 'date':
        // The store keeps 11:59 whatever is sent (graph-exo 1.2); at noon no time zone moves it to another day.
        body[slot.name] = value === '' ? null : `${value}T11:59:00Z`;
        break;
      case 'categories':
        body.categories = value.split(';').filter((name) => name !== '');
        break;
      case 'extendedText':
        extended.push({ id: slot.id, value });
        break;
      case 'extendedDate':
        extended.push({ id: slot.id, value: value === '' ? NO_DATE : `${value}T00:00:00Z` });
        break;
      case 'sensitivity':
        extended.push(
          { id: SENSITIVITY, value: value === 'true' ? '2' : '0' },
          { id: PRIVATE_BOX, value: value === 'true' ? 'true' : 'false' },
        );
        break;
    }
  }
  if (concernsAddress(chosen)) extended.push(...mailingAddress(whole).map(mailingProperty));
  if (body.imAddresses !== undefined || writesImAddresses(further.set))
    body.imAddresses = [...placesOf('imAddresses', whole), ...furtherImAddresses(further.whole)];
  const { single, ...others } = furtherBody(further.set);
  Object.assign(body, others);
  const all = [...extended, ...single, ...extra];
  return all.length === 0 ? body : { ...body, singleValueExtendedProperties: all };
}

function mailingProperty({ place, value }: MailingValue): ExtendedProperty {
  const key = 'tag' in place ? `0x${place.tag.toString(16)}` : `${ADDRESS_SET} Id 0x${place.id.toString(16)}`;
  return { id: `${place.type} ${key}`, value };
}

function presentIn(properties: ContactProperties): readonly ContactProperty[] {
  return CONTACT_PROPERTY_NAMES.filter((property) => (properties[property] ?? '') !== '');
}

/** Never longer than the property holds, never half a surrogate pair: mapping has seen to both, this is the last door. */
function outgoing(properties: ContactProperties, property: ContactProperty): string {
  const value = properties[property] ?? '';
  const { maxLength } = CONTACT_PROPERTIES[property];
  if (value.length <= maxLength) return value.toWellFormed();
  const isPairSplit = (value.charCodeAt(maxLength - 1) & 0xfc00) === 0xd800;
  return value.slice(0, isPairSplit ? maxLength - 1 : maxLength).toWellFormed();
}

/** In the order of the table, which is the order of the places in a list. */
const MEMBERS: ReadonlyMap<string, readonly ContactProperty[]> = Map.groupBy(
  CONTACT_PROPERTY_NAMES.filter((property) => 'group' in slotOf(property)),
  (property) => {
    const slot = slotOf(property);
    return 'group' in slot ? slot.group : '';
  },
);

function membersOf(group: string): readonly ContactProperty[] {
  return MEMBERS.get(group) ?? [];
}

/** A list has no empty places: what stands behind a gap moves up. */
function placesOf(group: string, whole: ContactProperties): readonly string[] {
  return membersOf(group)
    .map((property) => outgoing(whole, property))
    .filter((value) => value !== '');
}

function emailEntries(whole: ContactProperties): readonly GraphJson[] {
  const displayName = outgoing(whole, 'displayName');
  return placesOf('emailAddresses', whole).map((address) => ({
    address,
    name: displayName === '' ? address : displayName,
  }));
}

/** Every field is named, so that it does not matter whether the service merges or replaces an address. */
function addressBody(group: AddressName, whole: ContactProperties): GraphJson {
  const body: Body = {};
  for (const property of membersOf(group)) {
    const slot: Slot = slotOf(property);
    if (slot.kind !== 'address') continue;
    const value = outgoing(whole, property);
    body[slot.field satisfies AddressField] = value === '' ? null : value;
  }
  return body;
}

/** The properties of a contact as it was read with EXPAND_ALL. */
export function decodeContact(item: GraphJson): ContactProperties {
  const properties: Partial<Record<ContactProperty, string>> = {};
  const extended = decodeExtended(item);
  const taken = new Map<string, number>();
  for (const property of CONTACT_PROPERTY_NAMES) {
    const slot = slotOf(property);
    const value = decodeSlot(slot, item, extended, taken);
    if (value !== '') properties[property] = value;
  }
  return properties;
}

/** Whether anything is in the item that `decodeContact` does not show, and whether a picture is all of it. */
export function otherDataOf(item: GraphJson): Pick<ManagedContact, 'hasOtherData' | 'picture'> {
  const extended = decodeExtended(item);
  const isSet = (id: string): boolean => isSetIn(extended, id);
  const hasMore =
    SIGNS_OF_MORE_DATA.some(isSet) ||
    arrayOf(item.children).length > 0 ||
    arrayOf(item.imAddresses).length > 1;
  if (isSet(HAS_PICTURE)) return { hasOtherData: true, picture: hasMore ? 'amongOthers' : 'alone' };
  return hasMore ? { hasOtherData: true } : {};
}

/** Whether a flag or number says more than nothing. */
export function isSetIn(extended: ReadonlyMap<string, string>, id: string): boolean {
  const value = extended.get(normalizedId(id)) ?? '';
  return value !== '' && value !== '0' && value.toLowerCase() !== 'false';
}

function decodeSlot(
  slot: Slot,
  item: GraphJson,
  extended: ReadonlyMap<string, string>,
  taken: Map<string, number>,
): string {
  switch (slot.kind) {
    case 'text':
      return textOf(item[slot.name]);
    case 'list':
      return textOf(nextOf(slot.group, item, taken));
    case 'email': {
      const entry = nextOf(slot.group, item, taken);
      return isRecord(entry) ? textOf(entry.address) : '';
    }
    case 'address': {
      const address = item[slot.group];
      return isRecord(address) ? textOf(address[slot.field]) : '';
    }
    case 'date':
      return decodeDate(textOf(item[slot.name]));
    case 'categories':
      return arrayOf(item.categories)
        .map(textOf)
        .filter((name) => name !== '')
        .sort()
        .join(';');
    case 'extendedText':
      return extended.get(slot.key) ?? '';
    case 'extendedDate':
      return decodeDate(extended.get(slot.key) ?? '');
    case 'sensitivity':
      return extended.get(SENSITIVITY_KEY) === '2' ? 'true' : '';
  }
}

function nextOf(group: string, item: GraphJson, taken: Map<string, number>): unknown {
  const at = taken.get(group) ?? 0;
  taken.set(group, at + 1);
  return arrayOf(item[group])[at];
}

/** By normalized id; those that were emptied are left out. */
export function decodeExtended(item: GraphJson): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const entry of arrayOf(item.singleValueExtendedProperties)) {
    if (!isRecord(entry) || typeof entry.id !== 'string' || typeof entry.value !== 'string') continue;
    if (entry.value !== '') values.set(normalizedId(entry.id), entry.value);
  }
  return values;
}

/** Years before 1602 and from 4500 on are MAPI's ways to say "none". */
function decodeDate(text: string): string {
  const date = /^(\d{4})-\d{2}-\d{2}/.exec(text);
  if (date === null) return '';
  const year = Number(date[1]);
  return year < 1602 || year >= 4500 ? '' : date[0];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Lists cut strings at 255 characters (hard-parts 1): an item with such a string has to be read by itself. */
export const LIST_CUT = 255;

export function mayBeCut(value: unknown): boolean {
  if (typeof value === 'string') return value.length >= LIST_CUT;
  if (Array.isArray(value)) return value.some(mayBeCut);
  return (
    isRecord(value) && Object.entries(value).some(([name, inner]) => !OPAQUE.has(name) && mayBeCut(inner))
  );
}

const OPAQUE: ReadonlySet<string> = new Set(['id', 'changeKey', 'parentFolderId', '@odata.etag']);
