// What a connector remembers of a directory between runs, in ledger.db. What nobody asked for in a month goes: its policy
// or server is gone.

import type { Clock } from '../ports/clock.ts';
import type { DirectoryCache } from '../ports/directory-cache.ts';
import type { LedgerDatabase } from './database-tables.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const KEPT_MS = 31 * DAY_MS;

export function createDirectoryCache(db: LedgerDatabase, clock: Clock): DirectoryCache {
  const ago = (ms: number): string => new Date(clock.now().getTime() - ms).toISOString();
  return {
    async read(key) {
      const row = await db
        .selectFrom('directory_cache')
        .select(['body', 'used_at'])
        .where('key', '=', key)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      // Once a day is enough: to note a use means to write the whole row anew.
      if (row.used_at < ago(DAY_MS))
        await db
          .updateTable('directory_cache')
          .set({ used_at: ago(0) })
          .where('key', '=', key)
          .execute();
      return new Uint8Array(row.body);
    },

    async save(key, blob) {
      const values = { body: blob, used_at: ago(0) };
      await db
        .insertInto('directory_cache')
        .values({ key, ...values })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(values))
        .execute();
      await db.deleteFrom('directory_cache').where('used_at', '<', ago(KEPT_MS)).execute();
    },
  };
}
