// What a mail server does to a contact while storing it (design note: servers normalize), as options, so that a
// test can have a server that keeps every byte and one that keeps none.

import { CONTACT_PROPERTIES, CONTACT_PROPERTY_NAMES, type ContactProperties } from '../../model/contact.ts';

export interface ServerNormalization {
  /** Blanks at both ends go. */
  readonly trims: boolean;
  /** Line ends become CRLF. */
  readonly usesCrLf: boolean;
  /** An absent display name and file-as are made from the other names. */
  readonly generates: boolean;
}

export const KEEPS_EVERY_BYTE: ServerNormalization = { trims: false, usesCrLf: false, generates: false };
export const LIKE_EXCHANGE: ServerNormalization = { trims: true, usesCrLf: true, generates: true };

/** Non-empty values only, in the order of the property table, so that equal contacts have equal JSON. */
export function normalizeStored(values: ContactProperties, how: ServerNormalization): ContactProperties {
  const stored: Partial<Record<keyof ContactProperties, string>> = {};
  for (const name of CONTACT_PROPERTY_NAMES) {
    let value = values[name] ?? '';
    if (how.trims) value = value.trim();
    if (how.usesCrLf && CONTACT_PROPERTIES[name].kind === 'lines')
      value = value.replace(/\r\n|\r|\n/g, '\r\n');
    if (value === '' && how.generates) value = generatedValue(name, values);
    if (value !== '') stored[name] = value;
  }
  return stored;
}

function generatedValue(name: keyof ContactProperties, values: ContactProperties): string {
  const given = (values.givenName ?? '').trim();
  const surname = (values.surname ?? '').trim();
  if (name === 'displayName') return [given, surname].filter((part) => part !== '').join(' ');
  if (name === 'fileAs') return [surname, given].filter((part) => part !== '').join(', ');
  return '';
}
