// Why a stored password was refused; NULL: it was not, as far as is known.

import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('password').addColumn('refusal', 'text').execute();
}
