// What ties a sign-in to one TLS connection (RFC 5929 tls-server-end-point), so that nobody in between can use it.
// Exchange servers with Extended Protection check it, or demand it.

import { createHash } from 'node:crypto';
import { type BerElement, bytesOf, childrenOf, readElement } from '../ldap-client/ber.ts';

type HashName = 'sha224' | 'sha256' | 'sha384' | 'sha512';

/**
 * The 16 bytes for the channel bindings of an NTLM message: MD5 over a gss_channel_bindings_struct (MS-NLMP 2.2.2.1).
 * undefined for a certificate whose signature names no single hash: there is no binding to it (RFC 5929 4.1), and a wrong
 * one is worse than none.
 */
export function channelBindingHash(certificateDer: Buffer): Buffer | undefined {
  const hash = hashNameOf(certificateDer);
  if (hash === undefined) return undefined;
  const data = Buffer.concat([
    Buffer.from('tls-server-end-point:', 'latin1'),
    createHash(hash).update(certificateDer).digest(),
  ]);
  // No addresses of initiator and acceptor: four zero numbers.
  const struct = Buffer.alloc(20);
  struct.writeUInt32LE(data.length, 16);
  return createHash('md5').update(struct).update(data).digest();
}

/** Contents of object identifiers, in hex. MD5 and SHA-1 are lifted to SHA-256 (RFC 5929 4.1). */
const HASH_OF_SIGNATURE: Readonly<Record<string, HashName>> = {
  // RSA with PKCS #1 v1.5 (RFC 8017 A.2.4): MD5, SHA-1, SHA-256, SHA-384, SHA-512, SHA-224.
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a864886f70d01010e': 'sha224',
  // ECDSA (RFC 5758 3.2): SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
  '2a8648ce3d0401': 'sha256',
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};
const RSA_PSS = '2a864886f70d01010a';
const HASH_OF_PARAMETER: Readonly<Record<string, HashName>> = {
  '2b0e03021a': 'sha256',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
  '608648016503040204': 'sha224',
};

const TAG = { sequence: 0x30, hashOfPss: 0xa0 } as const;

/** The hash of the certificate's own signature. Node names it for some kinds of signatures only. */
function hashNameOf(certificateDer: Buffer): HashName | undefined {
  const whole = readElement(certificateDer, 0);
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue } (RFC 5280 4.1).
  const algorithm = whole === undefined ? undefined : childrenOf(certificateDer, whole)[1];
  if (algorithm === undefined) return undefined;
  const [identifier, parameters] = childrenOf(certificateDer, algorithm);
  const name = hexOf(certificateDer, identifier);
  return name === RSA_PSS ? hashOfPss(certificateDer, parameters) : HASH_OF_SIGNATURE[name];
}

/** RSASSA-PSS-params (RFC 4055 3.1); a hash that is left out is SHA-1. */
function hashOfPss(der: Buffer, parameters: BerElement | undefined): HashName | undefined {
  const listed = parameters?.tag === TAG.sequence ? childrenOf(der, parameters) : [];
  const tagged = listed.find(({ tag }) => tag === TAG.hashOfPss);
  if (tagged === undefined) return 'sha256';
  const [algorithm] = childrenOf(der, tagged);
  const identifier = algorithm === undefined ? undefined : childrenOf(der, algorithm)[0];
  return HASH_OF_PARAMETER[hexOf(der, identifier)];
}

const hexOf = (der: Buffer, element: BerElement | undefined): string =>
  element === undefined ? '' : bytesOf(der, element).toString('hex');
