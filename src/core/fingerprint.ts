// Fingerprints and the ownership mark's text (specification 7, hard-parts 1): what we sent, in a few bytes that fit
// beside the contact in two named properties of at most 255 characters each. The formats are frozen: change one and
// FINGERPRINT_VERSION must rise. This is the only file of core that imports from node.

import { hash } from 'node:crypto';
import { CONTACT_PROPERTY_NAMES, type ContactProperties, type ContactProperty } from '../model/contact.ts';
import { isUuid, type PolicyId, policyId, sourceObjectId } from '../model/ids.ts';
import type { OwnershipMark } from '../model/mailbox.ts';
import { comparable } from './comparable.ts';
import { type HasSourceType, managedProperties, ruleFor } from './property-rules.ts';

export const FINGERPRINT_VERSION = 1;

/** Below the 255 at which list views cut, with a margin (MAPI counts bytes of a string with its end). */
export const MAX_FIELD_FINGERPRINTS_LENGTH = 250;

const FINGERPRINT_BYTES = 16;
const UUID_BYTES = 16;
const IDENTITY_BYTES = 1 + UUID_BYTES + UUID_BYTES + FINGERPRINT_BYTES;
const HASH_WIDTHS = [4, 3, 2] as const;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

function digest(label: string, parts: readonly string[]): Buffer {
  // U+0000 separates: no comparable value can contain it.
  return hash('sha256', [`contactSync ${FINGERPRINT_VERSION} ${label}`, ...parts].join('\u0000'), 'buffer');
}

function shortDigest(label: string, parts: readonly string[]): string {
  return digest(label, parts).subarray(0, FINGERPRINT_BYTES).toString('base64url');
}

/** The form that is hashed, undefined where nothing is sent. */
function sentValue(property: ContactProperty, value: string | undefined): string | undefined {
  const text = value === undefined ? '' : comparable(property, value);
  return text === '' ? undefined : text;
}

/** 128 bits over all values; equal for contacts that differ only as servers normalize. */
export function contactFingerprint(properties: ContactProperties): string {
  const parts: string[] = [];
  for (const property of CONTACT_PROPERTY_NAMES) {
    const value = sentValue(property, properties[property]);
    if (value !== undefined) parts.push(property, value);
  }
  return shortDigest('contact', parts);
}

function fieldHash(property: ContactProperty, value: string, width: number): Buffer {
  return digest('field', [property, value]).subarray(0, width);
}

/**
 * base64url of: one byte (length of the bitmap in the upper five bits, length of a hash in the lower three), the bitmap
 * of the properties sent (order of the table, least significant bit first, no trailing zero bytes), and their hashes.
 * The lengths stand in it so that a table that grew still reads older marks. The more fields, the shorter the hashes.
 */
export function fieldFingerprints(properties: ContactProperties): string {
  const sent: { readonly property: ContactProperty; readonly value: string }[] = [];
  const bitmap: number[] = [];
  CONTACT_PROPERTY_NAMES.forEach((property, index) => {
    const value = sentValue(property, properties[property]);
    if (value === undefined) return;
    sent.push({ property, value });
    const byte = index >> 3;
    while (bitmap.length <= byte) bitmap.push(0);
    bitmap[byte] = (bitmap[byte] ?? 0) | (1 << (index & 7));
  });
  const room = Math.floor((MAX_FIELD_FINGERPRINTS_LENGTH * 3) / 4) - 1 - bitmap.length;
  const width =
    HASH_WIDTHS.find((bytes) => sent.length * bytes <= room) ?? HASH_WIDTHS[HASH_WIDTHS.length - 1] ?? 2;
  const header = (bitmap.length << 3) | width;
  return Buffer.concat([
    Buffer.from([header, ...bitmap]),
    ...sent.map(({ property, value }) => fieldHash(property, value, width)),
  ]).toString('base64url');
}

interface FieldLayout {
  readonly bytes: Buffer;
  readonly width: number;
  readonly bitmap: Buffer;
}

/** What cannot be understood says that nothing was sent, so that nothing is taken for ours. */
function layoutOf(text: string): FieldLayout | undefined {
  const bytes = decodeBase64Url(text);
  const header = bytes?.[0];
  if (bytes === undefined || header === undefined) return undefined;
  const width = header & 7;
  const bitmap = bytes.subarray(1, 1 + (header >> 3));
  const isWhole =
    width >= 2 && bytes.length === 1 + (header >> 3) + countBits(bitmap, bitmap.length * 8) * width;
  return isWhole ? { bytes, width, bitmap } : undefined;
}

function hasBit(bitmap: Buffer, index: number): boolean {
  return ((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

function countBits(bitmap: Buffer, before: number): number {
  let count = 0;
  for (let index = 0; index < before; index++) if (hasBit(bitmap, index)) count++;
  return count;
}

/** Whether the value is the one that was sent; an empty value was sent as nothing at all. */
export function fieldMatches(
  fingerprints: string,
  property: ContactProperty,
  value: string,
): 'same' | 'different' | 'notSent' {
  const layout = layoutOf(fingerprints);
  const index = CONTACT_PROPERTY_NAMES.indexOf(property);
  if (layout === undefined || !hasBit(layout.bitmap, index)) return 'notSent';
  const text = sentValue(property, value);
  if (text === undefined) return 'different';
  const { bytes, width, bitmap } = layout;
  const start = 1 + bitmap.length + countBits(bitmap, index) * width;
  return fieldHash(property, text, width).equals(bytes.subarray(start, start + width)) ? 'same' : 'different';
}

/** Whether the text can be understood; if not, it says that nothing was sent. */
export function areFieldFingerprintsWhole(text: string): boolean {
  return layoutOf(text) !== undefined;
}

/** In the order of the table; properties of a later release are passed over. */
export function sentProperties(fingerprints: string): ContactProperty[] {
  const layout = layoutOf(fingerprints);
  return layout === undefined
    ? []
    : CONTACT_PROPERTY_NAMES.filter((_, index) => hasBit(layout.bitmap, index));
}

export function folderNameFingerprint(name: string): string {
  return shortDigest('folder', [name.normalize('NFC').trim()]);
}

/** The mark of a folder that gets this name from us. */
export function folderMark(policyId: PolicyId, name: string): OwnershipMark {
  return {
    version: FINGERPRINT_VERSION,
    policyId,
    sourceObjectId: undefined,
    fingerprint: folderNameFingerprint(name),
    fieldFingerprints: '',
  };
}

/** Everything in the policy that changes how a contact that is already there is compared or updated. */
export function rulesDigest(policy: HasSourceType): string {
  const parts = [...managedProperties(policy)].map((property) => {
    const { mode, whenEmpty } = ruleFor(policy, property);
    return `${property} ${mode} ${whenEmpty}`;
  });
  return shortDigest('rules', parts);
}

/** The same where several policies make up a contact; in the order of their priority. */
export function mergedRulesDigest(policies: readonly (HasSourceType & { readonly id: string })[]): string {
  return shortDigest(
    'merged rules',
    policies.flatMap((policy) => [policy.id, rulesDigest(policy)]),
  );
}

/** For whoever has parts and labels of its own. */
export function digestOf(data: string | Uint8Array): string {
  return hash('sha256', data, 'base64url');
}

/** Of whatever the other policies of a folder want. */
export function offersDigest(offers: readonly string[]): string {
  return shortDigest('offers', offers);
}

/** The text of the identity property; the field fingerprints travel in the second one. */
export function encodeIdentity(mark: OwnershipMark): string {
  const fingerprint = decodeBase64Url(mark.fingerprint);
  if (fingerprint?.length !== FINGERPRINT_BYTES) throw new TypeError('a fingerprint has 16 bytes');
  if (mark.sourceObjectId === NIL_UUID) throw new TypeError('the nil UUID is the mark of a folder');
  return Buffer.concat([
    Buffer.from([mark.version]),
    uuidBytes(mark.policyId),
    uuidBytes(mark.sourceObjectId ?? NIL_UUID),
    fingerprint,
  ]).toString('base64url');
}

/**
 * The mark, the version of a newer format, or undefined for what no version of contactSync wrote. Forever true of every
 * version: the text is base64url and its first byte is the version.
 */
export function decodeIdentity(
  text: string,
  fieldsText: string,
): OwnershipMark | { readonly newer: number } | undefined {
  const bytes = decodeBase64Url(text);
  const version = bytes?.[0];
  if (bytes === undefined || version === undefined || version === 0) return undefined;
  if (version > FINGERPRINT_VERSION) return { newer: version };
  if (bytes.length !== IDENTITY_BYTES) return undefined;
  const source = uuidText(bytes.subarray(1 + UUID_BYTES, 1 + 2 * UUID_BYTES));
  return {
    version,
    policyId: policyId(uuidText(bytes.subarray(1, 1 + UUID_BYTES))),
    sourceObjectId: source === NIL_UUID ? undefined : sourceObjectId(source),
    fingerprint: bytes.subarray(1 + 2 * UUID_BYTES).toString('base64url'),
    fieldFingerprints: fieldsText,
  };
}

/** Node's decoder skips what it does not know; a mark must be exactly what its bytes encode to. */
function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return text !== '' && bytes.toString('base64url') === text ? bytes : undefined;
}

function uuidBytes(uuid: string): Buffer {
  if (!isUuid(uuid)) throw new TypeError('an id in a mark must be a UUID');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
