// One object of the directory as it is kept in memory and between runs: its id, its place, the sequence number of its
// last change, and its values as text.

import { readExtendedName } from '../ldap-client/distinguished-name.ts';
import type { RawEntry } from '../ldap-client/messages.ts';
import { guidText } from '../ldap-client/object-guid.ts';
import { decodeText } from '../ldap-client/values.ts';
import { GUID_ATTRIBUTES } from './attributes.ts';

export interface DirectoryEntry {
  /** objectGUID as canonical text. */
  readonly guid: string;
  readonly dn: string;
  readonly sid: string | undefined;
  /** '' where the server did not tell it: then the object counts as changed. */
  readonly usn: string;
  /** Only attributes with a value. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** Attributes of which the server says nothing: they may not be read, or a global catalog does not hold them. */
  readonly untold?: readonly string[];
}

/** The attributes that are asked for, by the names a server may answer with. */
export type AttributeNames = ReadonlyMap<string, string>;

export function attributeNames(attributes: readonly string[]): AttributeNames {
  return new Map(attributes.flatMap((name) => [[name, name] as const, [name.toLowerCase(), name] as const]));
}

/** undefined: the server did not say the id, so nothing can be told about the object. */
export function readEntry(raw: RawEntry, names: AttributeNames): DirectoryEntry | undefined {
  const { dn, guid, sid } = readExtendedName(raw.dn);
  if (guid === undefined) return undefined;
  const values: Record<string, readonly string[]> = {};
  for (const [given, bytes] of raw.attributes) {
    const name = names.get(given) ?? names.get(given.toLowerCase());
    if (name === undefined) continue;
    const texts = GUID_ATTRIBUTES.has(name)
      ? bytes.flatMap((value) => guidText(value) ?? [])
      : bytes.map(decodeText).filter((text) => text !== '');
    // The directory keeps sets: their order may differ from server to server, and contacts must not change with it.
    if (texts.length > 0) values[name] = texts.length === 1 ? texts : texts.sort();
  }
  return { guid, dn, sid, usn: values.uSNChanged?.[0] ?? '', values };
}

const NONE: readonly string[] = [];

export function valuesOf(entry: DirectoryEntry, ...attributes: readonly string[]): readonly string[] {
  const [first = '', ...others] = attributes;
  const values = entry.values[first] ?? NONE;
  return others.length === 0 ? values : [values, ...others.map((one) => entry.values[one] ?? NONE)].flat();
}

export function firstValue(entry: DirectoryEntry, attribute: string): string {
  return entry.values[attribute]?.[0] ?? '';
}

/** Classes of an object come from the most general to its own. */
export function hasClass(entry: DirectoryEntry, name: string): boolean {
  return valuesOf(entry, 'objectClass').some((one) => one.toLowerCase() === name.toLowerCase());
}

/**
 * Every account has this attribute. One without it hides it from us, and who hides one attribute may hide others: then
 * nothing that is absent counts as empty. A server that says which attributes it hides has said so of each of them.
 */
export function hidesAttributes(entry: DirectoryEntry): boolean {
  const attribute = 'userAccountControl';
  return (
    hasClass(entry, 'user') &&
    firstValue(entry, attribute) === '' &&
    entry.untold?.includes(attribute) !== true
  );
}

/** Whether the absence of a value says nothing. */
export function isUntold(entry: DirectoryEntry, attribute: string): boolean {
  if (entry.values[attribute] !== undefined) return false;
  return entry.untold?.includes(attribute) === true || hidesAttributes(entry);
}
