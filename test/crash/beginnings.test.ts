// Killed while a data directory, its key and its certificate are made for the first time, and while an existing
// database is brought to a newer version: the next start opens it, nothing is lost, the backup stands.

import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/ports/log.ts';
import { openMainFile } from '../../src/store/open-database.ts';
import { systemClock } from '../../src/system/system-clock.ts';
import { CrashSite, type Moment } from './crash-site.ts';
import { NEWER } from './migrating.ts';

const SCRIPT = join(import.meta.dirname, 'migrating.ts');

/** Every step, or every second one and those that matter most. */
const isTaken = (step: string, n: number): boolean =>
  process.env.REQUIRE_ALL === '1' ||
  n % 2 === 0 ||
  /^(vacuum|commit|drop table|linkSync|renameSync)/.test(step);

describe('the first start', () => {
  let site: CrashSite;
  let steps: readonly string[];

  beforeAll(async () => {
    site = await CrashSite.bare();
    ({ steps } = await site.undisturbed(site.setUp()));
  });
  afterAll(() => site.close());

  /** Dies before the n-th step; then the same is done again by somebody who lives. */
  async function dieBefore(n: number): Promise<void> {
    site.startOver();
    await site.killed(site.setUp(), { at: 'system', n });
    await site.inProcess(site.setUp());
    await site.registerCertificates();
    const probe = await site.ask(({ environments }) => environments.probe('contoso'));
    expect(probe.steps.filter(({ ok }) => !ok)).toEqual([]);
    const key = statSync(join(site.data.path, 'key'));
    expect([key.mode & 0o777, key.size]).toEqual([0o600, 45]);
  }

  it('is heard: directory, log, database, tables, key and certificate', () => {
    for (const part of ['mkdirSync', 'linkSync', 'create table', 'link /', 'insert into "certificate"'])
      expect(steps.filter((step) => step.startsWith(part)).length, part).toBeGreaterThan(0);
  });

  it.each([
    ['while the key is written', /^link .*\/key\./],
    ['when the key stands', /^rm .*\/key\./],
    ['before the database has its name', /^linkSync .*contactsync\.db\./],
    ['before the first table', /^create table/],
    ['before the tables are committed', /^commit/],
    ['between the two databases', /^linkSync .*ledger\.db\./],
    ['before the certificate is stored', /^insert into "certificate"/],
    ['before the certificate is assigned', /^insert into "certificate_assignment"/],
    ['before its public part is written', /^writeFileSync .*\.cer/],
  ])('may die %s', async (_, step) => {
    const index = steps.findIndex((one) => step.test(one));
    expect(index, 'the step is there').toBeGreaterThanOrEqual(0);
    await dieBefore(index + 1);
  });

  it.each(Array.from({ length: 8 }, (_, index) => (index + 1) / 9))(
    'may die at %d of its way',
    async (share) => {
      await dieBefore(Math.ceil(share * steps.length));
    },
  );
});

describe('a newer version', () => {
  let site: CrashSite;
  let old: Moment;
  let path: string;
  let steps: readonly string[];

  beforeAll(async () => {
    site = await CrashSite.installed();
    old = site.save();
    path = join(site.data.path, 'contactsync.db');
    steps = JSON.parse(migrate(0).stdout) as string[];
  });
  afterAll(() => site.close());

  function migrate(n: number) {
    return spawnSync(process.execPath, [SCRIPT, path, String(n)], { encoding: 'utf8' });
  }

  function read<Value>(file: string, question: (database: DatabaseSync) => Value): Value {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return question(database);
    } finally {
      database.close();
    }
  }

  const rows = (file: string, table: string) =>
    read(file, (database) => database.prepare(`select * from ${table} order by 1, 2`).all());
  const tables = (file: string) =>
    read(file, (database) =>
      database.prepare("select name from sqlite_master where type = 'table'").all(),
    ).map(({ name }) => String(name));
  const KEPT = ['document', 'document_revision', 'certificate', 'certificate_assignment', 'setting', 'audit'];

  it('may die before every single step: all of the change is made or nothing, and nothing is lost', async () => {
    const kept = Object.fromEntries(
      KEPT.map((table) => [table, rows(join(old.dataDirectory, 'contactsync.db'), table)]),
    );
    expect(steps.length).toBeGreaterThan(15);
    for (const [index, step] of steps.entries()) {
      const n = index + 1;
      if (!isTaken(step, n)) continue;
      site.goBackTo(old);
      path = join(site.data.path, 'contactsync.db');
      const where = `before "${step}"`;
      expect(migrate(n).signal, where).toBe('SIGKILL');
      // A copy with its companions: looking at the original would fold them in.
      const looked = join(site.data.path, 'looked.db');
      for (const end of ['', '-wal']) {
        if (readdirSync(site.data.path).includes(`contactsync.db${end}`))
          copyFileSync(path + end, looked + end);
      }
      const isMade = tables(looked).includes('saved_document');
      expect(tables(looked).includes('setting_of_old'), where).toBe(false);
      for (const table of KEPT) expect(rows(looked, table), `${table} ${where}`).toEqual(kept[table]);
      const applied = rows(looked, NEWER.table).map(({ name }) => String(name));
      expect(applied.includes('0999-newer'), where).toBe(isMade);

      const db = await openMainFile(path, NEWER, {
        dataDirectory: site.data.path,
        clock: systemClock,
        log: silentLog,
      });
      await db.destroy();
      for (const table of KEPT) expect(rows(path, table), `${table} ${where}`).toEqual(kept[table]);
      expect(rows(path, 'saved_document'), where).toHaveLength(2);
      const backups = site.data.files().filter((name) => /\.before-0999-newer-[^.]+$/.test(name));
      expect(backups.length, `backups ${where}`).toBeGreaterThan(0);
      for (const backup of backups) {
        const file = join(site.data.path, backup);
        for (const table of KEPT) expect(rows(file, table), `${backup} ${where}`).toEqual(kept[table]);
        expect(tables(file)).not.toContain('saved_document');
      }
    }
  }, 600_000);
});
