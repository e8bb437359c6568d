// What policies that share a folder told each other: people with their properties, like the contacts stored with runs.

import type { Kysely } from 'kysely';
import { columnTypes } from '../column-types.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const { bytes } = columnTypes(db);
  await db.schema
    .createTable('offer')
    .addColumn('policy_id', 'text', (column) => column.primaryKey())
    .addColumn('body', bytes, (column) => column.notNull())
    .execute();
}
