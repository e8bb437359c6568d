// Mails to be sent, in contactsync.db.

import type { Selectable } from 'kysely';
import type { FailureRecord } from '../model/failure.ts';
import type { PolicyId, RunId } from '../model/ids.ts';
import type { MailOccasion, MailState, ReportMail, ReportOutbox } from '../ports/report-outbox.ts';
import type { MainDatabase, MainTables } from './database-tables.ts';

export function createReportOutbox(db: MainDatabase): ReportOutbox {
  return {
    async add({ key, policyId, runId, occasion, at, reason }) {
      await db
        .insertInto('report_mail')
        .values({
          key,
          policy_id: policyId,
          run_id: runId ?? null,
          occasion,
          state: 'waiting',
          created_at: at,
          tries: 0,
          at,
          failure: null,
          reason: reason === undefined ? null : JSON.stringify(reason),
        })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute();
    },

    async list({ states, runId, dueBy, after, limit }) {
      let query = db.selectFrom('report_mail').selectAll().orderBy('id', 'desc');
      if (states !== undefined) query = query.where('state', 'in', states);
      if (runId !== undefined) query = query.where('run_id', '=', runId);
      if (dueBy !== undefined || after !== undefined)
        query = query.where((where) =>
          where.or([
            ...(dueBy === undefined ? [] : [where('at', '<=', dueBy)]),
            ...(after === undefined ? [] : [where('at', '>', after)]),
          ]),
        );
      if (limit !== undefined) query = query.limit(limit);
      return (await query.execute()).map(toMail);
    },

    async claim(id, at) {
      const { numUpdatedRows } = await db
        .updateTable('report_mail')
        .set({ state: 'sending', at })
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async settle(id, state, at, failure) {
      await db
        .updateTable('report_mail')
        .set((row) => ({
          state,
          at,
          tries: row('tries', '+', 1),
          failure: failure === undefined ? null : JSON.stringify(failure),
        }))
        .where('id', '=', id)
        .execute();
    },

    async hold(id, state, at, failure) {
      await db
        .updateTable('report_mail')
        .set({ state, at, failure: JSON.stringify(failure) })
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .execute();
    },
  };
}

const recordIn = (text: string | null) => (text === null ? undefined : (JSON.parse(text) as FailureRecord));

const toMail = (row: Selectable<MainTables['report_mail']>): ReportMail => ({
  id: Number(row.id),
  policyId: row.policy_id as PolicyId,
  runId: row.run_id === null ? undefined : (row.run_id as RunId),
  occasion: row.occasion as MailOccasion,
  state: row.state as MailState,
  createdAt: row.created_at,
  tries: row.tries,
  at: row.at,
  failure: recordIn(row.failure),
  reason: recordIn(row.reason),
});
