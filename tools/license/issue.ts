// Signing keys and licenses as files. The public part of a new key goes into the product, the private part to a file
// outside of the repository.

import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import {
  type LicenseTerms,
  publicKeyName,
  publicKeyText,
  writeLicense,
} from '../../src/license/license-file.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
export const PUBLIC_KEYS = join(REPOSITORY, 'src', 'license', 'public-keys.json');

interface KeyFile {
  readonly keyFile: string;
  readonly passphrase: string | undefined;
}

/** Never replaces a file: a lost key means licenses that cannot be issued again. */
export function makeSigningKey({ keyFile, passphrase }: KeyFile, publicKeysFile = PUBLIC_KEYS): string {
  if (!relative(REPOSITORY, resolve(keyFile)).startsWith('..'))
    throw new Error('The private key must not lie in the repository.');
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
  });
  writeFileSync(keyFile, pem, { mode: 0o600, flag: 'wx' });
  const publicKey = publicKeyText(privateKey);
  const known = JSON.parse(readFileSync(publicKeysFile, 'utf8')) as readonly string[];
  writeFileSync(publicKeysFile, `${JSON.stringify([...known, publicKey], undefined, 2)}\n`);
  const protection = passphrase === undefined ? 'without a passphrase' : 'under the passphrase';
  return `Private key: ${keyFile}, ${protection}. Public key ${publicKeyName(publicKey)} added to ${publicKeysFile}; commit it and release.`;
}

export function issueLicense({
  keyFile,
  passphrase,
  terms,
  out,
}: KeyFile & { readonly terms: LicenseTerms; readonly out: string | undefined }): string {
  const key = readFileSync(keyFile, 'utf8');
  const privateKey = createPrivateKey(passphrase === undefined ? key : { key, passphrase });
  const text = writeLicense(terms, privateKey);
  if (out === undefined) return text.trimEnd();
  writeFileSync(out, text, { flag: 'wx' });
  return `License ${terms.id} for ${terms.customer}: ${out}`;
}
