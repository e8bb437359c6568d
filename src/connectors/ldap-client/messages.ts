// LDAP messages as bytes (RFC 4511). Only what reading a directory needs. Writing uses the BER writer of ldapts; its
// client is not used, for reasons in the readme.

import { BerWriter } from 'ldapts';
import { type BerElement, bytesOf, childrenOf, numberOf, readElement, textOf } from './ber.ts';
import { type LdapFilter, writeFilter } from './filter.ts';

export interface LdapControl {
  readonly type: string;
  readonly isCritical: boolean;
  readonly value?: Buffer;
}

export interface SearchRequest {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: LdapFilter;
  readonly attributes: readonly string[];
  readonly controls: readonly LdapControl[];
}

export interface LdapResult {
  readonly code: number;
  readonly matchedDn: string;
  readonly text: string;
}

/** Attribute names as the server wrote them, values as bytes. */
export interface RawEntry {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
}

export type LdapAnswer =
  | { readonly kind: 'entry'; readonly entry: RawEntry }
  | { readonly kind: 'reference'; readonly urls: readonly string[] }
  | {
      readonly kind: 'result';
      readonly result: LdapResult;
      readonly controls: readonly LdapControl[];
      /** Of an extended answer, such as a notice of disconnection. */
      readonly name: string | undefined;
    };

export interface LdapMessage {
  readonly id: number;
  readonly answer: LdapAnswer;
}

const BIND = 0x60;
const UNBIND = 0x42;
const SEARCH = 0x63;
const EXTENDED = 0x77;
const ENTRY = 0x64;
const REFERENCE = 0x73;
const RESULTS = new Set([0x61, 0x65, 0x78]);
const EXTENDED_RESULT = 0x78;
const EXTENDED_NAME = 0x8a;
const CONTROLS = 0xa0;
const SCOPES = { base: 0, one: 1, sub: 2 } as const;

const START_TLS = '1.3.6.1.4.1.1466.20037';
const PAGED = '1.2.840.113556.1.4.319';
const EXTENDED_DN = '1.2.840.113556.1.4.529';

/** What AD allows by default (MaxQueryDuration); ldapts would say 10. */
const SECONDS_FOR_A_SEARCH = 120;

export function encodeBind(id: number, name: string, password: string): Buffer {
  return encode(id, (writer) => {
    writer.startSequence(BIND);
    writer.writeInt(3);
    writer.writeString(name);
    writer.writeBuffer(Buffer.from(password), 0x80);
    writer.endSequence();
  });
}

export function encodeUnbind(id: number): Buffer {
  return encode(id, (writer) => writer.writeBuffer(Buffer.alloc(0), UNBIND));
}

export function encodeStartTls(id: number): Buffer {
  return encode(id, (writer) => {
    writer.startSequence(EXTENDED);
    writer.writeBuffer(Buffer.from(START_TLS), 0x80);
    writer.endSequence();
  });
}

export function encodeSearch(id: number, request: SearchRequest): Buffer {
  return encode(
    id,
    (writer) => {
      writer.startSequence(SEARCH);
      writer.writeString(request.base);
      writer.writeEnumeration(SCOPES[request.scope]);
      writer.writeEnumeration(0); // aliases: Active Directory has none
      writer.writeInt(0);
      writer.writeInt(SECONDS_FOR_A_SEARCH);
      writer.writeBoolean(false);
      writeFilter(writer, request.filter);
      writer.startSequence();
      for (const attribute of request.attributes) writer.writeString(attribute);
      writer.endSequence();
      writer.endSequence();
    },
    request.controls,
  );
}

function encode(
  id: number,
  writeOperation: (writer: BerWriter) => void,
  controls: readonly LdapControl[] = [],
): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writeOperation(writer);
  if (controls.length > 0) {
    writer.startSequence(CONTROLS);
    for (const control of controls) {
      writer.startSequence();
      writer.writeString(control.type);
      writer.writeBoolean(control.isCritical);
      if (control.value !== undefined) writer.writeBuffer(control.value, 0x04);
      writer.endSequence();
    }
    writer.endSequence();
  }
  writer.endSequence();
  return writer.buffer;
}

/** RFC 2696. */
export function pagedControl(size: number, cookie: Buffer): LdapControl {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(size);
  writer.writeBuffer(cookie, 0x04);
  writer.endSequence();
  return { type: PAGED, isCritical: true, value: writer.buffer };
}

/** The cookie for the next page; empty after the last one, undefined where the server did not page. */
export function pageCookie(controls: readonly LdapControl[]): Buffer | undefined {
  const value = controls.find(({ type }) => type === PAGED)?.value;
  const sequence = value === undefined ? undefined : readElement(value, 0);
  if (value === undefined || sequence === undefined) return undefined;
  const cookie = childrenOf(value, sequence)[1];
  return cookie === undefined ? undefined : Buffer.from(bytesOf(value, cookie));
}

/** Names come with the ids of the objects: `<GUID=…>;<SID=…>;CN=…`. */
export function extendedNamesControl(): LdapControl {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(1);
  writer.endSequence();
  return { type: EXTENDED_DN, isCritical: true, value: writer.buffer };
}

/** Throws RangeError for what is no answer of LDAP. */
export function decodeMessage(buffer: Buffer, message: BerElement): LdapMessage {
  const [idElement, operation, ...rest] = childrenOf(buffer, message);
  if (idElement === undefined || operation === undefined) throw new RangeError('LDAP message');
  const controls = rest
    .filter(({ tag }) => tag === CONTROLS)
    .flatMap((list) => childrenOf(buffer, list).map((control) => decodeControl(buffer, control)));
  return { id: numberOf(buffer, idElement), answer: decodeAnswer(buffer, operation, controls) };
}

function decodeAnswer(buffer: Buffer, operation: BerElement, controls: readonly LdapControl[]): LdapAnswer {
  if (operation.tag === ENTRY) return { kind: 'entry', entry: decodeEntry(buffer, operation) };
  const parts = childrenOf(buffer, operation);
  if (operation.tag === REFERENCE)
    return { kind: 'reference', urls: parts.map((part) => textOf(buffer, part)) };
  const [code, matchedDn, text] = parts;
  if (!RESULTS.has(operation.tag) || code === undefined || matchedDn === undefined || text === undefined)
    throw new RangeError('LDAP answer');
  const name = operation.tag === EXTENDED_RESULT ? parts.find(({ tag }) => tag === EXTENDED_NAME) : undefined;
  return {
    kind: 'result',
    result: {
      code: numberOf(buffer, code),
      matchedDn: textOf(buffer, matchedDn),
      text: textOf(buffer, text),
    },
    controls,
    name: name === undefined ? undefined : textOf(buffer, name),
  };
}

function decodeEntry(buffer: Buffer, operation: BerElement): RawEntry {
  const [dn, list] = childrenOf(buffer, operation);
  if (dn === undefined || list === undefined) throw new RangeError('LDAP entry');
  const attributes = new Map<string, readonly Buffer[]>();
  for (const attribute of childrenOf(buffer, list)) {
    const [name, values] = childrenOf(buffer, attribute);
    if (name === undefined || values === undefined) throw new RangeError('LDAP attribute');
    attributes.set(
      textOf(buffer, name),
      childrenOf(buffer, values).map((value) => bytesOf(buffer, value)),
    );
  }
  return { dn: textOf(buffer, dn), attributes };
}

function decodeControl(buffer: Buffer, control: BerElement): LdapControl {
  const [type, ...rest] = childrenOf(buffer, control);
  if (type === undefined) throw new RangeError('LDAP control');
  const value = rest.find(({ tag }) => tag === 0x04);
  return {
    type: textOf(buffer, type),
    isCritical: false,
    ...(value === undefined ? {} : { value: Buffer.from(bytesOf(buffer, value)) }),
  };
}
