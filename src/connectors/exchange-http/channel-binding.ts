// What ties a sign-in to one TLS connection (RFC 5929 tls-server-end-point), so that nobody in between can use it.
// Exchange servers with Extended Protection check it, or demand it.

import { createHash, X509Certificate } from 'node:crypto';

/** The 16 bytes for the channel bindings of an NTLM message: MD5 over a gss_channel_bindings_struct (MS-NLMP 2.2.2.1). */
export function channelBindingHash(certificateDer: Buffer): Buffer {
  const data = Buffer.concat([
    Buffer.from('tls-server-end-point:', 'latin1'),
    createHash(hashNameOf(certificateDer)).update(certificateDer).digest(),
  ]);
  // No addresses of initiator and acceptor: four zero numbers.
  const struct = Buffer.alloc(20);
  struct.writeUInt32LE(data.length, 16);
  return createHash('md5').update(struct).update(data).digest();
}

/** The hash of the certificate's own signature; MD5 and SHA-1 are lifted to SHA-256 (RFC 5929 4.1). */
function hashNameOf(certificateDer: Buffer): 'sha256' | 'sha384' | 'sha512' {
  const name = new X509Certificate(certificateDer).signatureAlgorithm?.toLowerCase() ?? '';
  if (name.includes('sha384')) return 'sha384';
  if (name.includes('sha512')) return 'sha512';
  return 'sha256';
}
