// The channel binding of Extended Protection: tls-server-end-point (RFC 5929) of the certificate that the client sees,
// hashed as MS-NLMP puts it into MsvAvChannelBindings.

import { createHash, X509Certificate } from 'node:crypto';

export function channelBinding(certificate: Buffer): Buffer {
  const hash = createHash(hashFor(certificate)).update(certificate).digest();
  const data = Buffer.concat([Buffer.from('tls-server-end-point:', 'ascii'), hash]);
  // gss_channel_bindings_struct: two address types and two empty addresses, then the application's data.
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return createHash('md5')
    .update(Buffer.concat([Buffer.alloc(16), length, data]))
    .digest();
}

// That of the certificate's own signature, except that MD5 and SHA-1 give way to SHA-256.
function hashFor(certificate: Buffer): string {
  const { raw } = new X509Certificate(certificate);
  const named: readonly (readonly [oid: string, hash: string])[] = [
    ['2a864886f70d01010c', 'sha384'],
    ['2a864886f70d01010d', 'sha512'],
    ['2a8648ce3d040303', 'sha384'],
    ['2a8648ce3d040304', 'sha512'],
  ];
  const hex = raw.toString('hex');
  return named.find(([oid]) => hex.includes(oid))?.[1] ?? 'sha256';
}
