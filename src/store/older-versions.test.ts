// A data directory as each earlier version left it opens with all it held, and with a copy of how it was beside it.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { silentLog } from '../ports/log.ts';
import { type BackupPlace, createBackup } from './create-backup.ts';
import { MAIN_MIGRATIONS, type MigrationSet } from './migrations/all.ts';
import { openMainFile } from './open-database.ts';
import { openStores } from './open-stores.ts';
import { restoreBackup } from './restore-backup.ts';

const NAMES = Object.keys(MAIN_MIGRATIONS.migrations);
const KEPT = 3;

let directory: string;
const clock = new FakeClock();
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function firstOf(count: number): MigrationSet {
  const migrations = Object.entries(MAIN_MIGRATIONS.migrations).slice(0, count);
  return { ...MAIN_MIGRATIONS, migrations: Object.fromEntries(migrations) };
}

/** By the code of that time, as far as the tables go. */
async function leaveAs(count: number, folder = directory): Promise<void> {
  const place = { dataDirectory: folder, clock, log: silentLog };
  const db = await openMainFile(join(folder, 'contactsync.db'), firstOf(count), place);
  await db.destroy();
  const database = new DatabaseSync(join(folder, 'contactsync.db'));
  database.exec("insert into setting values ('name', 'precious')");
  database.exec(
    `insert into run (id, kind, policy_id, policy_name, policy_revision, state, started_at, holder, revision_body)
     values ('r1', 'run', 'p1', 'All staff', 1, 'finished', '2025-01-01T00:00:00.000Z', 'somebody', '{}')`,
  );
  database.close();
}

const open = () => openStores({ dataDirectory: directory, clock, log: silentLog, environmentVariables: {} });
const copies = () => readdirSync(directory).filter((name) => name.includes('.before-'));

test.each(NAMES.slice(1).map((name, index) => [index + 1, name] as const))(
  'with the first %i tables, before %s',
  async (count, next) => {
    await leaveAs(count);
    const stores = await open();
    expect(await stores.settings.read('name')).toBe('precious');
    expect(await stores.settings.read('no such')).toBeUndefined();
    await stores.close();
    expect(copies()).toEqual([expect.stringContaining(`.before-${next}-`)]);
    const copy = new DatabaseSync(join(directory, copies()[0] ?? ''), { readOnly: true });
    expect(copy.prepare('select count(*) as n from contactsync_migration').get()?.n).toBe(count);
    expect(copy.prepare('select policy_name from run').get()?.policy_name).toBe('All staff');
    copy.close();
    const database = new DatabaseSync(join(directory, 'contactsync.db'), { readOnly: true });
    expect(database.prepare('select policy_name from run').get()?.policy_name).toBe('All staff');
    database.close();
  },
);

test('of the copies the newest stay', async () => {
  for (let count = 1; count < NAMES.length; count += 1) {
    clock.advance(60_000);
    const path = join(directory, 'contactsync.db');
    const place = { dataDirectory: directory, clock, log: silentLog };
    const db = await openMainFile(path, firstOf(count), place);
    await db.destroy();
  }
  const left = copies().sort();
  expect(left).toHaveLength(KEPT);
  expect(left).toEqual(NAMES.slice(-1 - KEPT, -1).map((name) => expect.stringContaining(`.before-${name}-`)));
});

test('a backup of an older version is restored and brought up to date by the next command', async () => {
  const place = (dataDirectory: string): BackupPlace => ({
    ...{ dataDirectory, clock, version: '0.0.1', user: 'ada' },
    environmentVariables: {},
  });
  const old = join(directory, 'old');
  await openStores({ dataDirectory: old, clock, log: silentLog, environmentVariables: {} }).then((stores) =>
    stores.close(),
  );
  rmSync(join(old, 'contactsync.db'));
  rmSync(join(old, 'ledger.db'));
  await leaveAs(2, old);
  const made = await createBackup(place(old), { target: directory });
  directory = join(directory, 'fresh');
  await restoreBackup(place(directory), { file: made.file, replace: false });
  const stores = await open();
  expect(await stores.settings.read('name')).toBe('precious');
  await stores.close();
  expect(copies()).toEqual([expect.stringContaining(`.before-${NAMES[2]}-`)]);
});
