// The column types that the two databases call by different names. Everything else in the migrations is the same.

import { type ColumnDefinitionBuilder, type Kysely, PostgresAdapter } from 'kysely';

export interface ColumnTypes {
  readonly bytes: 'bytea' | 'blob';
  readonly counter: 'bigint' | 'integer';
  /** Makes a `counter` column the primary key that counts up by itself and never uses a number again. */
  readonly counting: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
}

export function columnTypes(db: Kysely<unknown>): ColumnTypes {
  return db.getExecutor().adapter instanceof PostgresAdapter
    ? {
        bytes: 'bytea',
        counter: 'bigint',
        counting: (column) => column.generatedByDefaultAsIdentity().primaryKey(),
      }
    : { bytes: 'blob', counter: 'integer', counting: (column) => column.primaryKey().autoIncrement() };
}
