// A certificate authority made anew for each start and one server certificate for the loopback names. Keys come
// from node:crypto (fast), certificates from node-forge (node cannot issue any).

import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

export interface ServerIdentity {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

export async function makeKeyPair(): Promise<{ readonly publicPem: string; readonly privatePem: string }> {
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { publicPem: pair.publicKey, privatePem: pair.privateKey };
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A self-signed certificate, as an administrator registers one for an app; for tests and the demo. */
export async function makeSelfSignedCertificate(
  request: CertificateRequest,
): Promise<{ readonly certificatePem: string; readonly privateKeyPem: string }> {
  const pair = await makeKeyPair();
  const certificate = newCertificate(request, pair.publicPem);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.sign(forge.pki.privateKeyFromPem(pair.privatePem), forge.md.sha256.create());
  return { certificatePem: forge.pki.certificateToPem(certificate), privateKeyPem: pair.privatePem };
}

/** `hostNames`: further names under which clients come. */
export async function makeServerIdentity(
  now: Date,
  hostNames: readonly string[] = [],
): Promise<ServerIdentity> {
  const [authority, server] = await Promise.all([makeKeyPair(), makeKeyPair()]);
  const day = 24 * 60 * 60 * 1000;
  const validity = {
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + 365 * day),
  };
  const authorityKey = forge.pki.privateKeyFromPem(authority.privatePem);

  const root = newCertificate({ commonName: 'Emulator Root CA', ...validity }, authority.publicPem);
  root.setIssuer(root.subject.attributes);
  root.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  root.sign(authorityKey, forge.md.sha256.create());

  const leaf = newCertificate({ commonName: 'localhost', ...validity }, server.publicPem);
  leaf.setIssuer(root.subject.attributes);
  leaf.setExtensions([
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 2, value: 'localhost' },
        { type: 7, ip: '127.0.0.1' },
        ...hostNames.map((value) => ({ type: 2, value })),
      ],
    },
  ]);
  leaf.sign(authorityKey, forge.md.sha256.create());
  return {
    caPem: forge.pki.certificateToPem(root),
    certificatePem: forge.pki.certificateToPem(leaf),
    keyPem: server.privatePem,
  };
}

function newCertificate(request: CertificateRequest, publicPem: string): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicPem);
  // A leading zero would be cut and a leading one bit would make the number negative.
  certificate.serialNumber = `4${forge.util.bytesToHex(forge.random.getBytesSync(16)).slice(1)}`;
  certificate.validity.notBefore = request.notBefore;
  certificate.validity.notAfter = request.notAfter;
  certificate.setSubject([{ name: 'commonName', value: request.commonName }]);
  return certificate;
}
