// Keeping house: what is older than the settings say goes, in portions, at the end of runs and when asked.

import type { HousekeepingOperations, RetentionView } from '@contactsync/contract';
import { Failure } from '../model/failure.ts';
import type { PrunedRecords, RetentionLimits } from '../ports/retention.ts';
import type { OperationsDependencies } from './dependencies.ts';

type Parts = Pick<
  OperationsDependencies,
  'settings' | 'retention' | 'clock' | 'log' | 'logFiles' | 'audit' | 'user'
>;

const DAY_MS = 24 * 60 * 60 * 1000;
const LAST_TIME = 'retention.lastPrunedAt';
/** A run a day prunes once, also when it begins a little earlier than yesterday. */
const PAUSE_MS = 20 * 60 * 60 * 1000;
/** Whoever waits for a command to end must not wait for years of history: the next run goes on. */
const PORTIONS_AFTER_RUN = 200;

const DEFAULTS: RetentionView = { runsDays: 180, plansDays: 30, beforeImagesDays: 30, logsDays: 30 };
const KEYS = {
  runsDays: 'retention.runsDays',
  plansDays: 'retention.plansDays',
  beforeImagesDays: 'retention.beforeImagesDays',
  logsDays: 'retention.logsDays',
} as const;
const MOST_DAYS = 3_650;

async function readRetention({ settings }: Pick<Parts, 'settings'>): Promise<RetentionView> {
  const days = async (name: keyof RetentionView) => Number(await settings.read(KEYS[name])) || DEFAULTS[name];
  return {
    runsDays: await days('runsDays'),
    plansDays: await days('plansDays'),
    beforeImagesDays: await days('beforeImagesDays'),
    logsDays: await days('logsDays'),
  };
}

const daysBefore = (days: number, now: Date) => new Date(now.getTime() - days * DAY_MS).toISOString();

function limitsOf({ runsDays, plansDays, beforeImagesDays }: RetentionView, now: Date): RetentionLimits {
  const before = (days: number) => daysBefore(days, now);
  return { runs: before(runsDays), plans: before(plansDays), beforeImages: before(beforeImagesDays) };
}

interface Pruned extends PrunedRecords {
  readonly logFiles: number;
  readonly isWhole: boolean;
}

async function prune(parts: Parts, portions: number): Promise<Pruned> {
  const { retention, clock } = parts;
  const kept = await readRetention(parts);
  const limits = limitsOf(kept, clock.now());
  const at = clock.now().toISOString();
  const logFiles = parts.logFiles?.remove(daysBefore(kept.logsDays, clock.now())) ?? 0;
  let sum = { runs: 0, plans: 0, beforeImages: 0, logFiles };
  for (let portion = 0; portion < portions; portion += 1) {
    const removed = await retention.prunePortion(limits, at);
    if (removed === undefined) return { ...sum, isWhole: true };
    sum = {
      ...sum,
      runs: sum.runs + removed.runs,
      plans: sum.plans + removed.plans,
      beforeImages: sum.beforeImages + removed.beforeImages,
    };
  }
  return { ...sum, isWhole: false };
}

/** Never throws: what a run did does not depend on it. */
export async function pruneAfterRun(parts: Parts): Promise<void> {
  const { settings, clock, log } = parts;
  try {
    const last = Date.parse((await settings.read(LAST_TIME)) ?? '');
    const passed = clock.now().getTime() - last;
    // A clock that was ahead must not stop it until then.
    if (passed >= 0 && passed < PAUSE_MS) return;
    const { isWhole, ...removed } = await prune(parts, PORTIONS_AFTER_RUN);
    if (isWhole) await settings.write(LAST_TIME, clock.now().toISOString());
    if (Object.values(removed).some((number) => number > 0))
      log.info('old runs pruned', { ...removed, isWhole });
  } catch (error) {
    log.warn('pruning failed', { error });
  }
}

export function makeHousekeepingOperations(parts: Parts): HousekeepingOperations {
  const { retention, settings, clock, audit, user } = parts;
  return {
    retention: () => readRetention(parts),

    async setRetention(changes) {
      const before = await readRetention(parts);
      const after = { ...before, ...changes };
      checkRetention(after);
      for (const name of Object.keys(KEYS) as (keyof RetentionView)[])
        if (after[name] !== before[name]) await settings.write(KEYS[name], String(after[name]));
      await audit.append({
        who: user,
        action: 'settings.save',
        subject: 'retention',
        details: { from: JSON.stringify(before), to: JSON.stringify(after) },
      });
      return after;
    },

    async prune({ isTest }) {
      if (isTest) {
        const kept = await readRetention(parts);
        const counted = await retention.count(limitsOf(kept, clock.now()));
        const logFiles = parts.logFiles?.count(daysBefore(kept.logsDays, clock.now())) ?? 0;
        return { ...counted, logFiles };
      }
      const { isWhole: _, ...removed } = await prune(parts, Number.POSITIVE_INFINITY);
      return removed;
    },
  };
}

/** What is shown of a run, and what undoes it, is part of it. */
function checkRetention({ runsDays, plansDays, beforeImagesDays, logsDays }: RetentionView): void {
  const refuse = (reason: string): never => {
    throw new Failure('usage', { details: { reason } });
  };
  for (const days of [runsDays, plansDays, beforeImagesDays, logsDays])
    if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
      refuse(`days must be a whole number from 1 to ${MOST_DAYS}`);
  if (plansDays < beforeImagesDays)
    refuse('plans must be kept as long as before-images: a rollback of single mailboxes needs them');
  if (runsDays < plansDays) refuse('runs must be kept as long as their plans');
}
