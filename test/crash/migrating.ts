// A process that brings a database to a newer version's tables and dies before the n-th step of that. Arguments: the
// file, and n (0: it lives). Says on standard output which steps it heard.

import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { silentLog } from '../../src/ports/log.ts';
import { MAIN_MIGRATIONS, type MigrationSet } from '../../src/store/migrations/all.ts';
import { openMainFile } from '../../src/store/open-database.ts';
import { systemClock } from '../../src/system/system-clock.ts';
import { hearSystem } from './system-steps.ts';

/** As a later version might do it: a table is made, filled from an old one, and the old one is made anew. */
async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table saved_document (kind text, id text, name text)`.execute(db);
  await sql`insert into saved_document select kind, id, name from document`.execute(db);
  await sql`alter table run add column newer text`.execute(db);
  await sql`update run set newer = state`.execute(db);
  await sql`alter table setting rename to setting_of_old`.execute(db);
  await sql`create table setting (key text primary key, value text not null)`.execute(db);
  await sql`insert into setting select key, value from setting_of_old`.execute(db);
  await sql`drop table setting_of_old`.execute(db);
}

export const NEWER: MigrationSet = {
  table: MAIN_MIGRATIONS.table,
  migrations: { ...MAIN_MIGRATIONS.migrations, '0999-newer': { up } },
};

if (process.argv[1] === import.meta.filename) {
  const [path = '', n = '0'] = process.argv.slice(2);
  const steps: string[] = [];
  hearSystem((step) => {
    steps.push(step);
    if (steps.length === Number(n)) process.kill(process.pid, 'SIGKILL');
  });
  const place = { dataDirectory: '', clock: systemClock, log: silentLog };
  const db = await openMainFile(path, NEWER, place);
  await db.destroy();
  process.stdout.write(JSON.stringify(steps));
}
