// Whether a database holds what this program makes and nothing else. A trigger or view that somebody added would act on
// every later change, and nobody would see it.

import { rm } from 'node:fs/promises';
import { Kysely } from 'kysely';
import { migrate } from './migrate.ts';
import type { MigrationSet } from './migrations/all.ts';
import { askSqlite, openSqliteDialect } from './sqlite.ts';

// What SQLite keeps for itself depends on what was done with the database.
const SCHEMA = `select type || ' ' || name || iif(sql like 'create virtual%', ' virtual', '') as what
from sqlite_master where name not like 'sqlite\\_%' escape '\\'`;

/** Compared with the tables that the applied migrations make in a file at `scratch`, which is removed again. */
export async function hasOwnTables(
  path: string,
  set: MigrationSet,
  applied: readonly string[],
  scratch: string,
): Promise<boolean> {
  const then = Object.entries(set.migrations).filter(([name]) => applied.includes(name));
  const db = new Kysely<unknown>({ dialect: openSqliteDialect(scratch) });
  try {
    await migrate(db, { ...set, migrations: Object.fromEntries(then) });
  } finally {
    await db.destroy();
  }
  const expected = namesIn(scratch);
  await rm(scratch);
  return namesIn(path) === expected;
}

function namesIn(path: string): string {
  return askSqlite(path, SCHEMA)
    .map(({ what }) => String(what))
    .sort()
    .join('\n');
}
