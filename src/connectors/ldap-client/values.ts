// Values of an entry as text. Active Directory answers in UTF-8; attributes of older syntaxes may hold anything that
// some program once wrote there, and one odd value must not cost the person.

import { isUtf8 } from 'node:buffer';
import type { RawEntry } from './messages.ts';

// What programs of the time before UTF-8 wrote.
const WINDOWS = new TextDecoder('windows-1252');

export function decodeText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : WINDOWS.decode(bytes);
}

/** All values, without empty ones; attribute names compare without regard to case. */
export function textsOf(entry: RawEntry, attribute: string): readonly string[] {
  return bytesOf(entry, attribute)
    .map(decodeText)
    .filter((value) => value !== '');
}

export function bytesOf(entry: RawEntry, attribute: string): readonly Buffer[] {
  const direct = entry.attributes.get(attribute);
  if (direct !== undefined) return direct;
  const wanted = attribute.toLowerCase();
  for (const [name, values] of entry.attributes) if (name.toLowerCase() === wanted) return values;
  return [];
}

/** The only value of a single-valued attribute, or ''. */
export function textOf(entry: RawEntry | undefined, attribute: string): string {
  return entry === undefined ? '' : (textsOf(entry, attribute).at(-1) ?? '');
}
