// The tool from a new key to a license that the product takes.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LicenseTerms, readLicense } from '../../src/license/license-file.ts';
import { issueLicense, makeSigningKey, PUBLIC_KEYS } from './issue.ts';

const terms: LicenseTerms = {
  kind: 'contactSyncLicense',
  version: 1,
  id: '7d9c2f4e-1b6a-4c3d-9e8f-0a1b2c3d4e5f',
  customer: 'Contoso Ltd.',
  mailboxes: 250,
  issuedOn: '2026-11-02',
  validUntil: '2027-11-30',
};

let directory: string;
let keyFile: string;
let publicKeys: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-license-'));
  keyFile = join(directory, 'key.pem');
  publicKeys = join(directory, 'public-keys.json');
  writeFileSync(publicKeys, '[]');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const known = () => JSON.parse(readFileSync(publicKeys, 'utf8')) as string[];

describe('the license tool', () => {
  it.each([undefined, 'a passphrase'])(
    'issues with several keys what the product takes (%s)',
    (passphrase) => {
      const out = join(directory, 'contoso.license');
      makeSigningKey({ keyFile: join(directory, 'earlier.pem'), passphrase }, publicKeys);
      makeSigningKey({ keyFile, passphrase }, publicKeys);
      issueLicense({ keyFile, passphrase, terms, out });
      expect(readLicense(readFileSync(out, 'utf8'), known())).toEqual(terms);
      expect(known()).toHaveLength(2);
      expect(statSync(keyFile).mode & 0o077).toBe(0);
      const withEarlier = issueLicense({
        keyFile: join(directory, 'earlier.pem'),
        passphrase,
        terms,
        out: undefined,
      });
      expect(readLicense(withEarlier, known())).toEqual(terms);
    },
  );

  it('keeps the private key out of the repository, and replaces none', () => {
    const inside = join(import.meta.dirname, 'key.pem');
    expect(() => makeSigningKey({ keyFile: inside, passphrase: undefined }, publicKeys)).toThrow(
      'must not lie',
    );
    makeSigningKey({ keyFile, passphrase: undefined }, publicKeys);
    expect(() => makeSigningKey({ keyFile, passphrase: undefined }, publicKeys)).toThrow('EEXIST');
    expect(known()).toHaveLength(1);
  });

  it.each([{ mailboxes: 0 }, { mailboxes: 1.5 }, { validUntil: '30.11.2027' }, { customer: 'two\nlines' }])(
    'refuses terms that no product takes: %j',
    (change) => {
      makeSigningKey({ keyFile, passphrase: undefined }, publicKeys);
      expect(() =>
        issueLicense({ keyFile, passphrase: undefined, terms: { ...terms, ...change }, out: undefined }),
      ).toThrow();
    },
  );

  it('the keys of the product are Ed25519 keys', () => {
    const keys = JSON.parse(readFileSync(PUBLIC_KEYS, 'utf8')) as string[];
    for (const key of keys)
      expect(Buffer.from(key, 'base64').subarray(0, 12).toString('hex')).toBe('302a300506032b6570032100');
  });
});
