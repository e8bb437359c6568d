// What a connector remembers of a directory between runs, in ledger.db. What nobody asked for in a month goes: its policy
// or server is gone.

import type { Clock } from '../ports/clock.ts';
import type { DirectoryCache } from '../ports/directory-cache.ts';
import type { LedgerDatabase } from './database-tables.ts';

const KEPT_MS = 31 * 24 * 60 * 60 * 1_000;

export function createDirectoryCache(db: LedgerDatabase, clock: Clock): DirectoryCache {
  return {
    async read(key) {
      const used_at = clock.now().toISOString();
      const row = await db
        .updateTable('directory_cache')
        .set({ used_at })
        .where('key', '=', key)
        .returning('body')
        .executeTakeFirst();
      return row === undefined ? undefined : new Uint8Array(row.body);
    },

    async save(key, blob) {
      const now = clock.now();
      const values = { body: blob, used_at: now.toISOString() };
      await db
        .insertInto('directory_cache')
        .values({ key, ...values })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(values))
        .execute();
      const forgotten = new Date(now.getTime() - KEPT_MS).toISOString();
      await db.deleteFrom('directory_cache').where('used_at', '<', forgotten).execute();
    },
  };
}
