// Withheld people in contactsync.db. Runs read the ids alone; names are sealed and read only to be shown.

import type { SourceObjectId } from '../model/ids.ts';
import type { WithheldPeople, WithheldPerson } from '../ports/withheld-people.ts';
import type { MainDatabase } from './database-tables.ts';
import type { KeyHolder } from './key.ts';
import { createSealer } from './sealed-box.ts';

type Confidential = Pick<WithheldPerson, 'label' | 'by'>;

export function createWithheldPeople(db: MainDatabase, key: KeyHolder): WithheldPeople {
  const sealer = async () => createSealer(await key.read(), 'withheld people', 'secretDamaged');
  const contextOf = (id: string, since: string): string => ['withheld', id, since].join('\n');

  return {
    async ids() {
      const rows = await db.selectFrom('withheld_person').select('source_object_id').execute();
      return new Set(rows.map((row) => row.source_object_id as SourceObjectId));
    },

    async list() {
      const rows = await db
        .selectFrom('withheld_person')
        .selectAll()
        .orderBy('since')
        .orderBy('source_object_id')
        .execute();
      if (rows.length === 0) return [];
      const { unseal } = await sealer();
      return rows.map(({ source_object_id, since, sealed }) => {
        const { label, by } = JSON.parse(unseal(sealed, contextOf(source_object_id, since))) as Confidential;
        return { id: source_object_id as SourceObjectId, since, label, by };
      });
    },

    async withhold({ id, since, ...confidential }) {
      const { seal } = await sealer();
      const sealed = seal(JSON.stringify(confidential satisfies Confidential), contextOf(id, since));
      await db
        .insertInto('withheld_person')
        .values({ source_object_id: id, since, sealed })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async release(id) {
      const { numDeletedRows } = await db
        .deleteFrom('withheld_person')
        .where('source_object_id', '=', id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
