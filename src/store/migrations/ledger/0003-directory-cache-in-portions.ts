// Large directories are remembered in many rows. The time stands before the body, so that the rows to be forgotten are
// found without reading over bodies. What was remembered before is read anew.

import type { Kysely } from 'kysely';
import { columnTypes } from '../../column-types.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('directory_cache').execute();
  await db.schema
    .createTable('directory_cache')
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('used_at', 'text', (column) => column.notNull())
    .addColumn('body', columnTypes(db).bytes, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('directory_cache_used_at').on('directory_cache').column('used_at').execute();
}
