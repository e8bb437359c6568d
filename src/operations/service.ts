// The service: schedules and queue, carried out with the same runs that a person starts by hand.

import type { QueuedView, ServiceOperations, TroubledPolicyView, UpcomingView } from '@contactsync/contract';
import { makeTimetable, type Timetable } from '../core/timetable.ts';
import { holdingService } from '../engine/holding.ts';
import { runPolicy } from '../engine/run-policy.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { type PolicyId, policyId, runId } from '../model/ids.ts';
import type { Policy, PolicyRevision } from '../model/policy.ts';
import type { RunState } from '../model/run.ts';
import { PASSING, type RunEnd, runScheduler, type ScheduledPolicy } from '../scheduler/scheduler.ts';
import {
  type DuePlan,
  dueTooOften,
  forecastTurns,
  foresee,
  freeSlots,
  type VerifyPlan,
} from '../scheduler/week-forecast.ts';
import { choresOf } from './chores.ts';
import type { OperationsDependencies } from './dependencies.ts';
import type { LiveRuns } from './live-runs.ts';
import { tellingWhatCannotBegin } from './not-begun.ts';
import { presentFailure } from './present.ts';
import { createRefusedPasswordGuard } from './refused-passwords.ts';
import { environmentOf, limitFor, withPorts } from './run-context.ts';
import type { RunCounts } from './run-counts.ts';
import { watchService } from './service-metrics.ts';
import { readServiceSettings } from './settings.ts';
import { beginVerifyRun, isVerifyRunDue, lastVerifyRun, pauseOfVerifyRuns } from './verify.ts';

const SECOND = 1_000;
/** Of a forecast: nobody plans by a longer one. */
const MOST_DAYS = 31;
const MINUTES_PER_DAY = 24 * 60;
const RUNS_BACK = 10;
/** Minutes. */
const SHORTEST_SLOT = 60;
const MOST_SLOTS = 3;
/** Not cut off: the schedule has had what it wanted. */
const OWN_ENDS: readonly RunState[] = [
  'finished',
  'finishedWithErrors',
  'failed',
  'awaitingApproval',
  'superseded',
];

export function makeServiceOperations(
  dependencies: OperationsDependencies,
  live: LiveRuns,
  counts: RunCounts,
): ServiceOperations {
  const { policies, environments, queue, clock, log, leases, holder } = dependencies;
  const refuseRefusedPassword = createRefusedPasswordGuard(dependencies);

  /** What cannot be read as it is stored keeps nobody else from running. */
  async function scheduled(): Promise<readonly ScheduledPolicy[]> {
    const known = await environments.survey();
    const zones = new Map(known.readable.map(({ document }) => [document.name, document.timeZone]));
    const doubtful = new Map(known.unreadable.map(({ name, reason }) => [name, reason]));
    const { readable, unreadable } = await policies.survey();
    return [
      ...readable.map(
        ({ document }): ScheduledPolicy => ({
          id: policyId(document.id),
          name: document.name,
          environment: document.environment,
          ...timetableOf(
            document,
            doubtful.get(document.environment) ?? zones.get(document.environment) ?? 'UTC',
          ),
          missed: document.schedule?.missed ?? 'once',
          maximumMinutes: document.schedule?.maximumMinutes,
          verifyEveryDays: document.schedule?.verifyEveryDays,
        }),
      ),
      ...unreadable.map(
        ({ id, name, reason }): ScheduledPolicy => ({
          ...{ id: policyId(id), name, environment: '', timetable: undefined, trouble: reason },
          ...{ missed: 'once', maximumMinutes: undefined },
        }),
      ),
    ];
  }

  /** To its end, like a run by hand. The signal cancels it; what was being written is looked up by the next one. */
  async function runScheduled({ id }: ScheduledPolicy, signal: AbortSignal): Promise<RunEnd> {
    const stored = await policies.readById(id);
    if (stored === undefined) return 'ended';
    const revision: PolicyRevision = { policy: stored.document, revision: stored.revision };
    const environment = await environmentOf(dependencies, revision.policy);
    await refuseRefusedPassword(environment);
    const limit = await limitFor(dependencies, 'run', revision.policy);
    const { defaultCountry } = environment;
    try {
      const started = await live.start(
        (run, onEvent, ownSignal) =>
          withPorts(dependencies, environment, (ports) =>
            runPolicy(
              { runId: run, revision, mode: 'run', holder, limit, defaultCountry, onEvent },
              ports,
              AbortSignal.any([ownSignal, signal]),
            ),
          ),
        undefined,
        // Its mail is a chore: a mail server that does not answer keeps no policy waiting.
        async () => {},
      );
      for await (const _event of live.follow(started)) {
        // Until it is over; the report is read from the store.
      }
      const run = await dependencies.runs.read(runId(started));
      if (run?.state === 'finished' || run?.state === 'finishedWithErrors')
        await verifyWhenDue(revision, signal);
      return run?.state === 'cancelled' && signal.aborted ? 'stopped' : 'ended';
    } catch (thrown) {
      const { code } = asFailure(thrown);
      if (code === 'alreadyRunning') return 'busy';
      if (signal.aborted) return 'stopped';
      throw thrown;
    }
  }

  /** In the turn of the run before, which has ended: whatever becomes of this one. */
  async function verifyWhenDue(revision: PolicyRevision, signal: AbortSignal): Promise<void> {
    const { policy } = revision;
    try {
      if (signal.aborted || !(await isVerifyRunDue(policy, dependencies))) return;
      const options = { signal, whenOver: async () => {} };
      const started = await beginVerifyRun(revision, [], dependencies, live, options);
      for await (const _event of live.follow(started)) {
        // Until it is over.
      }
    } catch (error) {
      log.warn('scheduled verify run could not begin', { policyId: policy.id, error });
    }
  }

  const oneAtATime = async () => (await readServiceSettings(dependencies)).oneAtATime;

  async function endedRuns(id: PolicyId): Promise<readonly string[]> {
    const latest = await dependencies.runs.list({
      ...{ policyId: id, kinds: ['run'], states: OWN_ENDS, limit: RUNS_BACK },
    });
    return latest.map(({ startedAt }) => startedAt);
  }

  return {
    async serve(signal, onReady, monitoring) {
      const stop = new AbortController();
      const end = () => stop.abort(new Failure('cancelled'));
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
      try {
        await holdingService({ leases, holder, signal: stop.signal }, async (held) => {
          log.info('service started');
          let lookedAt = clock.now();
          const pulse = { lookedAt: () => lookedAt, held, startedAt: lookedAt };
          const watched =
            monitoring === undefined
              ? undefined
              : await dependencies.startMonitoring?.(monitoring, watchService(dependencies, counts, pulse));
          const policiesOfTurn = () => {
            lookedAt = clock.now();
            return scheduled();
          };
          try {
            onReady?.(watched);
            const chores = choresOf(dependencies);
            const ports = {
              ...tellingWhatCannotBegin({ policies: policiesOfTurn, run: runScheduled }, dependencies),
              ...{ endedRuns, oneAtATime, chores },
              ...{ queue, clock, log },
            };
            await runScheduler(ports, held);
          } finally {
            await watched?.close();
          }
          log.info('service stopped');
          if (!stop.signal.aborted) throw held.reason;
        });
      } finally {
        signal.removeEventListener('abort', end);
      }
    },

    async queue(): Promise<readonly QueuedView[]> {
      const known = new Map((await scheduled()).map((policy) => [policy.id, policy]));
      return (await queue.list()).flatMap(({ policyId: id, dueAt, reason, isRunning }) => {
        const policy = known.get(id);
        return policy === undefined
          ? []
          : [
              {
                ...{ policy: policy.name, environment: policy.environment, dueAt, reason, isRunning },
                ...(policy.trouble === undefined
                  ? {}
                  : { trouble: presentFailure(policy.trouble.toRecord()) }),
              },
            ];
      });
    },

    async upcoming(days): Promise<UpcomingView> {
      const plans: (Omit<DuePlan, 'moments'> & { readonly timetable: Timetable })[] = [];
      const troubled: TroubledPolicyView[] = [];
      for (const { id, name, environment, timetable, trouble, verifyEveryDays } of await scheduled()) {
        try {
          if (trouble !== undefined) throw trouble;
          if (timetable === undefined) continue;
          plans.push({
            ...{ policy: name, environment, timetable, durationMs: await usualDuration(id, 'run') },
            ...(verifyEveryDays === undefined ? {} : { verify: await verifyPlan(id, verifyEveryDays) }),
          });
        } catch (thrown) {
          const failure = asFailure(thrown);
          if (PASSING.includes(failure.code)) throw failure;
          log.warn('forecast of a policy cannot be made', {
            policyId: id,
            number: failure.number,
            error: failure,
          });
          troubled.push({ policy: name, failure: presentFailure(failure.toRecord()) });
        }
      }
      const order = await oneAtATime();
      const foreseen = foresee(
        plans.map(({ timetable }) => timetable),
        clock.now(),
        Math.min(days, MOST_DAYS),
      );
      const due = plans.map((plan, index): DuePlan => ({ ...plan, moments: foreseen.moments[index] ?? [] }));
      const turns = forecastTurns(due, order);
      const known = (await environments.survey()).readable.map(({ document }) => document);
      return {
        days: foreseen.days,
        troubled,
        turns: turns.map(({ dueAt, beginsAt, policy, environment, durationMs, verifies }) => ({
          dueAt: dueAt.toISOString(),
          beginsAt: beginsAt?.toISOString(),
          policy,
          environment,
          takes: durationMs === undefined ? undefined : Math.ceil(durationMs / SECOND),
          ...(verifies ? { verifies } : {}),
        })),
        tooOften: dueTooOften(due).map(({ policy, shortestPauseMs, durationMs }) => ({
          policy,
          shortestPause: shortestPauseMs / SECOND,
          takes: Math.ceil(durationMs / SECOND),
        })),
        freeSlots: known
          .filter(({ name }) => plans.some(({ environment }) => environment === name))
          .flatMap(({ name, timeZone }) =>
            freeSlots(turns, name, minuteOfDay(timeZone), SHORTEST_SLOT, order)
              .slice(0, MOST_SLOTS)
              .map(({ from, to }) => ({
                environment: name,
                timeZone,
                from: clockText(from),
                to: clockText(to),
              })),
          ),
      };
    },
  };

  async function verifyPlan(id: PolicyId, days: number): Promise<VerifyPlan> {
    const last = await lastVerifyRun(id, clock.now(), dependencies.runs);
    return {
      pauseMs: pauseOfVerifyRuns(days),
      lastBeganAt: last === undefined ? undefined : Date.parse(last.startedAt),
      durationMs: await usualDuration(id, 'verify'),
    };
  }

  /** Of the latest runs that came to an end; a median, because one of them may have waited for an approval. */
  async function usualDuration(id: PolicyId, kind: 'run' | 'verify'): Promise<number | undefined> {
    const latest = await dependencies.runs.list({ policyId: id, kinds: [kind], limit: RUNS_BACK });
    const durations = latest
      .filter(({ state }) => state === 'finished' || state === 'finishedWithErrors')
      .flatMap(({ startedAt, endedAt }) =>
        endedAt === undefined ? [] : [Date.parse(endedAt) - Date.parse(startedAt)],
      )
      .sort((one, other) => one - other);
    return durations[Math.floor(durations.length / 2)];
  }
}

/** One formatter for all moments: each one costs as much as a hundred answers. */
function minuteOfDay(timeZone: string): (moment: Date) => number {
  const clockOf = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  return (moment) => {
    const [hour = 0, minute = 0] = clockOf.format(moment).split(':').map(Number);
    return hour * 60 + minute;
  };
}

/** 24:00 for the end of a day, and 06:00 for the morning after. */
function clockText(minutes: number): string {
  const ofDay = minutes > MINUTES_PER_DAY ? minutes - MINUTES_PER_DAY : minutes;
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`;
}

/** A time zone that this computer does not know keeps no other policy from running. */
function timetableOf(
  { enabled, schedule }: Policy,
  timeZone: string | Failure,
): Pick<ScheduledPolicy, 'timetable' | 'trouble'> {
  if (!enabled || schedule === undefined) return { timetable: undefined };
  if (timeZone instanceof Failure) return { timetable: undefined, trouble: timeZone };
  try {
    return { timetable: makeTimetable(schedule, timeZone) };
  } catch (thrown) {
    return { timetable: undefined, trouble: asFailure(thrown) };
  }
}
