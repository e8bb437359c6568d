// When the before-images and the plans of a run were given up; they go in portions after that.

import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('run').addColumn('images_pruned_at', 'text').execute();
  await db.schema.alterTable('run').addColumn('plans_pruned_at', 'text').execute();
}
