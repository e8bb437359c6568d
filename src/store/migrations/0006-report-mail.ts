// Mails about runs that are to be sent.

import type { Kysely } from 'kysely';
import { columnTypes } from '../column-types.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  const { counter, counting } = columnTypes(db);
  await db.schema
    .createTable('report_mail')
    .addColumn('id', counter, counting)
    .addColumn('key', 'text', (column) => column.notNull().unique())
    .addColumn('policy_id', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text')
    .addColumn('occasion', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('failure', 'text')
    .execute();
  await db.schema.createIndex('report_mail_state').on('report_mail').columns(['state', 'at']).execute();
  await db.schema.createIndex('report_mail_run').on('report_mail').column('run_id').execute();
}
