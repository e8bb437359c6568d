// The queue in contactsync.db.

import type { PolicyId } from '../model/ids.ts';
import type { QueueReason, RunQueue } from '../ports/run-queue.ts';
import type { MainDatabase } from './database-tables.ts';

export function createRunQueue(db: MainDatabase): RunQueue {
  return {
    async list() {
      const rows = await db.selectFrom('run_queue').selectAll().orderBy('seq').execute();
      return rows.map(({ policy_id, due_at, reason, is_running }) => ({
        policyId: policy_id as PolicyId,
        dueAt: due_at,
        reason: reason as QueueReason,
        isRunning: is_running === 1,
      }));
    },

    consider(policyId, until, due) {
      return db.transaction().execute(async (step) => {
        await step
          .insertInto('schedule_state')
          .values({ policy_id: policyId, considered_until: until })
          .onConflict((conflict) => conflict.column('policy_id').doUpdateSet({ considered_until: until }))
          .execute();
        if (due === undefined) return false;
        const { numInsertedOrUpdatedRows } = await step
          .insertInto('run_queue')
          .values({ policy_id: policyId, due_at: due.dueAt, reason: due.reason, is_running: 0 })
          .onConflict((conflict) => conflict.column('policy_id').doNothing())
          .executeTakeFirst();
        return (numInsertedOrUpdatedRows ?? 0n) > 0n;
      });
    },

    async consideredUntil(policyId) {
      const row = await db
        .selectFrom('schedule_state')
        .select('considered_until')
        .where('policy_id', '=', policyId)
        .executeTakeFirst();
      return row?.considered_until;
    },

    async setRunning(policyId, isRunning) {
      await db
        .updateTable('run_queue')
        .set({ is_running: isRunning ? 1 : 0 })
        .where('policy_id', '=', policyId)
        .execute();
    },

    async remove(policyId) {
      await db.deleteFrom('run_queue').where('policy_id', '=', policyId).execute();
    },

    async forget(policyId) {
      await db.transaction().execute(async (step) => {
        await step.deleteFrom('run_queue').where('policy_id', '=', policyId).execute();
        await step.deleteFrom('schedule_state').where('policy_id', '=', policyId).execute();
      });
    },
  };
}
