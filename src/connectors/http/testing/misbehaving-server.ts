// A throw-away https server for the tests of this folder: answers each request as the test's script says.

import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import forge from 'node-forge';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: ReceivedRequest, message: IncomingMessage) => void;

export interface MisbehavingServer {
  readonly host: string;
  readonly url: string;
  readonly received: ReceivedRequest[];
  readonly caPem: string;
  /** The most requests that were unanswered at one moment. */
  readonly mostAtOnce: () => number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Answers in order; the last one answers everything after it. */
export async function startMisbehavingServer(...answers: readonly Answer[]): Promise<MisbehavingServer> {
  const received: ReceivedRequest[] = [];
  const identity = makeIdentity();
  let open = 0;
  let most = 0;
  const server = createServer(
    { key: identity.keyPem, cert: identity.certificatePem },
    (message, response) => {
      open += 1;
      most = Math.max(most, open);
      response.on('close', () => {
        open -= 1;
      });
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const request = {
          method: message.method ?? '',
          url: message.url ?? '',
          headers: message.headers,
          body,
        };
        const answer = answers[Math.min(received.length, answers.length - 1)];
        received.push(request);
        answer?.(response, request, message);
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `https://${host}`,
    received,
    caPem: identity.certificatePem,
    mostAtOnce: () => most,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function answerWith(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Answer {
  return (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** The request arrives and the connection dies. */
export const cut: Answer = (response) => {
  response.destroy();
};

export const never: Answer = () => {};

function makeIdentity(): { keyPem: string; certificatePem: string } {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
  const name = [{ name: 'commonName', value: 'misbehaving server' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(keys.privateKey), forge.md.sha256.create());
  return { keyPem: keys.privateKey, certificatePem: forge.pki.certificateToPem(certificate) };
}
