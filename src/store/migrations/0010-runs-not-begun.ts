// Why no run could begin, for the mail that says so.

import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('report_mail').addColumn('reason', 'text').execute();
}
