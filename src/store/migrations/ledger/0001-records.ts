// ledger.db as of the first version: one row for one policy and one mailbox.

import type { Kysely } from 'kysely';
import { columnTypes } from '../../column-types.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ledger')
    .addColumn('policy_id', 'text', (column) => column.notNull())
    .addColumn('mailbox_id', 'text', (column) => column.notNull())
    .addColumn('is_dirty', 'integer', (column) => column.notNull())
    .addColumn('body', columnTypes(db).bytes)
    .addPrimaryKeyConstraint('ledger_key', ['policy_id', 'mailbox_id'])
    .execute();
}
