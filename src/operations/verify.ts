// Verify runs: begun, and what a repair takes from them.

import { verifyPolicy } from '../engine/verify-policy.ts';
import { Failure } from '../model/failure.ts';
import { type MailboxId, type PolicyId, policyId, type RunId } from '../model/ids.ts';
import type { Policy, PolicyRevision } from '../model/policy.ts';
import type { Run } from '../model/run.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { OperationsDependencies } from './dependencies.ts';
import type { AfterRun, LiveRuns } from './live-runs.ts';
import { findRun } from './lookup.ts';
import { environmentOf, limitFor, withPorts } from './run-context.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/**
 * A verify run begins when the run before it is over. Where that takes less time than it did some days ago, waited less for
 * others, or the clocks went forward, the last one is some hours short of its days and counts in full.
 */
const SHORT_BY_MS = 4 * HOUR_MS;
/** How far back one is looked for that counts. */
const LOOKED_AT = 50;

/** `signal` ends it, too. `whenOver`: instead of what is usually done when a run is over. */
export async function beginVerifyRun(
  revision: PolicyRevision,
  mailboxes: readonly string[],
  dependencies: OperationsDependencies,
  live: LiveRuns,
  { signal, whenOver }: { readonly signal?: AbortSignal; readonly whenOver?: AfterRun } = {},
): Promise<RunId> {
  const { holder } = dependencies;
  const environment = await environmentOf(dependencies, revision.policy);
  const limit = await limitFor(dependencies, 'test', revision.policy);
  return live.start(
    (runId, onEvent, ownSignal) =>
      withPorts(dependencies, environment, (ports) =>
        verifyPolicy(
          { runId, revision, mailboxes, holder, limit, onEvent },
          ports,
          signal === undefined ? ownSignal : AbortSignal.any([ownSignal, signal]),
        ),
      ),
    undefined,
    whenOver,
  );
}

/** Whether the schedule wants one now; the first one is due at once. */
export async function isVerifyRunDue(
  { id, schedule }: Policy,
  { runs, clock }: Pick<OperationsDependencies, 'runs' | 'clock'>,
): Promise<boolean> {
  const days = schedule?.verifyEveryDays;
  if (days === undefined) return false;
  const now = clock.now();
  const last = (await lastVerifyRun(policyId(id), now, runs))?.startedAt;
  return last === undefined || now.getTime() - Date.parse(last) >= pauseOfVerifyRuns(days);
}

/** Milliseconds. */
export const pauseOfVerifyRuns = (days: number): number => days * DAY_MS - SHORT_BY_MS;

/** The latest one that stands for one of the schedule. */
export async function lastVerifyRun(id: PolicyId, now: Date, runs: RunStore): Promise<Run | undefined> {
  const ended = await runs.list({
    ...{ policyId: id, kinds: ['verify'], states: ['finished', 'finishedWithErrors'] },
    limit: LOOKED_AT,
  });
  for (const run of ended) {
    // By a clock that was ahead: it would stand for all of them until then.
    const isOfTheFuture = Date.parse(run.startedAt) - now.getTime() > SHORT_BY_MS;
    if (!isOfTheFuture && (await hasLookedEverywhere(run.id, runs))) return run;
  }
  return undefined;
}

/** One of a few mailboxes by hand, or one that could read nothing, does not stand for that of the schedule. */
async function hasLookedEverywhere(run: RunId, runs: RunStore): Promise<boolean> {
  const events = await runs.readEvents(run, ['mailboxes.read', 'mailbox.verified', 'mailbox.failed']);
  const asked = events.find((event) => event.type === 'mailboxes.read');
  if (asked?.notAskedFor !== undefined) return false;
  const hasFailed = events.some(({ type }) => type === 'mailbox.failed');
  return !hasFailed || events.some(({ type }) => type === 'mailbox.verified');
}

/** The mailboxes in which a verify run of this policy found something to repair. */
export async function mailboxesToRepair(
  prefix: string,
  policy: Pick<Policy, 'id'>,
  runs: RunStore,
): Promise<ReadonlySet<MailboxId>> {
  const run = await findRun(runs, prefix);
  const id: PolicyId = policyId(policy.id);
  if (run.kind !== 'verify' || run.policyId !== id)
    throw new Failure('notFound', { details: { run: prefix, reason: 'no verify run of this policy' } });
  const events = await runs.readEvents(run.id, ['mailbox.verified']);
  return new Set(
    events.flatMap((event) =>
      event.type === 'mailbox.verified' && event.drift.differs ? [event.mailboxId] : [],
    ),
  );
}
