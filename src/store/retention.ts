// Old runs leave contactsync.db in portions, each a short transaction: other processes write in between.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ExpressionBuilder, sql } from 'kysely';
import { ENDED_STATES } from '../model/run.ts';
import {
  NEWEST_RUNS_KEPT,
  type PrunedRecords,
  type Retention,
  type RetentionLimits,
} from '../ports/retention.ts';
import type { MainDatabase, MainTables } from './database-tables.ts';

const ENTRIES_PER_PORTION = 500;
/** A plan may be large. */
const PLANS_PER_PORTION = 50;
const RUNS_PER_PORTION = 50;

const NOTHING: PrunedRecords = { runs: 0, plans: 0, beforeImages: 0 };

type OfRun = ExpressionBuilder<MainTables, 'run'>;

export function createRetention(db: MainDatabase): Retention {
  /** What they may give up was marked before. */
  async function giveUpImages(limits: RetentionLimits, at: string): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('run')
      .set({ images_pruned_at: at })
      .where('id', 'in', (query) =>
        query
          .selectFrom('run')
          .select('run.id')
          .where('run.images_pruned_at', 'is', null)
          .where((run) => run.and([endedBefore(run, limits.beforeImages), isNotBeingUndone(run)]))
          .limit(RUNS_PER_PORTION),
      )
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async function giveUpPlans(limits: RetentionLimits, at: string): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('run')
      .set({ plans_pruned_at: at })
      .where('id', 'in', (query) =>
        query
          .selectFrom('run')
          .select('run.id')
          .where('run.plans_pruned_at', 'is', null)
          // A rollback of single mailboxes finds them in the plans.
          .where('run.images_pruned_at', 'is not', null)
          .where((run) => run.and([endedBefore(run, limits.plans), isNotAmongTheNewest()]))
          .limit(RUNS_PER_PORTION),
      )
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async function removeImages(): Promise<number> {
    const run = await db
      .selectFrom('run')
      .select('run.id')
      .where('run.images_pruned_at', 'is not', null)
      .where(({ exists, selectFrom }) =>
        exists(selectFrom('journal').select('journal.id').whereRef('journal.run_id', '=', 'run.id')),
      )
      .limit(1)
      .executeTakeFirst();
    if (run === undefined) return 0;
    const { numDeletedRows } = await db
      .deleteFrom('journal')
      .where('id', 'in', (query) =>
        query
          .selectFrom('journal')
          .select('journal.id')
          .where('journal.run_id', '=', run.id)
          .orderBy('journal.id')
          .limit(ENTRIES_PER_PORTION),
      )
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  async function removeOfRun(table: 'run_plan' | 'run_contacts'): Promise<number> {
    const run = await db
      .selectFrom('run')
      .select('run.id')
      .where('run.plans_pruned_at', 'is not', null)
      .where(({ exists, selectFrom }) =>
        exists(selectFrom(table).select(`${table}.seq`).whereRef(`${table}.run_id`, '=', 'run.id')),
      )
      .limit(1)
      .executeTakeFirst();
    if (run === undefined) return 0;
    const { numDeletedRows } = await db
      .deleteFrom(table)
      .where('seq', 'in', (query) =>
        query
          .selectFrom(table)
          .select(`${table}.seq`)
          .where(`${table}.run_id`, '=', run.id)
          .orderBy(`${table}.seq`)
          .limit(PLANS_PER_PORTION),
      )
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  /** Events first: deleting a run takes along at once whatever is left of it. */
  async function removeRun(limits: RetentionLimits): Promise<PrunedRecords | undefined> {
    const run = await db
      .selectFrom('run')
      .select('run.id')
      .where('run.plans_pruned_at', 'is not', null)
      .where((query) => query.and([endedBefore(query, limits.runs), isNotAmongTheNewest()]))
      .orderBy('run.seq')
      .limit(1)
      .executeTakeFirst();
    if (run === undefined) return undefined;
    const { numDeletedRows } = await db
      .deleteFrom('run_event')
      .where('seq', 'in', (query) =>
        query
          .selectFrom('run_event')
          .select('run_event.seq')
          .where('run_event.run_id', '=', run.id)
          .orderBy('run_event.seq')
          .limit(ENTRIES_PER_PORTION),
      )
      .executeTakeFirst();
    if (numDeletedRows > 0n) return NOTHING;
    await db.deleteFrom('run').where('id', '=', run.id).execute();
    return { ...NOTHING, runs: 1 };
  }

  /** What became of a mail is told as long as its run. */
  async function removeMails(limits: RetentionLimits): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('report_mail')
      .where('id', 'in', (query) =>
        query
          .selectFrom('report_mail')
          .select('report_mail.id')
          .where('report_mail.state', 'in', ['sent', 'notWanted', 'perhapsSent', 'givenUp'])
          .where('report_mail.at', '<', limits.runs)
          .limit(ENTRIES_PER_PORTION),
      )
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  return {
    async count(limits) {
      const number = sql<number | string>`count(*)`.as('number');
      const images = await db
        .selectFrom('journal')
        .innerJoin('run', 'run.id', 'journal.run_id')
        .select(number)
        .where((run) => run.and([endedBefore(run, limits.beforeImages), isNotBeingUndone(run)]))
        .executeTakeFirst();
      const plans = await db
        .selectFrom('run_plan')
        .innerJoin('run', 'run.id', 'run_plan.run_id')
        .select(number)
        .where((run) =>
          run.and([endedBefore(run, limits.plans), isNotAmongTheNewest(), isNotBeingUndone(run)]),
        )
        .executeTakeFirst();
      const runs = await db
        .selectFrom('run')
        .select(number)
        .where((run) =>
          run.and([endedBefore(run, limits.runs), isNotAmongTheNewest(), isNotBeingUndone(run)]),
        )
        .executeTakeFirst();
      return {
        runs: Number(runs?.number ?? 0),
        plans: Number(plans?.number ?? 0),
        beforeImages: Number(images?.number ?? 0),
      };
    },

    async prunePortion(limits, at) {
      await nextTurn();
      if (await giveUpImages(limits, at)) return NOTHING;
      const beforeImages = await removeImages();
      if (beforeImages > 0) return { ...NOTHING, beforeImages };
      if (await giveUpPlans(limits, at)) return NOTHING;
      const plans = await removeOfRun('run_plan');
      if (plans > 0) return { ...NOTHING, plans };
      if ((await removeOfRun('run_contacts')) > 0) return NOTHING;
      if (await removeMails(limits)) return NOTHING;
      return removeRun(limits);
    },
  };
}

function endedBefore(run: OfRun, limit: string) {
  return run.and([run('run.state', 'in', ENDED_STATES), run('run.ended_at', '<', limit)]);
}

function isNotBeingUndone({ not, exists, selectFrom }: OfRun) {
  return not(
    exists(
      selectFrom('run as undoing')
        .select('undoing.id')
        .whereRef('undoing.undoes', '=', 'run.id')
        .where('undoing.state', 'not in', ENDED_STATES),
    ),
  );
}

function isNotAmongTheNewest() {
  return sql<boolean>`(select count(*) from run as newer where newer.policy_id = run.policy_id and newer.seq > run.seq) >= ${sql.lit(NEWEST_RUNS_KEPT)}`;
}
