// The key that encrypts secrets and before-images: from the environment, or a file that only its owner can read,
// made at the first use. The database remembers which key it belongs to, so that a wrong one is noticed at once.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, link, open, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Failure } from '../model/failure.ts';
import type { Settings } from '../ports/settings.ts';
import { type MasterKey, masterKey } from './sealed-box.ts';
import { fileFailure } from './storage-failures.ts';

const KEY_BYTES = 32;
export const KEY_ID_SETTING = 'key.id';

export type KeySource =
  | { readonly kind: 'value'; readonly base64: string }
  /** `isOurs`: it may be made when there is none. */
  | { readonly kind: 'file'; readonly path: string; readonly isOurs: boolean };

export function keySource(dataDirectory: string, environment: NodeJS.ProcessEnv): KeySource {
  const { CONTACTSYNC_KEY: value, CONTACTSYNC_KEY_FILE: path } = environment;
  if (value !== undefined && value !== '') return { kind: 'value', base64: value };
  if (path !== undefined && path !== '') return { kind: 'file', path, isOurs: false };
  return { kind: 'file', path: join(dataDirectory, 'key'), isOurs: true };
}

export interface KeyHolder {
  /** Throws `keyUnusable` or `wrongKey`. Reads the key again after a failure, but not after a success. */
  read(): Promise<MasterKey>;
}

export function createKeyHolder(source: KeySource, settings: Settings): KeyHolder {
  let known: Promise<MasterKey> | undefined;
  return {
    read() {
      known ??= readFitting(source, settings).catch((thrown: unknown) => {
        known = undefined;
        throw thrown;
      });
      return known;
    },
  };
}

async function readFitting(source: KeySource, settings: Settings): Promise<MasterKey> {
  const expected = await settings.read(KEY_ID_SETTING);
  const bytes =
    source.kind === 'value' ? decode(source.base64, 'CONTACTSYNC_KEY') : await readFileKey(source, expected);
  const key = masterKey(bytes);
  // Of two processes that start at once with an empty database, the second one sees the first one's id here.
  const stored = Buffer.from(
    await settings.writeIfAbsent(KEY_ID_SETTING, Buffer.from(key.id).toString('hex')),
    'hex',
  );
  if (stored.length !== key.id.length || !timingSafeEqual(stored, key.id)) throw new Failure('wrongKey');
  return key;
}

/** The key as it is; none is made. undefined: there is none. Throws `keyUnusable`. */
export async function readExistingKey(source: KeySource): Promise<Uint8Array | undefined> {
  if (source.kind === 'value') return decode(source.base64, 'CONTACTSYNC_KEY');
  try {
    return await readKeyFile(source.path);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
}

/** As the database remembers it. */
export function keyIdText(bytes: Uint8Array): string {
  return Buffer.from(masterKey(bytes).id).toString('hex');
}

/** As the file holds it. */
export function keyFileText(bytes: Uint8Array): string {
  return `${Buffer.from(bytes).toString('base64')}\n`;
}

async function readFileKey(
  source: Extract<KeySource, { kind: 'file' }>,
  expectedId: string | undefined,
): Promise<Uint8Array> {
  try {
    return await readKeyFile(source.path);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    const details = { path: source.path, reason: 'missing' };
    if (!source.isOurs) throw new Failure('keyUnusable', { details, cause: thrown });
    // A new key would not open what is stored, and would hide that the old one is lost.
    if (expectedId !== undefined) throw new Failure('wrongKey', { details, cause: thrown });
    await makeKeyFile(source.path);
    return readKeyFile(source.path);
  }
}

async function readKeyFile(path: string): Promise<Uint8Array> {
  try {
    const { mode } = await stat(path);
    // Windows has no such mode: there the directory's access list protects the file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Failure('keyUnusable', {
        details: { path, mode: (mode & 0o777).toString(8).padStart(4, '0') },
      });
    }
    return decode(await readFile(path, 'utf8'), basename(path));
  } catch (thrown) {
    if (thrown instanceof Failure || isMissing(thrown)) throw thrown;
    throw new Failure('keyUnusable', { details: { path }, cause: thrown });
  }
}

/** Complete or not at all, also when two processes do it at once: only one link to the final name succeeds. */
async function makeKeyFile(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(keyFileText(randomBytes(KEY_BYTES)));
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(draft, 0o600);
    await link(draft, path).catch((thrown: unknown) => {
      if (!isErrorCode(thrown, 'EEXIST')) throw thrown;
    });
  } catch (thrown) {
    throw fileFailure(thrown, path);
  } finally {
    await rm(draft, { force: true });
  }
}

function decode(text: string, origin: string): Uint8Array {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, 'base64');
  const isExact = /^[A-Za-z0-9+/]+=*$/.test(trimmed) && bytes.length === KEY_BYTES;
  if (!isExact) throw new Failure('keyUnusable', { details: { origin, reason: 'not 32 bytes in base64' } });
  return bytes;
}

function isMissing(thrown: unknown): boolean {
  return isErrorCode(thrown, 'ENOENT');
}

function isErrorCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
