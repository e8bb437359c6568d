// Policies that wait for their turn, and up to when each schedule was looked at.

import type { Kysely } from 'kysely';
import { columnTypes } from '../column-types.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const { counter, counting } = columnTypes(db);
  await db.schema
    .createTable('run_queue')
    .addColumn('seq', counter, counting)
    .addColumn('policy_id', 'text', (column) => column.notNull().unique())
    .addColumn('due_at', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('is_running', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('schedule_state')
    .addColumn('policy_id', 'text', (column) => column.primaryKey())
    .addColumn('considered_until', 'text', (column) => column.notNull())
    .execute();
}
