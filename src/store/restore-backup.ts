// Restores a backup into a data directory. All of it is unpacked beside what is there and verified first; then the parts
// change places. The ledger goes: the next run reads every mailbox again and finds by the marks what it wrote.

import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { BackupView, RestoreRequest, RestoreView } from '@contactsync/contract';
import { Kysely } from 'kysely';
import { Failure } from '../model/failure.ts';
import { appendAudit } from './audit.ts';
import {
  type ArchivedFile,
  type BackupManifest,
  DATABASE,
  MANIFEST,
  MOST_MANIFEST_BYTES,
  readManifest,
  SEALED_KEY,
} from './backup-manifest.ts';
import { type BackupPlace, readKeyId } from './create-backup.ts';
import type { MainTables } from './database-tables.ts';
import { codeOf, exists, syncDirectory, writeDurably } from './durable-files.ts';
import { keyFileText, keyIdText, keySource, readExistingKey } from './key.ts';
import { unknownMigrations } from './migrate.ts';
import { MAIN_MIGRATIONS } from './migrations/all.ts';
import { ensureDataDirectory } from './open-database.ts';
import { hasOwnTables } from './own-tables.ts';
import { unsealKey } from './passphrase-box.ts';
import { refuseUsedDirectory, replaceData } from './replace-data.ts';
import { inspectSqlite, lockFile, openSqliteDialect } from './sqlite.ts';
import { fileFailure } from './storage-failures.ts';
import { readTar } from './tar-file.ts';

const LOCK = 'restore.lock';
const STAGING = /^restore-[0-9a-f]{12}\.part$/;

/** What a backup says of itself. Throws `backupDamaged`, `backupNewer`, or `unreadableFile`. */
export async function inspectBackup(file: string): Promise<BackupView> {
  return reading(file, async (archive) => {
    const manifest = await manifestOf(archive);
    const { size } = await archive.stat();
    return { ...viewOf(manifest), file: resolve(file), bytes: size };
  });
}

/**
 * Throws `backupDamaged`, `backupNewer`, `backupPassphrase`, `dataDirectoryNotEmpty`, `dataDirectoryHeld` or `wrongKey`.
 */
export async function restoreBackup(place: BackupPlace, request: RestoreRequest): Promise<RestoreView> {
  const { dataDirectory } = place;
  ensureDataDirectory(dataDirectory);
  const release = lockFile(join(dataDirectory, LOCK));
  if (release === undefined)
    throw new Failure('dataDirectoryHeld', { details: { reason: 'another restore is under way' } });
  try {
    if (!request.replace) await refuseUsedDirectory(dataDirectory);
    return await restoreLocked(place, request);
  } catch (thrown) {
    throw fileFailure(thrown, dataDirectory);
  } finally {
    release();
  }
}

async function restoreLocked(place: BackupPlace, request: RestoreRequest): Promise<RestoreView> {
  const { dataDirectory } = place;
  // Of restores that were killed; one may hold a key.
  for (const name of await readdir(dataDirectory))
    if (STAGING.test(name)) await rm(join(dataDirectory, name), { recursive: true, force: true });
  const staging = join(dataDirectory, `restore-${randomBytes(6).toString('hex')}.part`);
  try {
    await mkdir(staging, { mode: 0o700 });
    const manifest = await reading(request.file, (archive) => unpack(archive, staging));
    await verifyDatabase(staging, manifest);
    const key = await settleKey(place, request, staging, manifest);
    await prepareDatabase(place, staging, request.file, manifest);
    const keepsKey = key === 'inPlace' || key === 'notNeeded';
    const setAside = await replaceData(place, staging, { keepsKey });
    return {
      file: resolve(request.file),
      madeAt: manifest.madeAt,
      madeBy: manifest.madeBy,
      dataDirectory,
      key,
      ...(setAside === undefined ? {} : { setAside }),
    };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function reading<T>(file: string, act: (archive: FileHandle) => Promise<T>): Promise<T> {
  const unreadable = (reason: string, cause?: unknown) =>
    new Failure('unreadableFile', { details: { file, reason }, cause });
  const fail = (cause: unknown): never => {
    const code = codeOf(cause);
    throw unreadable(typeof code === 'string' ? code : 'unknown', cause);
  };
  const found = await stat(file).catch(fail);
  if (found.isDirectory()) throw unreadable('it is a folder; name the backup in it');
  // A pipe would be waited for.
  if (!found.isFile()) throw unreadable('it is no file');
  const archive = await open(file, 'r').catch(fail);
  try {
    return await act(archive);
  } finally {
    await archive.close();
  }
}

async function manifestOf(archive: FileHandle): Promise<BackupManifest> {
  for await (const { entry, content } of readTar(archive)) {
    if (entry.name !== MANIFEST || entry.size > MOST_MANIFEST_BYTES) break;
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk);
    return readManifest(Buffer.concat(chunks).toString('utf8'));
  }
  throw damaged('it is no backup of contactSync');
}

/** Exactly the files of the manifest, each as it was. */
async function unpack(archive: FileHandle, staging: string): Promise<BackupManifest> {
  const manifest = await manifestOf(archive);
  const unknown = unknownMigrations(manifest.migrations, MAIN_MIGRATIONS);
  if (unknown.length > 0) throw newer(manifest, unknown);
  const missing = new Map(manifest.files.map((file) => [file.name, file]));
  for await (const { entry, content } of readTar(archive)) {
    if (entry.name === MANIFEST) continue;
    const expected = missing.get(entry.name);
    if (expected === undefined || entry.size !== expected.size)
      throw damaged('a file in it is not the one of its manifest', entry.name);
    missing.delete(entry.name);
    await unpackFile(expected, content, staging);
  }
  const [lost] = missing.keys();
  if (lost !== undefined) throw damaged('a file is missing in it', lost);
  return manifest;
}

async function unpackFile(
  { name, sha256 }: ArchivedFile,
  content: AsyncIterable<Buffer>,
  staging: string,
): Promise<void> {
  const path = join(staging, name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (hash.digest('hex') !== sha256) throw damaged('a file in it was changed', name);
}

/** The manifest may be as wrong as the rest. */
async function verifyDatabase(staging: string, manifest: BackupManifest): Promise<void> {
  const path = join(staging, DATABASE);
  const size = manifest.files.find(({ name }) => name === DATABASE)?.size ?? 0;
  try {
    const applied = inspectSqlite(path, size, MAIN_MIGRATIONS.table);
    const unknown = unknownMigrations(applied, MAIN_MIGRATIONS);
    if (unknown.length > 0) throw newer(manifest, unknown);
    if (applied.length === 0) throw damaged('its database has no tables of contactSync', DATABASE);
    if (applied.toSorted().join() !== manifest.migrations.toSorted().join())
      throw damaged('its database is not the one of its manifest', DATABASE);
    if (!(await hasOwnTables(path, MAIN_MIGRATIONS, applied, join(staging, 'own-tables.db'))))
      throw damaged('its database holds other tables than contactSync makes', DATABASE);
    if (readKeyId(path) !== manifest.keyId) throw damaged('its database belongs to another key', DATABASE);
  } catch (thrown) {
    const isCorrupt = thrown instanceof Failure && thrown.code === 'databaseCorrupt';
    throw isCorrupt ? damaged('its database is damaged', DATABASE, thrown) : thrown;
  }
}

/** Afterwards a key from the backup stands in the staging directory under its name. */
async function settleKey(
  place: BackupPlace,
  request: RestoreRequest,
  staging: string,
  manifest: BackupManifest,
): Promise<RestoreView['key']> {
  const { keyId } = manifest;
  const sealed = manifest.files.find(({ name }) => name === SEALED_KEY);
  if (sealed !== undefined && request.withoutKey !== true) {
    if (request.passphrase === undefined)
      throw new Failure('backupPassphrase', { details: { reason: 'none was given' } });
    const database = manifest.files.find(({ name }) => name === DATABASE);
    const box = await readWhole(join(staging, SEALED_KEY));
    const key = await unsealKey(box, request.passphrase, database?.sha256 ?? '');
    if (keyId !== undefined && keyIdText(key) !== keyId) throw damaged('its key does not fit', SEALED_KEY);
    if (await isKeptElsewhere(place, keyIdText(key))) return 'inPlace';
    await writeDurably(join(staging, 'key'), keyFileText(key));
    return 'restored';
  }
  if (keyId === undefined) return 'notNeeded';
  const key = await readExistingKey(keySource(place.dataDirectory, place.environmentVariables)).catch(
    () => undefined,
  );
  return key !== undefined && keyIdText(key) === keyId ? 'inPlace' : 'missing';
}

/** A key in the data directory would not be looked at where another place is named, and lie in clear where it should not. */
async function isKeptElsewhere(place: BackupPlace, keyId: string): Promise<boolean> {
  const source = keySource(place.dataDirectory, place.environmentVariables);
  if (source.kind === 'file' && source.isOurs) return false;
  const there = await readExistingKey(source);
  if (there !== undefined && keyIdText(there) === keyId) return true;
  const variable = source.kind === 'value' ? 'CONTACTSYNC_KEY' : 'CONTACTSYNC_KEY_FILE';
  const reason = `${variable} does not name the key of the backup: restore without ${variable}, then move the file "key" there`;
  throw new Failure('wrongKey', { details: { reason } });
}

async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Whoever held a lease when the backup was made holds nothing here. */
async function prepareDatabase(
  { clock, user }: BackupPlace,
  staging: string,
  file: string,
  { madeAt, madeBy }: BackupManifest,
): Promise<void> {
  const path = join(staging, DATABASE);
  const db = new Kysely<MainTables>({ dialect: openSqliteDialect(path) });
  try {
    await db.deleteFrom('lease').execute();
    const details = { madeAt, madeBy };
    await appendAudit(db, clock, {
      who: user,
      action: 'backup.restore',
      subject: basename(file),
      details,
    });
  } finally {
    await db.destroy();
  }
  if (await exists(`${path}-wal`)) throw new Error('the restored database was not folded into one file');
  await syncDirectory(staging);
}

function viewOf({ madeAt, madeBy, files }: BackupManifest): Pick<BackupView, 'madeAt' | 'madeBy' | 'hasKey'> {
  return { madeAt, madeBy, hasKey: files.some(({ name }) => name === SEALED_KEY) };
}

function newer({ madeBy }: BackupManifest, migrations: readonly string[]): Failure {
  return new Failure('backupNewer', { details: { madeBy, migrations } });
}

function damaged(reason: string, file?: string, cause?: unknown): Failure {
  return new Failure('backupDamaged', {
    details: { reason, ...(file === undefined ? {} : { file }) },
    ...(cause === undefined ? {} : { cause }),
  });
}
