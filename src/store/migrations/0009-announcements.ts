// What other programs are still to be told of runs.

import type { Kysely } from 'kysely';
import { columnTypes } from '../column-types.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const { counter, counting } = columnTypes(db);
  await db.schema
    .createTable('announcement')
    .addColumn('id', counter, counting)
    .addColumn('environment_id', 'text', (column) => column.notNull())
    .addColumn('listener', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('due_at', 'text', (column) => column.notNull())
    .addColumn('failure', 'text')
    .execute();
  await db.schema
    .createIndex('announcement_once')
    .on('announcement')
    .columns(['run_id', 'event', 'listener'])
    .unique()
    .execute();
}
