// Reads a filter that a person wrote (RFC 4515). What it means is decided by the domain controller; this only turns it
// into bytes and says where it cannot be understood. ldapts reads filters too, but its escapes above 0x7f fit nothing
// and its errors have no position.

import { Failure } from '../../model/failure.ts';
import type { LdapFilter } from './filter.ts';

/** Deeper than anybody writes; a filter of brackets alone must not exhaust the stack. */
const MAX_DEPTH = 50;

// An attribute or rule: a name with options, or an OID.
const DESCRIPTION = /[A-Za-z0-9][A-Za-z0-9.;-]*/y;

/** Throws Failure `invalidFilter` with the position, counted from 1, and what was expected there. */
export function parseFilter(text: string): LdapFilter {
  const reader: FilterReader = { text, at: 0 };
  skipBlanks(reader);
  const filter = readFilter(reader, 0);
  skipBlanks(reader);
  if (reader.at < text.length) fail(reader, 'the end of the filter');
  return filter;
}

interface FilterReader {
  readonly text: string;
  at: number;
}

function readFilter(reader: FilterReader, depth: number): LdapFilter {
  if (depth > MAX_DEPTH) fail(reader, 'fewer nested brackets');
  expectText(reader, '(');
  skipBlanks(reader);
  const first = reader.text[reader.at];
  const filter =
    first === '&' || first === '|'
      ? readSet(reader, first, depth)
      : first === '!'
        ? readNot(reader, depth)
        : readComparison(reader);
  expectText(reader, ')');
  return filter;
}

function readSet(reader: FilterReader, sign: '&' | '|', depth: number): LdapFilter {
  reader.at += 1;
  const parts: LdapFilter[] = [];
  for (skipBlanks(reader); reader.text[reader.at] !== ')'; skipBlanks(reader))
    parts.push(readFilter(reader, depth + 1));
  // RFC 4526 knows empty sets, Active Directory does not.
  if (parts.length === 0) fail(reader, '"("');
  return { kind: sign === '&' ? 'and' : 'or', parts };
}

function readNot(reader: FilterReader, depth: number): LdapFilter {
  reader.at += 1;
  skipBlanks(reader);
  const part = readFilter(reader, depth + 1);
  skipBlanks(reader);
  return { kind: 'not', part };
}

function readComparison(reader: FilterReader): LdapFilter {
  const attribute = readDescription(reader);
  const rest = reader.text.slice(reader.at, reader.at + 2);
  if (rest.startsWith(':')) return readExtensible(reader, attribute);
  if (attribute === undefined) return fail(reader, 'an attribute');
  const kind = { '>=': 'atLeast', '<=': 'atMost', '~=': 'approximately' }[rest];
  if (kind === 'atLeast' || kind === 'atMost' || kind === 'approximately') {
    reader.at += 2;
    return { kind, attribute, value: readValue(reader) };
  }
  if (!rest.startsWith('=')) fail(reader, '"=", "<=", ">=", "~=" or ":"');
  reader.at += 1;
  return readEquality(reader, attribute);
}

function readEquality(reader: FilterReader, attribute: string): LdapFilter {
  const pieces = [readValue(reader)];
  while (reader.text[reader.at] === '*') {
    reader.at += 1;
    pieces.push(readValue(reader));
  }
  const [initial, ...others] = pieces;
  const final = others.pop();
  if (initial === undefined || final === undefined)
    return { kind: 'equal', attribute, value: initial ?? Buffer.alloc(0) };
  const any = others.filter((piece) => piece.length > 0);
  if (initial.length === 0 && final.length === 0 && any.length === 0) return { kind: 'present', attribute };
  return {
    kind: 'substring',
    attribute,
    ...(initial.length > 0 ? { initial } : {}),
    any,
    ...(final.length > 0 ? { final } : {}),
  };
}

function readExtensible(reader: FilterReader, attribute: string | undefined): LdapFilter {
  reader.at += 1;
  let matchesDn = false;
  let rule: string | undefined;
  if (/^dn:/i.test(reader.text.slice(reader.at, reader.at + 3))) {
    matchesDn = true;
    reader.at += 3;
  }
  if (reader.text[reader.at] !== '=') {
    rule = readDescription(reader) ?? fail(reader, 'a matching rule');
    expectText(reader, ':');
  }
  if (attribute === undefined && rule === undefined) fail(reader, 'a matching rule');
  expectText(reader, '=');
  const value = readValue(reader);
  return {
    kind: 'extensible',
    ...(attribute === undefined ? {} : { attribute }),
    ...(rule === undefined ? {} : { rule }),
    matchesDn,
    value,
  };
}

function readDescription(reader: FilterReader): string | undefined {
  DESCRIPTION.lastIndex = reader.at;
  const found = DESCRIPTION.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

/** Up to a bracket or a star. */
function readValue(reader: FilterReader): Buffer {
  const parts: Buffer[] = [];
  for (;;) {
    const start = reader.at;
    while (reader.at < reader.text.length && !'()*\\'.includes(reader.text.charAt(reader.at))) reader.at += 1;
    parts.push(Buffer.from(reader.text.slice(start, reader.at)));
    if (reader.text[reader.at] === '(') fail(reader, '")"; a bracket inside a value is written \\28');
    if (reader.text[reader.at] !== '\\') return Buffer.concat(parts);
    const hex = reader.text.slice(reader.at + 1, reader.at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) fail(reader, 'two hexadecimal digits after the backslash');
    parts.push(Buffer.from(hex, 'hex'));
    reader.at += 3;
  }
}

function expectText(reader: FilterReader, wanted: string): void {
  if (reader.text[reader.at] !== wanted) fail(reader, `"${wanted}"`);
  reader.at += 1;
}

function skipBlanks(reader: FilterReader): void {
  while (/\s/.test(reader.text.charAt(reader.at))) reader.at += 1;
}

function fail(reader: FilterReader, expected: string): never {
  throw new Failure('invalidFilter', { details: { position: reader.at + 1, expected } });
}
