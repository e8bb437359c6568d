// Settings as rows of contactsync.db.

import type { Settings } from '../ports/settings.ts';
import type { MainDatabase } from './database-tables.ts';

export function createSettings(db: MainDatabase): Settings {
  async function read(key: string): Promise<string | undefined> {
    const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
    return row?.value;
  }
  return {
    read,
    async write(key, value) {
      await db
        .insertInto('setting')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute();
    },
    async writeIfAbsent(key, value) {
      await db
        .insertInto('setting')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute();
      return (await read(key)) ?? value;
    },
    async remove(key) {
      await db.deleteFrom('setting').where('key', '=', key).execute();
    },
  };
}
