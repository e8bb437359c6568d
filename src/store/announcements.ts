// What other programs are still to be told, in contactsync.db.

import type { FailureRecord } from '../model/failure.ts';
import type { EnvironmentId, RunId } from '../model/ids.ts';
import type { Announcements, ListenerKind, NewAnnouncement } from '../ports/announcements.ts';
import type { MainDatabase } from './database-tables.ts';

export function createAnnouncements(db: MainDatabase): Announcements {
  return {
    async add({ environmentId, listener, runId, event, at }) {
      await db
        .insertInto('announcement')
        .values({
          environment_id: environmentId,
          listener,
          run_id: runId,
          event,
          at,
          tries: 0,
          due_at: at,
          failure: null,
        })
        .onConflict((conflict) => conflict.columns(['run_id', 'event', 'listener']).doNothing())
        .execute();
    },

    async list() {
      const rows = await db.selectFrom('announcement').selectAll().orderBy('id').execute();
      return rows.map((row) => ({
        id: Number(row.id),
        environmentId: row.environment_id as EnvironmentId,
        listener: row.listener as ListenerKind,
        runId: row.run_id as RunId,
        event: row.event as NewAnnouncement['event'],
        at: row.at,
        tries: row.tries,
        dueAt: row.due_at,
        failure: row.failure === null ? undefined : (JSON.parse(row.failure) as FailureRecord),
      }));
    },

    async postpone(id, dueAt, failure) {
      await db
        .updateTable('announcement')
        .set((row) => ({
          due_at: dueAt,
          tries: row('tries', '+', 1),
          failure: JSON.stringify(failure),
        }))
        .where('id', '=', id)
        .execute();
    },

    async remove(id) {
      await db.deleteFrom('announcement').where('id', '=', id).execute();
    },
  };
}
