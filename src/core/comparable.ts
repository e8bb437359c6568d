// One value of a contact property, in two forms: `clean` is what we send, `comparable` is what we hash and compare.
// Servers change what they store (line ends, blanks, NFC, case of addresses); both sides go through `comparable`, so
// that such a change is never taken for an edit.

import { CONTACT_PROPERTIES, type ContactProperty, type ContactPropertyFacts } from '../model/contact.ts';

const LINE_BREAKS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
const LINE_BREAKS_AND_TABS = /[\t\n\r\v\f\u0085\u2028\u2029]+/g;
// Outside https://www.w3.org/TR/xml/#charsets. DEL and the C1 controls are legal there.
const ILLEGAL_IN_XML = /[[\p{Cc}--[\t\n\r\u007f-\u009f]]\ufffe\uffff]/gv;
const LONE_SURROGATES = /\p{Surrogate}/gu;
/** Nearly every value: nothing in it needs more than trimming. */
const PLAIN = /^[ -~]*$/;
const INVISIBLE_DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function facts(property: ContactProperty): ContactPropertyFacts {
  return CONTACT_PROPERTIES[property];
}

/** Lone surrogates and characters that XML 1.0 cannot carry: EWS refuses the whole request for one of them. */
export function removeIllegalCharacters(value: string): string {
  return value.replace(LONE_SURROGATES, '').replace(ILLEGAL_IN_XML, '');
}

/** Cuts to at most `maxLength` UTF-16 code units, before the grapheme that would be split. */
export function cutText(value: string, maxLength: number): string {
  if (value.length <= maxLength) return value;
  const start = new Intl.Segmenter('en').segment(value).containing(maxLength)?.index ?? 0;
  if (start > 0) return value.slice(0, start).trimEnd();
  // One endless grapheme (stacked accents): cut inside it, but never inside a surrogate pair.
  const isPairSplit = (value.charCodeAt(maxLength - 1) & 0xfc00) === 0xd800;
  return value.slice(0, isPairSplit ? maxLength - 1 : maxLength).trimEnd();
}

/** The value as it is sent; '' when nothing is left of it. */
export function clean(property: ContactProperty, value: string): string {
  const { kind, maxLength } = facts(property);
  const whole = normalize(kind, value);
  if (kind === 'categories') return cutCategories(whole, maxLength);
  return cutText(whole, maxLength);
}

/** The value in the form in which two values are compared: what differs only in spelling becomes equal. */
export function comparable(property: ContactProperty, value: string): string {
  const { kind } = facts(property);
  const whole = normalize(kind, value);
  switch (kind) {
    case 'email':
      return whole.toLowerCase().normalize('NFC').replace(/\s+/g, ' ');
    case 'phone':
      return comparablePhone(whole);
    case 'lines':
      return whole.replace(/[^\S\n]*\r?\n/g, '\n').trim();
    case 'categories':
      return joinCategories(whole.toLowerCase().normalize('NFC').split(';'));
    case 'url':
      return comparableUrl(whole);
    case 'text':
      return whole.replace(/\s+/g, ' ');
    case 'date':
    case 'flag':
      return whole;
  }
}

function normalize(kind: ContactPropertyFacts['kind'], value: string): string {
  switch (kind) {
    case 'lines':
      return removeIllegalCharacters(value.replace(LINE_BREAKS, '\r\n')).normalize('NFC').trim();
    case 'date':
      return calendarDate(singleLine(value));
    case 'flag':
      return singleLine(value).toLowerCase() === 'true' ? 'true' : '';
    case 'categories':
      return joinCategories(singleLine(value).split(';'));
    case 'text':
    case 'email':
    case 'phone':
    case 'url':
      return singleLine(value);
  }
}

function singleLine(value: string): string {
  if (PLAIN.test(value)) return value.trim();
  return removeIllegalCharacters(value.replace(LINE_BREAKS_AND_TABS, ' ')).normalize('NFC').trim();
}

/** ISO dates with or without a time, 19800131 (LDAP) and 31.1.1980; anything else could be read in two ways. */
function calendarDate(text: string): string {
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?!\d)/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})(?!\d)/.exec(text);
  const dotted = iso === null ? /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(text) : null;
  const [year, month, day] = iso
    ? [iso[1], iso[2], iso[3]]
    : dotted
      ? [dotted[3], dotted[2], dotted[1]]
      : [undefined, undefined, undefined];
  if (year === undefined || month === undefined || day === undefined) return '';
  const isRealDay =
    Number(month) >= 1 &&
    Number(month) <= 12 &&
    Number(day) >= 1 &&
    Number(day) <= daysIn(Number(year), Number(month));
  return isRealDay ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : '';
}

function daysIn(year: number, month: number): number {
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return isLeapYear ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Outlook treats category names that differ only in case as one. */
function joinCategories(names: readonly string[]): string {
  const byKey = new Map<string, string>();
  for (const name of names.map((text) => text.replace(/\s+/g, ' ').trim())) {
    const key = name.toLowerCase().normalize('NFC');
    const known = byKey.get(key);
    if (name !== '' && (known === undefined || name < known)) byKey.set(key, name);
  }
  return [...byKey.entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, name]) => name)
    .join(';');
}

function cutCategories(joined: string, maxLength: number): string {
  if (joined.length <= maxLength) return joined;
  const end = joined.lastIndexOf(';', maxLength);
  return end > 0 ? joined.slice(0, end) : cutText(joined, maxLength);
}

// Outlook and phones reformat numbers when somebody opens them; only digits, + and the extension say who is called.
function comparablePhone(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replace(INVISIBLE_DIRECTION, '')
    .replace(/[\s()\-./\u2010-\u2015\u2212]/g, '')
    .replace(/[,;]*(?:ext(?:ension|n)?[=:]?|x)(?=\d+$)/, 'x');
}

function comparableUrl(text: string): string {
  const withoutSlash = text.replace(/\s+/g, ' ').replace(/[/\s]+$/, '');
  const host = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*/i.exec(withoutSlash)?.[0] ?? '';
  return (host.toLowerCase() + withoutSlash.slice(host.length)).normalize('NFC');
}
