// Whether a database holds what this program makes and nothing else. A trigger or view that somebody added would act on
// every later change, and nobody would see it.

import { rm } from 'node:fs/promises';
import { Kysely } from 'kysely';
import { migrate } from './migrate.ts';
import type { MigrationSet } from './migrations/all.ts';
import { askSqlite, openSqliteDialect } from './sqlite.ts';

/**
 * Without the tables and indexes that SQLite makes itself, by what was done with the database. Only letters and digits of
 * the text count: blanks and quotes are written in several ways.
 */
const SCHEMA = 'select type, name, sql from sqlite_master';
const OF_SQLITE = /^(?:table sqlite_(?:sequence|stat\d)|index sqlite_autoindex_\w+)$/;

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
  const expected = schemaIn(scratch);
  await rm(scratch);
  return schemaIn(path) === expected;
}

function schemaIn(path: string): string {
  return askSqlite(path, SCHEMA)
    .map(({ type, name, sql }) => ({ what: `${String(type)} ${String(name)}`, sql: String(sql) }))
    .filter(({ what }) => !OF_SQLITE.test(what))
    .map(({ what, sql }) => `${what} ${sql.toLowerCase().replaceAll(/[^a-z0-9_(),]/g, '')}`)
    .sort()
    .join('\n');
}
