// Makes a backup: a copy of contactsync.db as it is at one moment, the public parts of certificates and, when asked for,
// the key under a passphrase. Never the ledger, which is a cache: a restored one would tell of mailboxes as they were.

import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { BackupRequest, BackupView } from '@contactsync/contract';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type ArchivedFile,
  type BackupManifest,
  DATABASE,
  MANIFEST,
  SEALED_KEY,
  writeManifest,
} from './backup-manifest.ts';
import { codeOf, digestOf, digestOfBytes, exists, nameFile } from './durable-files.ts';
import { KEY_ID_SETTING, keyIdText, keySource, readExistingKey } from './key.ts';
import { refuseNewer } from './migrate.ts';
import { MAIN_MIGRATIONS } from './migrations/all.ts';
import { sealKey } from './passphrase-box.ts';
import { fileIdentity, refuseUnfinishedRestore } from './replace-data.ts';
import { askSqlite, copySqlite, inspectSqlite } from './sqlite.ts';
import { DISK_FULL, fileFailure } from './storage-failures.ts';
import { endTar, writeTarEntry } from './tar-file.ts';

export interface BackupPlace {
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly version: string;
  /** Account that asks. */
  readonly user: string;
  readonly environmentVariables: NodeJS.ProcessEnv;
}

const SHORTEST_PASSPHRASE = 12;
const LEFTOVER = /^contactsync-[0-9TZ-]+\.tar\.[0-9a-f]{12}(?:\.db)?(?:\.part)?(?:-journal)?$/;
const LEFT_AFTER_MS = 24 * 60 * 60 * 1000;

/** Throws `fileExists`, `unwritableFile`, `dataDirectory`, `databaseCorrupt`, `databaseNewer`, `keyUnusable` or `wrongKey`. */
export async function createBackup(place: BackupPlace, request: BackupRequest): Promise<BackupView> {
  const { passphrase } = request;
  if (passphrase !== undefined && passphrase.trim().length < SHORTEST_PASSPHRASE)
    throw new Failure('usage', {
      details: { reason: `the passphrase needs at least ${SHORTEST_PASSPHRASE} characters` },
    });
  const source = join(place.dataDirectory, DATABASE);
  const target = await targetFile(request.target, place.clock);
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  const copy = `${draft}.db`;
  refuseUnfinishedRestore(place.dataDirectory);
  const before = fileIdentity(source);
  const { size } = await stat(source).catch((thrown: unknown) => {
    throw fileFailure(thrown, source);
  });
  const applied = inspectSqlite(source, size, MAIN_MIGRATIONS.table);
  refuseNewer(applied, MAIN_MIGRATIONS);
  if (applied.length === 0)
    throw new Failure('databaseCorrupt', {
      details: { file: DATABASE, finding: 'no tables of contactSync' },
    });
  await reserve(draft, target);
  await removeLeftovers(dirname(target), place.clock);
  try {
    copySqlite(source, copy);
    // A restore that began meanwhile.
    refuseUnfinishedRestore(place.dataDirectory);
    if (fileIdentity(source) !== before)
      throw new Failure('databaseBusy', { details: { file: DATABASE, reason: 'just restored' } });
    const view = await archive(place, copy, draft, passphrase);
    await nameFile(draft, target);
    return { file: target, ...view, bytes: (await stat(target)).size };
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST')
      throw new Failure('fileExists', { details: { file: target }, cause: thrown });
    throw withTarget(fileFailure(thrown, codeOf(thrown) === 'ENOENT' ? source : target), target);
  } finally {
    for (const path of [draft, copy]) await rm(path, { force: true });
  }
}

async function targetFile(given: string, clock: Clock): Promise<string> {
  const path = resolve(given);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  // Else a folder that is not there, such as a drive that is not mounted, would become a file of its name.
  if (!isFolder && !path.toLowerCase().endsWith('.tar'))
    throw new Failure('unwritableFile', {
      details: { file: path, reason: 'no such folder; the name of a backup ends in .tar' },
    });
  const stamp = clock.now().toISOString().replaceAll(/[:.]/g, '-');
  const file = isFolder ? join(path, `contactsync-${stamp}.tar`) : path;
  if (await exists(file)) throw new Failure('fileExists', { details: { file } });
  return file;
}

/** Of backups that were broken off: each is a copy of the whole database. One under way is younger. */
async function removeLeftovers(folder: string, clock: Clock): Promise<void> {
  for (const name of (await readdir(folder)).filter((found) => LEFTOVER.test(found))) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < clock.now().getTime() - LEFT_AFTER_MS) await rm(path, { force: true });
  }
}

/** Whether a file can be made there is found out before the database is copied. */
async function reserve(draft: string, target: string): Promise<void> {
  try {
    const file = await open(draft, 'wx', 0o600);
    await file.close();
  } catch (cause) {
    const code = codeOf(cause);
    const reason = typeof code === 'string' ? code : 'unknown';
    throw new Failure('unwritableFile', { details: { file: target, reason }, cause });
  }
}

/** Only the folder of the backup fills up: nothing is written into the data directory. */
function withTarget(thrown: unknown, target: string): unknown {
  const isFull =
    thrown instanceof Failure && thrown.code === 'dataDirectory' && thrown.details.reason === DISK_FULL;
  if (!isFull) return thrown;
  return new Failure('unwritableFile', { details: { file: target, reason: DISK_FULL }, cause: thrown });
}

async function archive(
  place: BackupPlace,
  copy: string,
  draft: string,
  passphrase: string | undefined,
): Promise<Omit<BackupView, 'file' | 'bytes'>> {
  const { clock, dataDirectory, version } = place;
  // Of the copy: the database itself may have changed meanwhile.
  const { size } = await stat(copy);
  const migrations = inspectSqlite(copy, size, MAIN_MIGRATIONS.table);
  const keyId = readKeyId(copy);
  const database = { name: DATABASE, ...(await digestOf(copy)) };
  const folder = join(dataDirectory, 'certificates');
  const certificates: ArchivedFile[] = [];
  for (const name of await namesIn(folder))
    certificates.push({ name: `certificates/${name}`, ...(await digestOf(join(folder, name))) });
  const sealed =
    passphrase === undefined
      ? undefined
      : await sealKey(await fittingKey(place, keyId), passphrase, database.sha256);
  const files: ArchivedFile[] = [database, ...certificates];
  if (sealed !== undefined) files.push({ name: SEALED_KEY, ...digestOfBytes(sealed) });
  const madeAt = clock.now().toISOString();
  const manifest: BackupManifest = {
    madeBy: version,
    madeAt,
    migrations,
    ...(keyId === undefined ? {} : { keyId }),
    files,
  };
  const seconds = clock.now().getTime() / 1_000;
  const tar = await open(draft, 'r+');
  try {
    const said = writeManifest(manifest);
    await writeTarEntry(tar, { name: MANIFEST, size: said.length }, seconds, once(said));
    await writeTarEntry(tar, database, seconds, createReadStream(copy));
    for (const file of certificates)
      await writeTarEntry(tar, file, seconds, createReadStream(join(folder, basename(file.name))));
    if (sealed !== undefined)
      await writeTarEntry(tar, { name: SEALED_KEY, size: sealed.length }, seconds, once(sealed));
    await endTar(tar);
    await tar.sync();
  } finally {
    await tar.close();
  }
  return { madeAt, madeBy: version, hasKey: sealed !== undefined };
}

export function readKeyId(database: string): string | undefined {
  const [row] = askSqlite(database, `select value from setting where key = '${KEY_ID_SETTING}'`);
  return row === undefined ? undefined : String(row.value);
}

async function fittingKey(place: BackupPlace, keyId: string | undefined): Promise<Uint8Array> {
  const key = await readExistingKey(keySource(place.dataDirectory, place.environmentVariables));
  if (key === undefined && keyId === undefined)
    throw new Failure('usage', { details: { reason: 'there is no key yet: nothing is encrypted' } });
  if (key === undefined) throw new Failure('keyUnusable', { details: { reason: 'missing' } });
  // A backup with a key that does not open it would be found out when it is too late.
  if (keyId !== undefined && keyIdText(key) !== keyId) throw new Failure('wrongKey');
  return key;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  if (!(await exists(folder))) return [];
  return (await readdir(folder)).filter((name) => /^[0-9A-Za-z]{1,80}\.cer$/.test(name)).sort();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
