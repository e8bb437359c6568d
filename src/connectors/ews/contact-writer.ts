// Contact properties as the XML of a new contact or of the changes to one. In a change each entry of a dictionary has a
// path of its own, so that neighbors are left alone; what is empty is deleted, because an empty text is no deletion.

import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
} from '../../model/contact.ts';
import type { FurtherChange, FurtherProperties } from '../../model/further-properties.ts';
import { concernsAddress, mailingAddress } from '../contact-folder/mailing-address.ts';
import { CONTACT_FIELDS, type ContactField, EMAIL_PROPERTIES, PRIVATE_BOX } from './contact-fields.ts';
import { furtherValues, imAddressesIn } from './further-fields.ts';
import { type ExtendedValue, extendedProperty, inSet, pathOf, tagged } from './mapi-property.ts';
import { element, type Xml } from './xml-writer.ts';

const NOTHING_FURTHER: FurtherChange = { set: {}, whole: {} };

/** t:Contact of a CreateItem. */
export function newContact(
  properties: ContactProperties,
  extra: readonly ExtendedValue[],
  further: FurtherChange = NOTHING_FURTHER,
): Xml {
  const content: Xml[] = [];
  let hasExtra = false;
  for (const field of CONTACT_FIELDS) {
    // All extended properties stand together, before the elements of the contact.
    if (!hasExtra && field.element === 'FileAs') {
      hasExtra = true;
      if (outgoing(properties, 'isPrivate') === 'true') content.push(extendedProperty(PRIVATE_BOX, 'true'));
      const chosen = CONTACT_PROPERTY_NAMES.filter((name) => outgoing(properties, name) !== '');
      const mailing = mailingValues(chosen, properties).filter(({ value }) => value !== '');
      const more = furtherValues(further.set).filter(({ value }) => value.length > 0);
      content.push(
        ...[...mailing, ...more, ...extra].map(({ property, value }) => extendedProperty(property, value)),
      );
    }
    const written = wholeField(field, properties, further);
    if (written !== undefined) content.push(written);
  }
  return element('t:Contact', {}, ...content);
}

/**
 * The t:Updates that write the properties of `set`. Subject and file-as go along whenever anything is written, because
 * servers make them anew when another part of the name changes; the entries of the address list bear the display name.
 */
export function contactUpdates(
  set: ContactProperties,
  whole: ContactProperties,
  extra: readonly ExtendedValue[],
  further: FurtherChange = NOTHING_FURTHER,
): Xml {
  const after = { ...whole, ...set };
  const chosen = new Set(Object.keys(set) as ContactProperty[]);
  if (chosen.size > 0) {
    for (const name of ['displayName', 'fileAs'] as const) if (outgoing(after, name) !== '') chosen.add(name);
  }
  if ('displayName' in set) {
    for (const name of EMAIL_PROPERTIES) if (outgoing(after, name) !== '') chosen.add(name);
  }
  const changes = CONTACT_FIELDS.flatMap((field) =>
    field.kind === 'body' && chosen.has('notes') && further.formattedNotes !== undefined
      ? [setting(fieldPath(field.uri), formattedBody(further.formattedNotes))]
      : changesOf(field, chosen, after),
  );
  const extended = [...mailingValues(chosen, after), ...furtherValues(further.set), ...extra];
  return element(
    't:Updates',
    {},
    ...changes,
    ...imAddressChanges(further.set),
    ...extended.map(changeOfExtended),
  );
}

function mailingValues(
  chosen: Iterable<ContactProperty>,
  whole: ContactProperties,
): readonly ExtendedValue[] {
  if (!concernsAddress(chosen)) return [];
  return mailingAddress(whole).map(({ place, value }) => ({
    property:
      'tag' in place
        ? tagged(`0x${place.tag.toString(16)}`, place.type)
        : inSet('Address', place.id, place.type),
    value,
  }));
}

function wholeField(
  field: ContactField,
  properties: ContactProperties,
  further: FurtherChange,
): Xml | undefined {
  switch (field.kind) {
    case 'entries': {
      const entries = field.entries.flatMap(({ key, property }) => {
        const value = outgoing(properties, property);
        return value === '' ? [] : [entry(field.element, key, value, properties)];
      });
      if (field.element === 'ImAddresses') entries.push(...imAddressEntries(further.set));
      return entries.length === 0 ? undefined : element(`t:${field.element}`, {}, ...entries);
    }
    case 'addresses': {
      const entries = field.entries.flatMap(({ key, parts }) => {
        const filled = parts.flatMap(({ part, property }) => {
          const value = outgoing(properties, property);
          return value === '' ? [] : [element(`t:${part}`, {}, value)];
        });
        return filled.length === 0 ? [] : [element('t:Entry', { Key: key }, ...filled)];
      });
      return entries.length === 0 ? undefined : element('t:PhysicalAddresses', {}, ...entries);
    }
    default: {
      if (field.kind === 'body' && further.formattedNotes !== undefined)
        return formattedBody(further.formattedNotes);
      const value = outgoing(properties, field.property);
      return value === '' ? undefined : singleField(field, value);
    }
  }
}

function imAddressEntries(set: FurtherProperties): readonly Xml[] {
  return imAddressesIn(set)
    .filter(({ value }) => value !== '')
    .map(({ key, value }) => element('t:Entry', { Key: key }, value));
}

function imAddressChanges(set: FurtherProperties): readonly Xml[] {
  return imAddressesIn(set).map(({ key, value }) => {
    const path = indexedPath('contacts:ImAddress', key);
    const inner = element('t:Entry', { Key: key }, value);
    return value === '' ? deletion(path) : setting(path, element('t:ImAddresses', {}, inner));
  });
}

function formattedBody(html: string): Xml {
  return element('t:Body', { BodyType: 'HTML' }, html);
}

type SingleField = Exclude<ContactField, { readonly kind: 'entries' | 'addresses' }>;

function singleField(field: SingleField, value: string): Xml {
  switch (field.kind) {
    case 'extended':
      return extendedProperty(field.path, value);
    case 'body':
      return element('t:Body', { BodyType: 'Text' }, value);
    case 'categories':
      return element('t:Categories', {}, ...categoriesIn(value).map((name) => element('t:String', {}, name)));
    case 'sensitivity':
      return element('t:Sensitivity', {}, value === 'true' ? 'Private' : 'Normal');
    case 'date':
      // At noon no time zone moves it to another day (ews.md 2.1).
      return element(`t:${field.element}`, {}, `${value}T11:59:00Z`);
    default:
      return element(`t:${field.element}`, {}, value);
  }
}

function changesOf(
  field: ContactField,
  chosen: ReadonlySet<ContactProperty>,
  after: ContactProperties,
): readonly Xml[] {
  switch (field.kind) {
    case 'entries':
      return field.entries
        .filter(({ property }) => chosen.has(property))
        .map(({ key, property }) => {
          const path = indexedPath(field.entryUri, key);
          const value = outgoing(after, property);
          return value === ''
            ? deletion(path)
            : setting(path, element(`t:${field.element}`, {}, entry(field.element, key, value, after)));
        });
    case 'addresses':
      return field.entries.flatMap(({ key, parts }) =>
        parts
          .filter(({ property }) => chosen.has(property))
          .map(({ part, property }) => {
            const path = indexedPath(`contacts:PhysicalAddress:${part}`, key);
            const value = outgoing(after, property);
            const inner = element('t:Entry', { Key: key }, element(`t:${part}`, {}, value));
            return value === '' ? deletion(path) : setting(path, element('t:PhysicalAddresses', {}, inner));
          }),
      );
    default:
      return chosen.has(field.property) ? singleChanges(field, outgoing(after, field.property)) : [];
  }
}

function singleChanges(field: SingleField, value: string): readonly Xml[] {
  if (field.kind === 'sensitivity') {
    const box = changeOfExtended({ property: PRIVATE_BOX, value: value === 'true' ? 'true' : 'false' });
    return [setting(fieldPath(field.uri), singleField(field, value)), box];
  }
  const path = field.kind === 'extended' ? pathOf(field.path) : fieldPath(field.uri);
  return [value === '' ? deletion(path) : setting(path, singleField(field, value))];
}

function changeOfExtended({ property, value }: ExtendedValue): Xml {
  return value.length === 0
    ? deletion(pathOf(property))
    : setting(pathOf(property), extendedProperty(property, value));
}

function setting(path: Xml, content: Xml): Xml {
  return element('t:SetItemField', {}, path, element('t:Contact', {}, content));
}

function deletion(path: Xml): Xml {
  return element('t:DeleteItemField', {}, path);
}

export function fieldPath(uri: string): Xml {
  return element('t:FieldURI', { FieldURI: uri });
}

function indexedPath(uri: string, index: string): Xml {
  return element('t:IndexedFieldURI', { FieldURI: uri, FieldIndex: index });
}

/** An address shows the contact's name beside it, as one that was made in Outlook does. */
function entry(name: string, key: string, value: string, properties: ContactProperties): Xml {
  const displayName = outgoing(properties, 'displayName');
  const isEmail = name === 'EmailAddresses';
  const shown = displayName === '' ? value : displayName;
  return element(
    't:Entry',
    { Key: key, Name: isEmail ? shown : undefined, RoutingType: isEmail ? 'SMTP' : undefined },
    value,
  );
}

export function categoriesIn(value: string): readonly string[] {
  return value.split(';').filter((name) => name !== '');
}

/** Never longer than the property holds: mapping has seen to it, this is the last door. */
function outgoing(properties: ContactProperties, property: ContactProperty): string {
  const value = properties[property] ?? '';
  const { maxLength } = CONTACT_PROPERTIES[property];
  if (value.length <= maxLength) return value;
  const isPairSplit = (value.charCodeAt(maxLength - 1) & 0xfc00) === 0xd800;
  return value.slice(0, isPairSplit ? maxLength - 1 : maxLength);
}
