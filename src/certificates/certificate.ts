// What is told about a certificate and which ones can be used: the facts kept beside the private key.

import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Failure } from '../model/failure.ts';
import type { StoredCertificate } from '../ports/secret-store.ts';

export interface CertificateWithKey {
  readonly certificate: StoredCertificate;
  /** PKCS#8, unencrypted: give it to the secret store and nowhere else. */
  readonly privateKeyPem: string;
}

/** Reason in the details of `invalidCertificate`; texts and translations belong to the caller. */
export type CertificateProblem =
  | 'wrongPassword'
  | 'damagedFile'
  | 'noPrivateKey'
  | 'noCertificate'
  | 'keyDoesNotBelong'
  | 'notRsa'
  | 'keyTooShort'
  | 'invalidSubject'
  | 'invalidLifetime';

export const MIN_KEY_BITS = 2_048;

export function invalidCertificate(reason: CertificateProblem, cause?: unknown): Failure {
  return new Failure('invalidCertificate', { details: { reason }, cause });
}

export function readX509(pemOrDer: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(pemOrDer);
  } catch (cause) {
    throw invalidCertificate('damagedFile', cause);
  }
}

/** The DER bytes of a `.cer` file. */
export function certificateDer(certificatePem: string): Buffer {
  return readX509(certificatePem).raw;
}

export function describeCertificate(x509: X509Certificate, friendlyName: string): StoredCertificate {
  return {
    thumbprint: thumbprint(x509, 'sha1'),
    thumbprintSha256: thumbprint(x509, 'sha256'),
    // Node writes one name part per line.
    subject: x509.subject.split('\n').join(', '),
    friendlyName,
    notBefore: x509.validFromDate.toISOString(),
    notAfter: x509.validToDate.toISOString(),
    certificatePem: x509.toString(),
  };
}

/** Refuses what Entra ID would refuse, and pairs that do not belong together. */
export function pairUp(
  x509: X509Certificate,
  key: KeyObject,
  friendlyName: string,
  now: Date,
): CertificateWithKey {
  if (x509.publicKey.asymmetricKeyType !== 'rsa') throw invalidCertificate('notRsa');
  if ((x509.publicKey.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_KEY_BITS)
    throw invalidCertificate('keyTooShort');
  if (!x509.checkPrivateKey(key)) throw invalidCertificate('keyDoesNotBelong');
  if (x509.validToDate <= now) {
    const { thumbprint, notAfter } = describeCertificate(x509, friendlyName);
    throw new Failure('certificateExpired', { details: { thumbprint, notAfter } });
  }
  return {
    certificate: describeCertificate(x509, friendlyName),
    privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

export function readPrivateKey(pem: string, password?: string): KeyObject {
  try {
    return createPrivateKey({
      key: pem,
      format: 'pem',
      ...(password === undefined ? {} : { passphrase: password }),
    });
  } catch (cause) {
    throw invalidCertificate(pem.includes('ENCRYPTED') ? 'wrongPassword' : 'damagedFile', cause);
  }
}

function thumbprint(x509: X509Certificate, hash: 'sha1' | 'sha256'): string {
  return createHash(hash).update(x509.raw).digest('hex').toUpperCase();
}
