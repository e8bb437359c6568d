// What a connector remembers of a directory, beside what is remembered of mailboxes: both are caches.

import type { Kysely } from 'kysely';
import { columnTypes } from '../../column-types.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('directory_cache')
    .addColumn('key', 'text', (column) => column.notNull().primaryKey())
    .addColumn('body', columnTypes(db).bytes, (column) => column.notNull())
    .addColumn('used_at', 'text', (column) => column.notNull())
    .execute();
}
