// The license file: readable JSON, signed with Ed25519 and verified without asking anybody. One license has exactly one
// text: what is read is written again and must come out the same, so that nothing can be added, doubled or hidden in it.

import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { Failure } from '../model/failure.ts';

const MOST_CHARACTERS = 10_000;

const licenseTerms = z.strictObject({
  kind: z.literal('contactSyncLicense'),
  version: z.literal(1),
  id: z.uuid(),
  customer: z
    .string()
    .min(1)
    .max(200)
    .refine((name) => name.trim() === name && !/[\p{Cc}\u2028\u2029]/u.test(name)),
  mailboxes: z.int().min(1).max(10_000_000),
  issuedOn: z.iso.date(),
  validUntil: z.iso.date(),
});

/** What a license says; `validUntil` is its last day, in UTC. */
export type LicenseTerms = Readonly<z.infer<typeof licenseTerms>>;

const licenseFile = licenseTerms.extend({
  key: z.string().regex(/^[0-9a-f]{16}$/),
  signature: z.base64().length(88),
});

/** Public keys as base64 of their DER form (SubjectPublicKeyInfo); each has the beginning of its digest as a name. */
export function publicKeyName(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
}

export function publicKeyText(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

export function writeLicense(terms: LicenseTerms, privateKey: KeyObject): string {
  const checked = licenseTerms.parse(terms);
  const key = publicKeyName(publicKeyText(privateKey));
  const signature = sign(null, signedBytes(checked, key), privateKey).toString('base64');
  return textOf(checked, key, signature);
}

/** Throws `licenseInvalid` or `licenseKeyUnknown`. */
export function readLicense(text: string, publicKeys: readonly string[]): LicenseTerms {
  const canonical = withoutTraces(text);
  const parsed = canonical.length > MOST_CHARACTERS ? undefined : licenseFile.safeParse(parseJson(canonical));
  if (parsed?.success !== true)
    throw new Failure('licenseInvalid', { details: { reason: 'no license file' } });
  const { key, signature, ...terms } = parsed.data;
  if (textOf(terms, key, signature) !== canonical)
    throw new Failure('licenseInvalid', { details: { reason: 'altered' } });
  const publicKey = publicKeys.find((candidate) => publicKeyName(candidate) === key);
  if (publicKey === undefined) throw new Failure('licenseKeyUnknown', { details: { key } });
  if (!isSigned(terms, { key, signature }, publicKey))
    throw new Failure('licenseInvalid', { details: { reason: 'altered' } });
  return terms;
}

function isSigned(
  terms: LicenseTerms,
  { key, signature }: { readonly key: string; readonly signature: string },
  publicKey: string,
): boolean {
  const bytes = Buffer.from(signature, 'base64');
  // The last character carries bits that decoding drops.
  if (bytes.toString('base64') !== signature) return false;
  const verifier = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });
  return verifier.asymmetricKeyType === 'ed25519' && verify(null, signedBytes(terms, key), verifier, bytes);
}

/** Never the bytes of anything else that is ever signed with the key. */
function signedBytes(terms: LicenseTerms, key: string): Buffer {
  return Buffer.from(`contactSync license\n${JSON.stringify(ordered(terms, key))}`);
}

function textOf(terms: LicenseTerms, key: string, signature: string): string {
  return `${JSON.stringify({ ...ordered(terms, key), signature }, undefined, 2)}\n`;
}

function ordered(
  { kind, version, id, customer, mailboxes, issuedOn, validUntil }: LicenseTerms,
  key: string,
) {
  return { kind, version, id, customer, mailboxes, issuedOn, validUntil, key };
}

/** Mail programs and editors change how lines end and what stands around the text. */
function withoutTraces(text: string): string {
  return `${text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .trim()}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
