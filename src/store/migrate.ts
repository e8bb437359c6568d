// Brings a database to this version's tables, all or nothing. A database of a newer version is refused.

import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Failure } from '../model/failure.ts';
import type { MigrationSet } from './migrations/all.ts';

/** Names of `applied` that this version does not know: a newer one made them. */
export function unknownMigrations(applied: readonly string[], set: MigrationSet): readonly string[] {
  return applied.filter((name) => !Object.hasOwn(set.migrations, name));
}

export function pendingMigrations(applied: readonly string[], set: MigrationSet): readonly string[] {
  return Object.keys(set.migrations).filter((name) => !applied.includes(name));
}

export function refuseNewer(applied: readonly string[], set: MigrationSet): void {
  const unknown = unknownMigrations(applied, set);
  if (unknown.length > 0) throw new Failure('databaseNewer', { details: { migrations: unknown } });
}

export async function readAppliedMigrations(
  db: Kysely<unknown>,
  set: MigrationSet,
): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === set.table)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(set.table)}`.execute(db);
  return rows.map((row) => row.name);
}

export async function migrate(db: Kysely<unknown>, set: MigrationSet): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...set.migrations }) },
    migrationTableName: set.table,
    migrationLockTableName: `${set.table}_lock`,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof Failure) throw error;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  throw new Failure('internalError', {
    details: { migration: failed ?? 'unknown' },
    cause: error,
  });
}
