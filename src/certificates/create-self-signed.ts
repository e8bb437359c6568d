// Creates the key pair and the self-signed certificate with which the application proves itself to Entra ID. Entra
// trusts the uploaded certificate itself, so no authority is needed.

import { createPrivateKey, generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { type CertificateWithKey, invalidCertificate, pairUp } from './certificate.ts';

export interface SelfSignedOptions {
  /** `contactSync on server1`, or name parts such as `CN=contactSync, O=Contoso`. */
  readonly subject: string;
  readonly friendlyName: string;
  readonly keyBits: 2048 | 3072 | 4096;
  readonly lifetimeDays: number;
  readonly now: Date;
}

const DAY_MS = 86_400_000;
const LONGEST_LIFETIME_DAYS = 3_650;
/** So that it is valid at once on a server whose clock is a little behind. */
const ALREADY_VALID_MS = 5 * 60_000;

export async function createSelfSigned(options: SelfSignedOptions): Promise<CertificateWithKey> {
  const { lifetimeDays, now } = options;
  if (!Number.isInteger(lifetimeDays) || lifetimeDays < 1 || lifetimeDays > LONGEST_LIFETIME_DAYS) {
    throw invalidCertificate('invalidLifetime');
  }
  const name = parseSubject(options.subject);
  const keys = await promisify(generateKeyPair)('rsa', {
    modulusLength: options.keyBits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  certificate.serialNumber = serialNumber(randomBytes(16));
  certificate.validity.notBefore = new Date(now.getTime() - ALREADY_VALID_MS);
  certificate.validity.notAfter = new Date(now.getTime() + lifetimeDays * DAY_MS);
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', clientAuth: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(keys.privateKey), forge.md.sha256.create());
  const x509 = new X509Certificate(forge.pki.certificateToPem(certificate));
  return pairUp(x509, createPrivateKey(keys.privateKey), options.friendlyName, now);
}

/**
 * A positive number in its shortest form (RFC 5280, 4.1.2.2; X.690, 8.3.2), as forge wants it: in hexadecimal. The first
 * byte decides both: with its highest bit, it would be negative; as 0 before a small byte, it would be padding, and the
 * certificate one that nobody can read.
 */
export function serialNumber(random: Uint8Array): string {
  const [first = 0, ...rest] = random;
  return Buffer.from([(first & 0x7f) | 0x40, ...rest]).toString('hex');
}

// forge's types take the tag for a class; without it names outside ASCII are written damaged.
const UTF8 = forge.asn1.Type.UTF8 as unknown as forge.asn1.Class;

const NAME_PARTS = ['CN', 'O', 'OU', 'L', 'ST', 'C', 'E'];

function parseSubject(subject: string): forge.pki.CertificateField[] {
  const text = subject.trim();
  if (text === '') throw invalidCertificate('invalidSubject');
  if (!/^(CN|OU?|L|ST|C|E)\s*=/i.test(text)) return [{ shortName: 'CN', value: text, valueTagClass: UTF8 }];
  return text.split(/(?<!\\),/).map((part) => {
    const [shortName = '', ...rest] = part.split('=');
    const value = rest.join('=').replaceAll('\\,', ',').trim();
    const upper = shortName.trim().toUpperCase();
    if (!NAME_PARTS.includes(upper) || value === '') throw invalidCertificate('invalidSubject');
    return { shortName: upper, value, valueTagClass: UTF8 };
  });
}
