// Ids as Exchange makes them: long, opaque, case-sensitive. They are built like the real ones (a constant
// part per mailbox, then a counter), so that two ids of a mailbox can differ in the case of one letter only.

import { createHash } from 'node:crypto';

function counterBytes(counter: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(counter));
  return bytes;
}

// Every id of a mailbox starts with the same few of these: a run of many writes would spend its time hashing.
const knownGuids = new Map<string, Buffer>();

function guidBytes(text: string): Buffer {
  let bytes = knownGuids.get(text);
  if (bytes === undefined) {
    bytes = createHash('sha256').update(text).digest().subarray(0, 16);
    knownGuids.set(text, bytes);
  }
  return bytes;
}

// Exchange's own url-safe spelling of base64: padding stays.
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** The id that changes with every move. */
export function regularItemId(exchangeGuid: string, folderId: string, counter: number): string {
  return encode(
    Buffer.concat([
      Buffer.from([0x00, 0x03, 0x24, 0x00]),
      Buffer.from(exchangeGuid, 'ascii'),
      Buffer.from([0x00, 0x46, 0x00, 0x00, 0x00, 0x00, 0x00]),
      guidBytes(exchangeGuid),
      Buffer.from([0x07, 0x00]),
      guidBytes(folderId),
      Buffer.from([0x00, 0x00, 0x00, 0x00]),
      guidBytes(`${exchangeGuid}:replica`),
      counterBytes(counter),
      Buffer.from([0x00, 0x00]),
    ]),
  );
}

/** The id asked for with `Prefer: IdType="ImmutableId"`: stays through moves within the mailbox. */
export function immutableItemId(exchangeGuid: string, counter: number): string {
  return encode(
    Buffer.concat([
      Buffer.from('0009002e000000000001d840311aa6611cd9bc800aa002fc45a0d00', 'hex'),
      guidBytes(`${exchangeGuid}:replica`),
      counterBytes(counter),
      Buffer.from([0x00, 0x00]),
    ]),
  );
}

/** 16 bytes that nobody can read anything from, in base64 (MS-OXCPRPT 2.2.1.9). */
export function searchKey(exchangeGuid: string, counter: number): string {
  return createHash('sha256')
    .update(`${exchangeGuid}:${counter}`)
    .digest()
    .subarray(0, 16)
    .toString('base64');
}

/** Folder ids are the same with and without the Prefer header, and stay through moves. */
export function folderId(exchangeGuid: string, counter: number): string {
  return encode(
    Buffer.concat([
      Buffer.from([0x00, 0x03, 0x24, 0x00]),
      Buffer.from(exchangeGuid, 'ascii'),
      Buffer.from([0x00, 0x2e, 0x00, 0x00, 0x00, 0x00, 0x00]),
      guidBytes(exchangeGuid),
      Buffer.from([0x01, 0x00]),
      guidBytes(`${exchangeGuid}:replica`),
      counterBytes(counter),
      Buffer.from([0x00, 0x00]),
    ]),
  );
}

/** The version of an item or folder; the inner text of its ETag. */
export function changeKeyOf(exchangeGuid: string, changeNumber: number): string {
  return encode(
    Buffer.concat([
      Buffer.from([0x11, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x00]),
      guidBytes(`${exchangeGuid}:replica`),
      counterBytes(changeNumber).subarray(2),
    ]),
  );
}

/** A GUID that depends on nothing but its name: the same seed gives the same people. */
export function namedGuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
