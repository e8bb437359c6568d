// Opening: what is damaged, newer or half migrated, and who may read the files.

import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { mailboxId, policyId } from '../model/ids.ts';
import { type Log, silentLog } from '../ports/log.ts';
import { createLedger } from './ledger.ts';
import type { MigrationSet } from './migrations/all.ts';
import { openDatabases, openMainFile } from './open-database.ts';
import { openStores } from './open-stores.ts';
import { fileFailure } from './storage-failures.ts';

let root: string;
/** Some tests put the data directory below the root. */
let directory: string;
beforeEach(() => {
  root = temporaryDirectory();
  directory = root;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const clock = new FakeClock();
const open = (log: Log = silentLog) =>
  openStores({ dataDirectory: directory, clock, log, environmentVariables: {} });
const mainPath = () => join(directory, 'contactsync.db');
const ledgerPath = () => join(directory, 'ledger.db');
const modeOf = (path: string) => statSync(path).mode & 0o777;

function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

/** A reader of a WAL database leaves two companions behind that hold nothing. */
function withoutEmptyCompanions(content: Record<string, string>): Record<string, string> {
  const empty = createHash('sha256').digest('hex');
  const kept = Object.entries(content).filter(([name, digest]) => !name.endsWith('-shm') && digest !== empty);
  return Object.fromEntries(kept);
}

/** Overwrites pages behind the header, where the tables lie. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xab, 4_096, 16_384);
  writeFileSync(path, bytes);
}

test('a new data directory and all files in it are for their owner alone', async () => {
  directory = join(directory, 'new', 'data');
  const stores = await open();
  await stores.settings.write('a', 'b');
  expect(modeOf(directory)).toBe(0o700);
  const names = readdirSync(directory);
  expect(names).toEqual(expect.arrayContaining(['contactsync.db', 'contactsync.db-wal', 'ledger.db']));
  for (const name of names) expect([name, modeOf(join(directory, name))]).toEqual([name, 0o600]);
  await stores.close();
});

test('a file that others may read is closed to them', async () => {
  await (await open()).close();
  chmodSync(mainPath(), 0o644);
  await (await open()).close();
  expect(modeOf(mainPath())).toBe(0o600);
});

test('commits are durable before they return: the journal and the dirty flag must survive a power failure', async () => {
  const main = await openMainFile(mainPath(), ONE, { dataDirectory: directory, clock, log: silentLog });
  const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(main);
  expect(rows[0]?.synchronous).toBe(2);
  await main.destroy();
});

test.each([
  ['pages overwritten', () => damage(mainPath())],
  ['cut in half', () => truncateSync(mainPath(), Math.floor(statSync(mainPath()).size / 2))],
  ['emptied', () => truncateSync(mainPath(), 0)],
  ['not a database', () => writeFileSync(mainPath(), 'no database '.repeat(1_000))],
])('a damaged contactsync.db (%s) is refused with every byte left as it was', async (_, spoil) => {
  await (await open()).close();
  spoil();
  const before = withoutEmptyCompanions(contentOf(directory));
  await expect(open()).rejects.toMatchObject({ code: 'databaseCorrupt' });
  expect(withoutEmptyCompanions(contentOf(directory))).toEqual(before);
});

test.each(['key', 'ledger.db', 'certificates'])(
  'an empty contactsync.db beside %s once was a full one and is left alone',
  async (name) => {
    writeFileSync(join(directory, name), '');
    writeFileSync(mainPath(), '');
    await expect(open()).rejects.toMatchObject({ code: 'databaseCorrupt' });
    expect(readdirSync(directory).sort()).toEqual([name, 'contactsync.db'].sort());
    expect(statSync(mainPath()).size).toBe(0);
  },
);

test('an empty contactsync.db with nothing beside it is an installation that was broken off', async () => {
  writeFileSync(mainPath(), '');
  await (await open()).close();
  expect(statSync(mainPath()).size).toBeGreaterThan(0);
});

test('a key that was put there before the first start is no reason to doubt', async () => {
  writeFileSync(join(directory, 'key'), `${'A'.repeat(43)}=\n`, { mode: 0o600 });
  await (await open()).close();
  expect(readdirSync(directory).filter((name) => /\.[0-9a-f]{12}/.test(name))).toEqual([]);
});

test('what a crash left in the WAL is not folded into a damaged database', async () => {
  await (await open()).close();
  const stores = await open();
  await stores.settings.write('in the WAL', 'yes');
  const crashed = join(directory, 'crashed');
  mkdirSync(crashed, { mode: 0o700 });
  for (const name of ['contactsync.db', 'contactsync.db-wal'])
    copyFileSync(join(directory, name), join(crashed, name));
  await stores.close();
  directory = crashed;
  damage(mainPath());
  const before = withoutEmptyCompanions(contentOf(directory));
  expect(Object.keys(before)).toEqual(['contactsync.db', 'contactsync.db-wal']);
  await expect(open()).rejects.toMatchObject({ code: 'databaseCorrupt' });
  expect(withoutEmptyCompanions(contentOf(directory))).toEqual(before);
});

test('a damaged ledger.db is set aside, made anew and reported; nothing else is lost', async () => {
  const first = await open();
  const policy = policyId('11111111-0000-4000-8000-000000000001');
  const mailbox = mailboxId('22222222-0000-4000-8000-000000000001');
  await first.settings.write('kept', 'yes');
  await first.ledger.markDirty(policy, mailbox);
  await first.close();
  damage(ledgerPath());
  const warnings: string[] = [];
  const stores = await open({ ...silentLog, warn: (message) => warnings.push(message) });
  expect(warnings).toEqual([expect.stringContaining('ledger')]);
  expect(readdirSync(directory)).toContainEqual(expect.stringMatching(/^ledger\.db\.damaged-/));
  expect(await stores.ledger.read(policy, mailbox)).toBeUndefined();
  await stores.ledger.markDirty(policy, mailbox);
  expect(await stores.ledger.read(policy, mailbox)).toMatchObject({ isDirty: true });
  expect(await stores.settings.read('kept')).toBe('yes');
  await stores.close();
});

test('a ledger that turned out damaged in use is made anew at the next start', async () => {
  const policy = policyId('11111111-0000-4000-8000-000000000001');
  const mailbox = mailboxId('22222222-0000-4000-8000-000000000001');
  const place = { dataDirectory: directory, clock, log: silentLog };
  const databases = await openDatabases(place);
  await createLedger(databases.ledger, { log: silentLog, onDamage: () => {} }).markDirty(policy, mailbox);
  databases.reportLedgerDamage();
  await databases.close();

  const stores = await open();
  expect(await stores.ledger.read(policy, mailbox)).toBeUndefined();
  await stores.ledger.markDirty(policy, mailbox);
  await stores.close();
  const again = await open();
  expect(await again.ledger.read(policy, mailbox)).toBeDefined();
  await again.close();
});

test('a contactsync.db of a newer version is refused and left as it was', async () => {
  await (await open()).close();
  const database = new DatabaseSync(mainPath());
  database.exec(
    "insert into contactsync_migration values ('9999-from-the-future', '2030-01-01T00:00:00.000Z')",
  );
  database.close();
  const before = withoutEmptyCompanions(contentOf(directory));
  await expect(open()).rejects.toMatchObject({
    code: 'databaseNewer',
    details: { migrations: ['9999-from-the-future'] },
  });
  expect(withoutEmptyCompanions(contentOf(directory))).toEqual(before);
});

const ONE: MigrationSet = {
  table: 'test_migration',
  migrations: {
    '0001-first': {
      async up(db) {
        await db.schema.createTable('thing').addColumn('name', 'text').execute();
        await sql`insert into thing values ('precious')`.execute(db);
      },
    },
  },
};
const failingSecond = async (db: Kysely<unknown>) => {
  await db.schema.alterTable('thing').addColumn('half', 'text').execute();
  await sql`update thing set half = 'done'`.execute(db);
  await db.schema.createTable('other').addColumn('name', 'text').execute();
  throw new Error('the power of example');
};
const TWO: MigrationSet = { ...ONE, migrations: { ...ONE.migrations, '0002-second': { up: failingSecond } } };
const MENDED: MigrationSet = {
  ...ONE,
  migrations: {
    ...ONE.migrations,
    '0002-second': { up: async (db) => void (await sql`update thing set name = 'renewed'`.execute(db)) },
  },
};

async function openAndRead(set: MigrationSet) {
  const db = await openMainFile<{ thing: { name: string } }>(mainPath(), set, {
    dataDirectory: directory,
    clock,
    log: silentLog,
  });
  try {
    return {
      rows: await sql`select * from thing`.execute(db).then(({ rows }) => rows),
      tables: await db.introspection.getTables(),
    };
  } finally {
    await db.destroy();
  }
}

test('a migration that fails leaves nothing behind, and a mended one can follow', async () => {
  await openAndRead(ONE);
  await expect(openAndRead(TWO)).rejects.toMatchObject({
    code: 'internalError',
    details: { migration: '0002-second' },
  });
  const { rows, tables } = await openAndRead(ONE);
  expect(rows).toEqual([{ name: 'precious' }]);
  expect(tables.map((table) => table.name)).not.toContain('other');
  expect((await openAndRead(MENDED)).rows).toEqual([{ name: 'renewed' }]);
});

test('the database as it was is kept before a migration changes it', async () => {
  await openAndRead(ONE);
  await openAndRead(MENDED);
  const copies = readdirSync(directory).filter((name) => name.includes('.before-'));
  expect(copies).toEqual([expect.stringMatching(/^contactsync\.db\.before-0002-second-2026-/)]);
  const copy = join(directory, copies[0] ?? '');
  expect(modeOf(copy)).toBe(0o600);
  const database = new DatabaseSync(copy, { readOnly: true });
  expect(database.prepare('select name from thing').get()?.name).toBe('precious');
  database.close();
});

test('no copy is made when there is nothing to migrate', async () => {
  await openAndRead(MENDED);
  await openAndRead(MENDED);
  expect(readdirSync(directory).filter((name) => name.includes('.before-'))).toEqual([]);
});

test('a data directory that cannot be made is a failure that names the path', async () => {
  writeFileSync(join(directory, 'file'), '');
  directory = join(directory, 'file', 'data');
  await expect(open()).rejects.toMatchObject({ code: 'dataDirectory', details: { path: directory } });
});

test('a directory in the place of the database is a failure of the data directory', async () => {
  mkdirSync(mainPath());
  await expect(open()).rejects.toMatchObject({
    code: expect.stringMatching(/^(dataDirectory|databaseCorrupt)$/),
  });
});

test('a full disk is a failure of the data directory, and what was stored stays', async () => {
  const db = await openMainFile<{ thing: { name: string } }>(mainPath(), ONE, {
    dataDirectory: directory,
    clock,
    log: silentLog,
  });
  await sql`pragma max_page_count = 12`.execute(db);
  const fill = db
    .insertInto('thing')
    .values({ name: 'x'.repeat(100_000) })
    .execute();
  await expect(fill).rejects.toMatchObject({ code: 'dataDirectory', details: { reason: 'disk full' } });
  expect(await db.selectFrom('thing').selectAll().execute()).toEqual([{ name: 'precious' }]);
  await db.destroy();
});

test('a full disk that the file system reports is named so too', () => {
  const thrown = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect(fileFailure(thrown, mainPath())).toMatchObject({
    code: 'dataDirectory',
    details: { path: mainPath(), reason: 'disk full' },
  });
});

test('a database that cannot even be looked at is told as such, and is no defect of ours', async () => {
  // As where the account may not enter the folder, which tests that run as root cannot try.
  symlinkSync('contactsync.db', join(directory, 'contactsync.db'));
  await expect(open()).rejects.toMatchObject({ code: 'dataDirectory', details: { reason: 'ELOOP' } });
});
