import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import forge from 'node-forge';
import { beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../model/failure.ts';
import { type CertificateWithKey, certificateDer } from './certificate.ts';
import { createSelfSigned, type SelfSignedOptions, serialNumber } from './create-self-signed.ts';
import { importPem, importPfx } from './import-certificate.ts';

const now = new Date('2026-11-22T10:00:00Z');
const options: SelfSignedOptions = {
  subject: 'contactSync on server1',
  friendlyName: 'contactSync',
  keyBits: 2048,
  lifetimeDays: 365,
  now,
};

let made: CertificateWithKey;
let other: CertificateWithKey;

beforeAll(async () => {
  [made, other] = await Promise.all([createSelfSigned(options), createSelfSigned(options)]);
});

function problemOf(run: () => unknown): { code: string; reason: unknown } {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof Failure) return { code: thrown.code, reason: thrown.details.reason };
    throw thrown;
  }
  throw new Error('a Failure was expected');
}

function pfxOf(pair: CertificateWithKey, password: string, algorithm: '3des' | 'aes256'): Buffer {
  const structure = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(pair.privateKeyPem),
    [
      forge.pki.certificateFromPem(other.certificate.certificatePem),
      forge.pki.certificateFromPem(pair.certificate.certificatePem),
    ],
    password,
    { algorithm, friendlyName: 'from Windows' },
  );
  return Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary');
}

/** `made` with another serial number: read again by OpenSSL, which takes no padding. */
function serialRead(number: string): string {
  const certificate = forge.pki.certificateFromPem(made.certificate.certificatePem);
  certificate.serialNumber = number;
  certificate.sign(forge.pki.privateKeyFromPem(made.privateKeyPem), forge.md.sha256.create());
  return new X509Certificate(forge.pki.certificateToPem(certificate)).serialNumber.toLowerCase();
}

describe('createSelfSigned', () => {
  test.each([0x00, 0x01, 0x7f, 0x80, 0xff])(
    'the serial number can be read, whatever chance gives: first byte %i',
    (first) => {
      for (const second of [0x00, 0x7f, 0x80, 0xff]) {
        const number = serialNumber(Uint8Array.from([first, second, ...Array<number>(14).fill(0)]));
        expect(number).toHaveLength(32);
        expect(serialRead(number)).toBe(number);
      }
    },
  );

  test('twin: padded, it cannot', () => {
    expect(() => serialRead(`0000${'01'.repeat(15)}`)).toThrow('illegal padding');
  });

  test('makes a pair that belongs together, valid from a moment ago for the whole lifetime', () => {
    const x509 = new X509Certificate(made.certificate.certificatePem);
    const key = createPrivateKey(made.privateKeyPem);
    expect(
      verify('sha256', Buffer.from('text'), x509.publicKey, sign('sha256', Buffer.from('text'), key)),
    ).toBe(true);
    expect(made.privateKeyPem).toContain('-----BEGIN PRIVATE KEY-----');
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(made.certificate).toMatchObject({
      subject: 'CN=contactSync on server1',
      friendlyName: 'contactSync',
      notBefore: '2026-11-22T09:55:00.000Z',
      notAfter: '2027-11-22T10:00:00.000Z',
    });
  });

  test('shows the thumbprints of the DER, as Windows and Entra ID do', () => {
    const der = certificateDer(made.certificate.certificatePem);
    expect(made.certificate.thumbprint).toBe(createHash('sha1').update(der).digest('hex').toUpperCase());
    expect(made.certificate.thumbprintSha256).toBe(
      createHash('sha256').update(der).digest('hex').toUpperCase(),
    );
    expect(made.certificate.thumbprint).not.toBe(other.certificate.thumbprint);
  });

  test('takes name parts and names in any script', async () => {
    const pair = await createSelfSigned({
      ...options,
      subject: 'CN=Kontakte für Zürich, O=株式会社\\, Contoso',
    });
    expect(new X509Certificate(pair.certificate.certificatePem).subject).toBe(
      'CN=Kontakte für Zürich\nO=株式会社\\, Contoso',
    );
  });

  test.each(['', '   ', 'CN=', 'CN=a, X=b'])('refuses the subject "%s"', async (subject) => {
    await expect(createSelfSigned({ ...options, subject })).rejects.toMatchObject({
      number: 10040,
      details: { reason: 'invalidSubject' },
    });
  });

  test.each([0, -1, 1.5, 4_000])('refuses a lifetime of %d days', async (lifetimeDays) => {
    await expect(createSelfSigned({ ...options, lifetimeDays })).rejects.toMatchObject({
      details: { reason: 'invalidLifetime' },
    });
  });
});

describe('importPfx', () => {
  test.each(['3des', 'aes256'] as const)(
    'reads %s, and takes the certificate the key belongs to',
    (algorithm) => {
      const read = importPfx(pfxOf(made, 'pässword', algorithm), 'pässword', now);
      expect(read.certificate.thumbprint).toBe(made.certificate.thumbprint);
      expect(read.certificate.friendlyName).toBe('from Windows');
      expect(read.privateKeyPem).toBe(made.privateKeyPem);
    },
  );

  test('tells a wrong password from a damaged file', () => {
    const pfx = pfxOf(made, 'right', 'aes256');
    expect(problemOf(() => importPfx(pfx, 'wrong', now))).toEqual({
      code: 'invalidCertificate',
      reason: 'wrongPassword',
    });
    expect(problemOf(() => importPfx(pfx.subarray(0, 200), 'right', now)).reason).toBe('damagedFile');
    expect(problemOf(() => importPfx(Buffer.from('no PFX'), 'right', now)).reason).toBe('damagedFile');
  });

  test('says that there is no key in it', () => {
    const structure = forge.pkcs12.toPkcs12Asn1(
      null as unknown as forge.pki.rsa.PrivateKey,
      [forge.pki.certificateFromPem(made.certificate.certificatePem)],
      'p',
    );
    const pfx = Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary');
    expect(problemOf(() => importPfx(pfx, 'p', now)).reason).toBe('noPrivateKey');
  });
});

describe('importPem', () => {
  const text = (pair: CertificateWithKey) => `${pair.privateKeyPem}\n${pair.certificate.certificatePem}`;

  test('reads key and certificate in any order, with the chain and other text around', () => {
    const file = `Bag Attributes\n${other.certificate.certificatePem}\r\n${text(made)}`;
    expect(importPem(file, now).certificate.thumbprint).toBe(made.certificate.thumbprint);
  });

  test('reads an encrypted key with its password only', () => {
    const encrypted = createPrivateKey(made.privateKeyPem).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    });
    const file = `${encrypted.toString()}${made.certificate.certificatePem}`;
    expect(importPem(file, now, 'secret').privateKeyPem).toBe(made.privateKeyPem);
    expect(problemOf(() => importPem(file, now, 'wrong')).reason).toBe('wrongPassword');
    expect(problemOf(() => importPem(file, now)).reason).toBe('wrongPassword');
  });

  test('refuses a key of another certificate', () => {
    const file = `${made.privateKeyPem}\n${other.certificate.certificatePem}`;
    expect(problemOf(() => importPem(file, now))).toEqual({
      code: 'invalidCertificate',
      reason: 'keyDoesNotBelong',
    });
  });

  test('refuses what is missing or damaged', () => {
    expect(problemOf(() => importPem(made.certificate.certificatePem, now)).reason).toBe('noPrivateKey');
    expect(problemOf(() => importPem(made.privateKeyPem, now)).reason).toBe('noCertificate');
    const damaged = text(made).replace(/(BEGIN CERTIFICATE-----\s)..../, '$1????');
    expect(problemOf(() => importPem(damaged, now)).reason).toBe('damagedFile');
  });

  test('refuses an expired certificate by its own number', () => {
    const later = new Date('2027-11-22T10:00:01Z');
    expect(problemOf(() => importPem(text(made), later)).code).toBe('certificateExpired');
  });

  test('refuses a key that is too short', () => {
    const keys = generateKeyPairSync('rsa', {
      modulusLength: 1024,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
    certificate.validity.notAfter = new Date('2030-01-01');
    certificate.sign(forge.pki.privateKeyFromPem(keys.privateKey), forge.md.sha256.create());
    expect(
      problemOf(() => importPem(keys.privateKey + forge.pki.certificateToPem(certificate), now)).reason,
    ).toBe('keyTooShort');
  });
});

describe('files made by openssl 3', () => {
  const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name));
  const password = 'for-tests-only';

  test('an RSA pair is read', () => {
    const read = importPfx(fixture('rsa.pfx'), password, now);
    expect(read.certificate).toMatchObject({ subject: 'CN=made elsewhere', friendlyName: 'by openssl' });
  });

  test('an elliptic curve key is refused', () => {
    expect(problemOf(() => importPfx(fixture('curve.pfx'), password, now)).reason).toBe('notRsa');
    expect(problemOf(() => importPem(fixture('curve.pem').toString('utf8'), now)).reason).toBe('notRsa');
  });
});
