// Reads a certificate with its private key from a PFX or PEM file. What cannot be used is refused here, with a
// reason, and not at the first sign-in.

import type { KeyObject, X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import {
  type CertificateWithKey,
  invalidCertificate,
  pairUp,
  readPrivateKey,
  readX509,
} from './certificate.ts';

/** PKCS#12, as Windows exports it; the friendly name in it is kept. */
export function importPfx(bytes: Uint8Array, password: string, now: Date): CertificateWithKey {
  const pfx = openPfx(bytes, password);
  const keyBag = [
    ...bagsOf(pfx, forge.pki.oids.pkcs8ShroudedKeyBag),
    ...bagsOf(pfx, forge.pki.oids.keyBag),
  ][0];
  if (keyBag === undefined) throw invalidCertificate('noPrivateKey');
  const key = keyOf(keyBag);
  const certificates = bagsOf(pfx, forge.pki.oids.certBag).map((bag) => ({ bag, x509: certificateOf(bag) }));
  const own = choose(
    certificates.map((one) => one.x509),
    key,
  );
  const bag = certificates.find((one) => one.x509 === own)?.bag;
  return pairUp(own, key, friendlyNameOf(bag) ?? friendlyNameOf(keyBag) ?? '', now);
}

/** The blocks may be in any order, with the rest of the chain; the key may be encrypted. */
export function importPem(text: string, now: Date, password?: string): CertificateWithKey {
  const certificates = blocks(text, 'CERTIFICATE').map(readX509);
  const keyText = blocks(text, '(?:RSA |EC |ENCRYPTED )?PRIVATE KEY')[0];
  if (certificates.length === 0) throw invalidCertificate('noCertificate');
  if (keyText === undefined) throw invalidCertificate('noPrivateKey');
  const key = readPrivateKey(keyText, password);
  return pairUp(choose(certificates, key), key, '', now);
}

/** A file may hold the chain; ours is the one the key belongs to. */
function choose(certificates: readonly X509Certificate[], key: KeyObject): X509Certificate {
  const [first] = certificates;
  if (first === undefined) throw invalidCertificate('noCertificate');
  return certificates.find((one) => one.checkPrivateKey(key)) ?? first;
}

function blocks(text: string, label: string): string[] {
  return text.match(new RegExp(`-----BEGIN ${label}-----[\\s\\S]*?-----END ${label}-----`, 'g')) ?? [];
}

function openPfx(bytes: Uint8Array, password: string): forge.pkcs12.Pkcs12Pfx {
  let structure: forge.asn1.Asn1;
  try {
    structure = forge.asn1.fromDer(forge.util.createBuffer(Buffer.from(bytes).toString('binary')));
  } catch (cause) {
    throw invalidCertificate('damagedFile', cause);
  }
  try {
    return forge.pkcs12.pkcs12FromAsn1(structure, password);
  } catch (cause) {
    // forge has one plain error for everything; only the check sum tells of the password.
    const isPassword = cause instanceof Error && /MAC could not be verified|password/i.test(cause.message);
    throw invalidCertificate(isPassword ? 'wrongPassword' : 'damagedFile', cause);
  }
}

function bagsOf(pfx: forge.pkcs12.Pkcs12Pfx, oid: string | undefined): forge.pkcs12.Bag[] {
  return oid === undefined ? [] : (pfx.getBags({ bagType: oid })[oid] ?? []);
}

function keyOf(bag: forge.pkcs12.Bag): KeyObject {
  // forge reads RSA keys only; any other stays an ASN.1 structure.
  if (!bag.key) throw invalidCertificate('notRsa');
  return readPrivateKey(forge.pki.privateKeyToPem(bag.key));
}

function certificateOf(bag: forge.pkcs12.Bag): X509Certificate {
  const structure = bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1;
  return readX509(Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary'));
}

function friendlyNameOf(bag: forge.pkcs12.Bag | undefined): string | undefined {
  const { friendlyName } = (bag?.attributes ?? {}) as { friendlyName?: readonly string[] };
  return friendlyName?.[0];
}
