import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import forge from 'node-forge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { Failure } from '../model/failure.ts';
import { type Log, silentLog } from '../ports/log.ts';
import { readAdditionalCa } from './additional-ca.ts';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const clock = new FakeClock('2026-03-01T00:00:00Z');

interface Made {
  readonly name: string;
  readonly issuer?: string;
  readonly isAuthority: boolean;
  readonly years?: readonly [from: number, until: number];
}

function certificate({ name, issuer = name, isAuthority, years = [2020, 2040] }: Made): string {
  const made = forge.pki.createCertificate();
  made.publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  made.serialNumber = '01';
  made.validity.notBefore = new Date(Date.UTC(years[0], 0));
  made.validity.notAfter = new Date(Date.UTC(years[1], 0));
  made.setSubject([{ name: 'commonName', value: name }]);
  made.setIssuer([{ name: 'commonName', value: issuer }]);
  made.setExtensions([
    { name: 'basicConstraints', cA: isAuthority, critical: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
  ]);
  made.sign(forge.pki.privateKeyFromPem(keys.privateKey), forge.md.sha256.create());
  return forge.pki.certificateToPem(made);
}

const authority = certificate({ name: 'Company CA', isAuthority: true });
const expired = certificate({ name: 'Old CA', isAuthority: true, years: [2020, 2026] });
const early = certificate({ name: 'Next CA', isAuthority: true, years: [2027, 2040] });
const server = certificate({ name: 'dc1.contoso.example', issuer: 'Company CA', isAuthority: false });
const ownAuthority = certificate({ name: 'exchange', isAuthority: false });

describe('the file with additional authorities', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'contactsync-ca-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (content: string | Uint8Array, log: Log = silentLog) => {
    const file = join(folder, 'ca.pem');
    writeFileSync(file, content);
    return readAdditionalCa(file, clock, log);
  };
  const namesIn = (pem: string | undefined) =>
    (pem?.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map(
      (block) => new X509Certificate(block).subject,
    );

  it.each([
    ['PEM', authority],
    ['PEM with words around it', `Company CA\r\n${authority.replaceAll('\n', '\r\n')}\r\nend`],
    ['PEM of Windows PowerShell, as UTF-16', Buffer.from(`\uFEFF${authority}`, 'utf16le')],
    ['DER', new X509Certificate(authority).raw],
  ])('%s', (_name, content) => {
    expect(namesIn(read(content))).toEqual(['CN=Company CA']);
  });

  it.each([
    ['an empty file', '', 'empty'],
    ['blanks', ' \r\n', 'empty'],
    ['something else', 'additionalCaFile: ca.pem', 'noCertificate'],
    ['other bytes', new Uint8Array([0x30, 0x82, 1, 2, 3]), 'noCertificate'],
    ['a private key', keys.privateKey, 'noCertificate'],
    ['half a certificate', authority.slice(0, 400), 'damagedCertificate'],
    ['a good one and half a certificate', authority + server.slice(0, 400), 'damagedCertificate'],
    ['a certificate of other bytes', authority.replace(/MII.{40}/, 'AAAA'), 'damagedCertificate'],
    ['one that has expired', expired, 'expired'],
    ['one that is not valid yet', early, 'notYetValid'],
    ['that of a server', server, 'notAnAuthority'],
    ['that of a server, as DER', new X509Certificate(server).raw, 'notAnAuthority'],
  ])('%s is refused: %s', (_name, content, reason) => {
    let thrown: unknown;
    try {
      read(content);
    } catch (caught) {
      thrown = caught;
    }
    if (!(thrown instanceof Failure)) throw new Error('it was accepted');
    expect(thrown.code).toBe('unusableCaFile');
    expect(thrown.details).toMatchObject({ file: join(folder, 'ca.pem'), reason });
    if (['expired', 'notYetValid', 'notAnAuthority'].includes(reason))
      expect(thrown.details['subject']).toMatch(/^CN=/);
  });

  it('of a bundle what can be used is taken, and the rest is said', () => {
    const warnings: unknown[] = [];
    const log: Log = { ...silentLog, warn: (_, data) => warnings.push(data) };
    expect(namesIn(read(expired + authority + server, log))).toEqual(['CN=Company CA']);
    expect(warnings).toMatchObject([
      { subject: 'CN=Old CA', reason: 'expired' },
      { subject: 'CN=dc1.contoso.example', reason: 'notAnAuthority' },
    ]);
  });

  it('a certificate that a server made for itself is its own authority, and TLS takes it so', async () => {
    const trusts = async (shown: string, ca: string | undefined) => {
      const listening = createServer({ cert: shown, key: keys.privateKey }).listen(0, '127.0.0.1');
      await new Promise((resolve) => listening.once('listening', resolve));
      const { port } = listening.address() as AddressInfo;
      const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca });
      const outcome = await new Promise<string>((resolve) => {
        socket.once('secureConnect', () => resolve('trusted'));
        socket.once('error', () => resolve('refused'));
      });
      socket.destroy();
      listening.close();
      return outcome;
    };
    expect(await trusts(ownAuthority, read(ownAuthority))).toBe('trusted');
    expect(await trusts(server, read(authority))).toBe('trusted');
    // Twin: why that of a server is refused as authority.
    expect(await trusts(server, server)).toBe('refused');
  });

  it('no file, and one that is not there', () => {
    expect(readAdditionalCa(undefined)).toBeUndefined();
    expect(() => readAdditionalCa(join(folder, 'nowhere.pem'))).toThrow('10011');
  });
});
