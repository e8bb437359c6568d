// That somebody asked the holder of a lease to end the work.

import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('lease').addColumn('end_asked_by', 'text').execute();
}
