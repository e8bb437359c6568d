// Backup and restore: what comes back, what is refused, and what is left as it was.

import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { environmentId, mailboxId, policyId } from '../model/ids.ts';
import { silentLog } from '../ports/log.ts';
import { readManifest, writeManifest } from './backup-manifest.ts';
import { type BackupPlace, createBackup } from './create-backup.ts';
import { digestOfBytes } from './durable-files.ts';
import { openStores, type Stores } from './open-stores.ts';
import { inspectBackup, restoreBackup } from './restore-backup.ts';
import { lockFile } from './sqlite.ts';
import { endTar, readTar, writeTarEntry } from './tar-file.ts';

const PASSPHRASE = 'correct horse battery';
const ENVIRONMENT = environmentId('33333333-0000-4000-8000-000000000001');
const POLICY = policyId('11111111-0000-4000-8000-000000000001');
const MAILBOX = mailboxId('22222222-0000-4000-8000-000000000001');

let root: string;
let old: string;
let fresh: string;
let file: string;
let clock: FakeClock;
const opened: Stores[] = [];

beforeEach(() => {
  root = temporaryDirectory();
  old = join(root, 'old');
  fresh = join(root, 'fresh');
  file = join(root, 'backup.tar');
  clock = new FakeClock();
});
afterEach(async () => {
  for (const stores of opened.splice(0)) await stores.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(dataDirectory: string): Promise<Stores> {
  const stores = await openStores({ dataDirectory, clock, log: silentLog, environmentVariables: {} });
  opened.push(stores);
  return stores;
}
async function close(stores: Stores): Promise<void> {
  opened.splice(opened.indexOf(stores), 1);
  await stores.close();
}
const place = (dataDirectory: string): BackupPlace => ({
  dataDirectory,
  clock,
  version: '1.2.3',
  user: 'ada',
  environmentVariables: {},
});
const backUp = (passphrase?: string) =>
  createBackup(place(old), { target: file, ...(passphrase === undefined ? {} : { passphrase }) });
const restore = (options: { passphrase?: string; replace?: boolean; withoutKey?: boolean } = {}) =>
  restoreBackup(place(fresh), { file, replace: false, ...options });

/** With something in every part: a secret, a ledger, a public part of a certificate. */
async function install(dataDirectory: string): Promise<Stores> {
  const stores = await open(dataDirectory);
  await stores.settings.write('name', 'precious');
  await stores.secrets.savePassword(ENVIRONMENT, 'smtp', {
    password: 'geheim-wort',
    destination: 'there',
  });
  await stores.ledger.markDirty(POLICY, MAILBOX);
  mkdirSync(join(dataDirectory, 'certificates'));
  writeFileSync(join(dataDirectory, 'certificates', 'AB12.cer'), 'public');
  return stores;
}

/** The lock stays. */
function partsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name !== 'restore.lock')
    .sort();
}

function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile() && !/-shm$|^restore\.lock$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

test('what was stored comes back, with the key, while others work; the ledger does not', async () => {
  const before = await install(old);
  const made = await backUp(PASSPHRASE);
  expect(made).toMatchObject({ file, madeBy: '1.2.3', hasKey: true });
  await before.settings.write('name', 'later');

  const restored = await restore({ passphrase: PASSPHRASE });
  expect(restored).toMatchObject({ key: 'restored', madeAt: made.madeAt, dataDirectory: fresh });
  expect(restored.setAside).toBeUndefined();
  expect(partsIn(fresh)).toEqual(['certificates', 'contactsync.db', 'key']);
  expect(statSync(join(fresh, 'key')).mode & 0o777).toBe(0o600);
  const after = await open(fresh);
  expect(await after.settings.read('name')).toBe('precious');
  expect(await after.secrets.readPassword(ENVIRONMENT, 'smtp', 'there')).toBe('geheim-wort');
  expect(await after.ledger.read(POLICY, MAILBOX)).toBeUndefined();
  expect(readFileSync(join(fresh, 'certificates', 'AB12.cer'), 'utf8')).toBe('public');
  expect(await after.audit.list({ action: 'backup.restore' })).toMatchObject([
    { who: 'ada', subject: 'backup.tar' },
  ]);
});

test('a backup is for its owner alone and holds neither key nor secret', async () => {
  await install(old);
  await backUp(PASSPHRASE);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const key = readFileSync(join(old, 'key'), 'utf8').trim();
  const bytes = readFileSync(file);
  for (const secret of [key, 'geheim-wort', PASSPHRASE, Buffer.from(key, 'base64')])
    expect(bytes.includes(secret)).toBe(false);
  expect(readdirSync(root).sort()).toEqual(['backup.tar', 'old']);
});

test('without the key it must be put back, and one that is there already is kept', async () => {
  await install(old);
  await backUp();
  expect(await inspectBackup(file)).toMatchObject({ hasKey: false, madeBy: '1.2.3' });
  expect(await restore()).toMatchObject({ key: 'missing' });
  const stores = await open(fresh);
  await expect(stores.secrets.readPassword(ENVIRONMENT, 'smtp', 'there')).rejects.toMatchObject({
    code: 'wrongKey',
  });
  await close(stores);

  rmSync(fresh, { recursive: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(join(fresh, 'key'), readFileSync(join(old, 'key')), { mode: 0o600 });
  expect(await restore()).toMatchObject({ key: 'inPlace' });
  const again = await open(fresh);
  expect(await again.secrets.readPassword(ENVIRONMENT, 'smtp', 'there')).toBe('geheim-wort');
});

test('a lease that was held when the backup was made is free', async () => {
  const stores = await install(old);
  await stores.leases.acquire('service', 'process 1 on example');
  await backUp();
  await restore();
  const lease = await (await open(fresh)).leases.acquire('service', 'process 2 on example');
  expect(lease).toHaveProperty('release');
});

test('a file that exists is not written over', async () => {
  await install(old);
  writeFileSync(file, 'precious');
  await expect(backUp()).rejects.toMatchObject({ code: 'fileExists' });
  expect(readFileSync(file, 'utf8')).toBe('precious');
});

test('a folder that is not there is named, and not taken for the data directory', async () => {
  await install(old);
  const target = join(root, 'nowhere', 'backup.tar');
  await expect(createBackup(place(old), { target })).rejects.toMatchObject({
    code: 'unwritableFile',
    details: { file: target, reason: 'ENOENT' },
  });
});

test('in a folder the file is named after the time', async () => {
  await install(old);
  const made = await createBackup(place(old), { target: root });
  expect(made.file).toMatch(/contactsync-2026-[\dTZ-]+\.tar$/);
  expect(existsSync(made.file)).toBe(true);
});

test('a short passphrase, a missing database and a key that does not fit are refused', async () => {
  mkdirSync(old, { mode: 0o700 });
  await expect(backUp()).rejects.toMatchObject({ code: 'dataDirectory' });
  rmSync(old, { recursive: true });
  await install(old);
  await expect(backUp('short')).rejects.toMatchObject({ code: 'usage' });
  writeFileSync(join(old, 'key'), `${'A'.repeat(43)}=\n`);
  await expect(backUp(PASSPHRASE)).rejects.toMatchObject({ code: 'wrongKey' });
  chmodSync(join(old, 'key'), 0o644);
  await expect(backUp(PASSPHRASE)).rejects.toMatchObject({ code: 'keyUnusable' });
  expect(readdirSync(root)).toEqual(['old']);
});

test('a wrong passphrase restores nothing; without the key the rest comes back', async () => {
  await install(old);
  await backUp(PASSPHRASE);
  await expect(restore({ passphrase: 'wrong horse battery' })).rejects.toMatchObject({
    code: 'backupPassphrase',
  });
  await expect(restore()).rejects.toMatchObject({ code: 'backupPassphrase' });
  expect(partsIn(fresh)).toEqual([]);
  expect(await restore({ withoutKey: true })).toMatchObject({ key: 'missing' });
});

test('every place at which a backup is cut off or changed is noticed, and nothing is restored', async () => {
  await install(old);
  await backUp();
  const whole = readFileSync(file);
  const step = Math.ceil(whole.length / 40);
  for (let at = 0; at < whole.length - 1_024; at += step) {
    truncateSync(file, at);
    await expect(restore()).rejects.toMatchObject({ code: 'backupDamaged' });
    const changed = Buffer.from(whole);
    // Where tar fills up its blocks nothing is kept: such a byte may change.
    const isFilling = (changed[at] ?? 0) === 0;
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    writeFileSync(file, changed);
    if (!isFilling) await expect(restore()).rejects.toMatchObject({ code: 'backupDamaged' });
  }
  expect(partsIn(fresh)).toEqual([]);
  // The twin: the same bytes unchanged.
  writeFileSync(file, whole);
  await restore();
});

/** The archive, with this in the place of what its database says. */
async function archiveAfter(change: (database: DatabaseSync) => void): Promise<void> {
  const path = join(root, 'changed.db');
  await install(old);
  await backUp();
  const handle = await openFile(file);
  const parts: { name: string; bytes: Buffer }[] = [];
  for await (const { entry, content } of readTar(handle)) {
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk);
    parts.push({ name: entry.name, bytes: Buffer.concat(chunks) });
  }
  await handle.close();
  writeFileSync(path, parts[1]?.bytes ?? '');
  const database = new DatabaseSync(path);
  change(database);
  database.close();
  const changed = readFileSync(path);
  const manifest = readManifest(parts[0]?.bytes.toString('utf8') ?? '');
  const files = manifest.files.map((said) =>
    said.name === 'contactsync.db' ? { name: said.name, ...digestOfBytes(changed) } : said,
  );
  rmSync(file);
  const archive = await openFile(file, 'wx');
  for (const { name, bytes } of [
    { name: 'manifest.json', bytes: writeManifest({ ...manifest, files }) },
    { name: 'contactsync.db', bytes: changed },
    ...parts.slice(2),
  ])
    await writeTarEntry(archive, { name, size: bytes.length }, 0, Readable.from([bytes]));
  await endTar(archive);
  await archive.close();
}

test('a database of a newer version is neither backed up nor restored', async () => {
  const addFuture = (database: DatabaseSync) =>
    database.exec("insert into contactsync_migration values ('9999-future', '2030-01-01T00:00:00.000Z')");
  await archiveAfter(addFuture);
  await expect(restore()).rejects.toMatchObject({
    code: 'backupNewer',
    details: { migrations: ['9999-future'], madeBy: '1.2.3' },
  });
  expect(partsIn(fresh)).toEqual([]);
  rmSync(file);
  const database = new DatabaseSync(join(old, 'contactsync.db'));
  addFuture(database);
  database.close();
  await expect(backUp()).rejects.toMatchObject({ code: 'databaseNewer' });
});

test('an archive put together anew is restored when all in it is right', async () => {
  await archiveAfter((database) => database.exec("update setting set value = 'edited' where key = 'name'"));
  await restore();
  expect(await (await open(fresh)).settings.read('name')).toBe('edited');
});

test.each([
  ['a trigger', 'create trigger evil after insert on audit begin delete from audit; end'],
  ['a view', 'create view evil as select 1'],
  ['a view in the place of a table', 'drop table lease; create view lease as select 1'],
  [
    'a trigger under a name of SQLite',
    `create trigger evil after insert on audit begin delete from audit; end;
     pragma writable_schema = on;
     update sqlite_master set name = 'sqlite_stat9', sql = replace(sql, 'evil', 'sqlite_stat9') where name = 'evil'`,
  ],
  ['a table less', 'drop table audit'],
  ['a column more', 'alter table audit add column evil text'],
  [
    'a column that computes',
    "drop table lease; create table lease (name text primary key, evil text as ('x'))",
  ],
  ['a migration less', "delete from contactsync_migration where name like '0002%'"],
])('a database with %s is refused', async (_, change) => {
  await archiveAfter((database) => {
    database.enableDefensive(false);
    database.exec(change);
  });
  await expect(restore()).rejects.toMatchObject({
    code: 'backupDamaged',
    details: { file: 'contactsync.db' },
  });
  expect(partsIn(fresh)).toEqual([]);
});

test('what SQLite keeps for itself is no stranger', async () => {
  await archiveAfter((database) => database.exec('analyze'));
  await restore();
  expect(await (await open(fresh)).settings.read('name')).toBe('precious');
});

test.each([
  ['no moment', { madeAt: 'yesterday' }],
  ['a sequence for the terminal', { madeAt: '\u001b[31m2026-11-23T10:00:00.000Z' }],
  ['a version of many lines', { madeBy: '1\n2' }],
])('a manifest with %s is refused', (_, change) => {
  const whole = {
    madeBy: '1.2.3-beta.1',
    madeAt: '2026-11-23T10:00:00.000Z',
    migrations: [],
    files: [{ name: 'contactsync.db', size: 1, sha256: '0'.repeat(64) }],
  };
  expect(readManifest(writeManifest(whole).toString('utf8'))).toEqual(whole);
  expect(() => readManifest(writeManifest({ ...whole, ...change }).toString('utf8'))).toThrow();
});

test('a folder in the place of a file is told so', async () => {
  await expect(restoreBackup(place(fresh), { file: root, replace: false })).rejects.toMatchObject({
    code: 'unreadableFile',
    details: { reason: 'it is a folder; name the backup in it' },
  });
});

test.each([
  ['a key file', 'CONTACTSYNC_KEY_FILE'],
  ['a key', 'CONTACTSYNC_KEY'],
])('the key of a backup is not put where nobody looks: %s is named', async (_, variable) => {
  await install(old);
  await backUp(PASSPHRASE);
  const elsewhere = join(root, 'elsewhere');
  const named = (base64: string) => {
    writeFileSync(elsewhere, base64, { mode: 0o600 });
    const value = variable === 'CONTACTSYNC_KEY' ? base64 : elsewhere;
    return restoreBackup(
      { ...place(fresh), environmentVariables: { [variable]: value } },
      { file, replace: false, passphrase: PASSPHRASE },
    );
  };
  await expect(named(Buffer.alloc(32, 1).toString('base64'))).rejects.toMatchObject({
    code: 'wrongKey',
    details: { reason: expect.stringContaining(variable) },
  });
  expect(partsIn(fresh)).toEqual([]);
  expect(await named(readFileSync(join(old, 'key'), 'utf8').trim())).toMatchObject({ key: 'inPlace' });
  expect(existsSync(join(fresh, 'key'))).toBe(false);
});

test('what a backup that was broken off left goes with a later one, and nothing else', async () => {
  await install(old);
  const folder = join(root, 'backups');
  mkdirSync(folder);
  const left = 'contactsync-2026-11-01T01-30-00-000Z.tar.0123456789ab.db.part-journal';
  const young = 'contactsync-2026-11-02T01-30-00-000Z.tar.0123456789ab';
  const others = ['contactsync-2026-11-01T01-30-00-000Z.tar', 'notes.txt', 'mine.tar.0123456789ab'];
  const now = clock.now().getTime() / 1_000;
  for (const name of [left, young, ...others]) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), now, name === young ? now - 3_600 : now - 90_000);
  }
  const { file: made } = await createBackup(place(old), { target: folder });
  expect(readdirSync(folder).sort()).toEqual([young, ...others, basename(made)].sort());
});

test('an empty database is no data to back up', async () => {
  await close(await install(old));
  truncateSync(join(old, 'contactsync.db'));
  await expect(backUp()).rejects.toMatchObject({ code: 'databaseCorrupt' });
  expect(readdirSync(root)).toEqual(['old']);
});

test('a folder that is not there does not become a file', async () => {
  await install(old);
  const target = join(root, 'not mounted/');
  await expect(createBackup(place(old), { target })).rejects.toMatchObject({ code: 'unwritableFile' });
  expect(existsSync(target)).toBe(false);
});

test('a directory in use is refused; with replace it is set aside whole', async () => {
  await install(old);
  await backUp(PASSPHRASE);
  const there = await install(fresh);
  await there.settings.write('name', 'of the other');
  await expect(restore({ passphrase: PASSPHRASE })).rejects.toMatchObject({ code: 'dataDirectoryNotEmpty' });

  await there.leases.acquire('service', 'process 7 on example');
  const before = contentOf(fresh);
  await expect(restore({ passphrase: PASSPHRASE, replace: true })).rejects.toMatchObject({
    code: 'dataDirectoryHeld',
    details: { holder: 'process 7 on example' },
  });
  expect(contentOf(fresh)).toEqual(before);
  expect(await there.settings.read('name')).toBe('of the other');
  await close(there);

  const { setAside = '' } = await restore({ passphrase: PASSPHRASE, replace: true });
  expect(readdirSync(setAside).sort()).toEqual(['certificates', 'contactsync.db', 'key', 'ledger.db']);
  expect(await (await open(fresh)).settings.read('name')).toBe('precious');
  const former = await open(setAside);
  expect(await former.settings.read('name')).toBe('of the other');
  expect(await former.secrets.readPassword(ENVIRONMENT, 'smtp', 'there')).toBeDefined();
});

test('a damaged database can be replaced', async () => {
  await install(old);
  await backUp();
  await close(await install(fresh));
  writeFileSync(join(fresh, 'contactsync.db'), 'no database '.repeat(1_000));
  await restore({ replace: true });
  expect(await (await open(fresh)).settings.read('name')).toBe('precious');
});

test('a restore that was broken off is refused by everybody until it is done again', async () => {
  await install(old);
  await backUp();
  await close(await install(fresh));
  writeFileSync(join(fresh, 'restoring'), '');
  await expect(open(fresh)).rejects.toMatchObject({ code: 'restoreUnfinished' });
  await expect(restore()).rejects.toMatchObject({ code: 'restoreUnfinished' });
  await restore({ replace: true });
  expect(await (await open(fresh)).settings.read('name')).toBe('precious');
});

test('in the middle of a restore nothing is backed up', async () => {
  await close(await install(old));
  writeFileSync(join(old, 'restoring'), '');
  await expect(backUp()).rejects.toMatchObject({ code: 'restoreUnfinished' });
  expect(existsSync(file)).toBe(false);
});

test('two restores of one directory are kept apart, and what a killed one unpacked goes', async () => {
  await install(old);
  await backUp();
  mkdirSync(fresh, { mode: 0o700 });
  const unpacked = join(fresh, 'restore-0123456789ab.part');
  mkdirSync(unpacked);
  const release = lockFile(join(fresh, 'restore.lock'));
  await expect(restore()).rejects.toMatchObject({
    code: 'dataDirectoryHeld',
    details: { reason: 'another restore is under way' },
  });
  expect(existsSync(unpacked)).toBe(true);
  release?.();
  await restore();
  expect(existsSync(unpacked)).toBe(false);
});
