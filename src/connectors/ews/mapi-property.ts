// Properties that EWS has no element for are named as in MAPI: by tag, or by property set with an id or a name
// (ews.md 2.2). Answers spell hex and GUIDs in another way than requests do, so both are compared by `key`.

import {
  CARRIED_PROPERTY_NAME,
  FIELDS_PROPERTY_NAME,
  IDENTITY_PROPERTY_NAME,
  OWNERSHIP_PROPERTY_SET,
} from '../../model/ownership-properties.ts';
import { childrenOf, descend, textOf, type XmlElement } from './xml-element.ts';
import { element, type Xml } from './xml-writer.ts';

export type MapiType = 'String' | 'StringArray' | 'Integer' | 'Short' | 'Boolean' | 'SystemTime' | 'Binary';

export interface MapiProperty {
  readonly attributes: Readonly<Record<string, string>>;
  readonly key: string;
}

const DISTINGUISHED_SETS: Readonly<Record<string, string>> = {
  address: '00062004-0000-0000-c000-000000000046',
  common: '00062008-0000-0000-c000-000000000046',
  task: '00062003-0000-0000-c000-000000000046',
  publicstrings: '00020329-0000-0000-c000-000000000046',
};

export interface ExtendedValue {
  readonly property: MapiProperty;
  /** '' and a list without entries take it off. */
  readonly value: string | readonly string[];
}

function property(attributes: Readonly<Record<string, string>>): MapiProperty {
  return { attributes, key: keyOf(attributes) };
}

export const tagged = (tag: string, type: MapiType): MapiProperty =>
  property({ PropertyTag: tag, PropertyType: type });

export const inSet = (set: 'Address' | 'Common' | 'Task', id: number, type: MapiType): MapiProperty =>
  property({ DistinguishedPropertySetId: set, PropertyId: String(id), PropertyType: type });

const owned = (name: string): MapiProperty =>
  property({ PropertySetId: OWNERSHIP_PROPERTY_SET, PropertyName: name, PropertyType: 'String' });

export const IDENTITY_PROPERTY = owned(IDENTITY_PROPERTY_NAME);
export const FIELDS_PROPERTY = owned(FIELDS_PROPERTY_NAME);
export const CARRIED_PROPERTY = owned(CARRIED_PROPERTY_NAME);

/** PidTagSearchKey: who a contact item is, the same through every protocol. */
export const SEARCH_KEY = tagged('0x300B', 'Binary');

/** The name of a property keeps its case, everything else does not matter. */
function keyOf(attributes: Readonly<Record<string, string>>): string {
  const {
    PropertyTag: tag,
    PropertySetId,
    DistinguishedPropertySetId,
    PropertyId,
    PropertyName,
  } = attributes;
  if (tag !== undefined) return `tag ${Number(tag)}`;
  const set =
    PropertySetId?.toLowerCase() ??
    DISTINGUISHED_SETS[DistinguishedPropertySetId?.toLowerCase() ?? ''] ??
    DistinguishedPropertySetId;
  return PropertyName === undefined ? `${set} id ${Number(PropertyId)}` : `${set} name ${PropertyName}`;
}

export function pathOf({ attributes }: MapiProperty): Xml {
  return element('t:ExtendedFieldURI', attributes);
}

/** A list is a property of several values. */
export function extendedProperty(one: MapiProperty, value: string | readonly string[]): Xml {
  const values =
    typeof value === 'string'
      ? element('t:Value', {}, value)
      : element('t:Values', {}, ...value.map((entry) => element('t:Value', {}, entry)));
  return element('t:ExtendedProperty', {}, pathOf(one), values);
}

/** The single values of an item or folder by key; those that are empty are left out. */
export function extendedIn(owner: XmlElement): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const one of childrenOf(owner, 'ExtendedProperty')) {
    const value = textOf(one, 'Value');
    const path = descend(one, 'ExtendedFieldURI');
    if (value !== '' && path !== undefined) values.set(keyOf(path.attributes), value);
  }
  return values;
}

/** The same with those of several values. */
export function allExtendedIn(owner: XmlElement): ReadonlyMap<string, string | readonly string[]> {
  const values = new Map<string, string | readonly string[]>(extendedIn(owner));
  for (const one of childrenOf(owner, 'ExtendedProperty')) {
    const path = descend(one, 'ExtendedFieldURI');
    const entries = childrenOf(descend(one, 'Values'), 'Value').map(({ text }) => text);
    if (entries.length > 0 && path !== undefined) values.set(keyOf(path.attributes), entries);
  }
  return values;
}
