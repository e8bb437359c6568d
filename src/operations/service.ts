// The service: schedules and queue, carried out with the same runs that a person starts by hand.

import type { QueuedView, ServiceOperations, UpcomingView } from '@contactsync/contract';
import { makeTimetable, type Timetable } from '../core/timetable.ts';
import { holdingService } from '../engine/holding.ts';
import { runPolicy } from '../engine/run-policy.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { policyId, runId } from '../model/ids.ts';
import type { Policy, PolicyRevision } from '../model/policy.ts';
import type { DocumentRevision } from '../ports/document-store.ts';
import { type RunEnd, runScheduler, type ScheduledPolicy } from '../scheduler/scheduler.ts';
import type { OperationsDependencies } from './dependencies.ts';
import type { LiveRuns } from './live-runs.ts';
import { environmentOf, limitFor, withPorts } from './run-context.ts';

const DAY = 24 * 60 * 60_000;

export function makeServiceOperations(
  dependencies: OperationsDependencies,
  live: LiveRuns,
): ServiceOperations {
  const { policies, environments, queue, clock, log, leases, holder } = dependencies;

  async function scheduled(): Promise<readonly (ScheduledPolicy & PolicyRevision)[]> {
    const zones = new Map(
      (await environments.list()).map(({ document }) => [document.name, document.timeZone]),
    );
    return (await policies.list()).map(({ document, revision }: DocumentRevision<Policy>) => ({
      id: policyId(document.id),
      name: document.name,
      environment: document.environment,
      timetable: timetableOf(document, zones.get(document.environment) ?? 'UTC'),
      missed: document.schedule?.missed ?? 'once',
      maximumMinutes: document.schedule?.maximumMinutes,
      policy: document,
      revision,
    }));
  }

  /** To its end, like a run by hand. The signal cancels it after the writes in hand. */
  async function runScheduled({ id }: ScheduledPolicy, signal: AbortSignal): Promise<RunEnd> {
    const stored = await policies.readById(id);
    if (stored === undefined) return 'ended';
    const revision: PolicyRevision = { policy: stored.document, revision: stored.revision };
    const environment = await environmentOf(dependencies, revision.policy);
    const limit = await limitFor(dependencies, 'run');
    const { defaultCountry } = environment;
    try {
      const started = await live.start((run, onEvent, ownSignal) =>
        withPorts(dependencies, environment, (ports) =>
          runPolicy(
            { runId: run, revision, mode: 'run', holder, limit, defaultCountry, onEvent },
            ports,
            AbortSignal.any([ownSignal, signal]),
          ),
        ),
      );
      for await (const _event of live.follow(started)) {
        // Until it is over; the report is read from the store.
      }
      const run = await dependencies.runs.read(runId(started));
      return run?.state === 'cancelled' && signal.aborted ? 'stopped' : 'ended';
    } catch (thrown) {
      const { code } = asFailure(thrown);
      if (code === 'alreadyRunning') return 'busy';
      if (signal.aborted) return 'stopped';
      throw thrown;
    }
  }

  return {
    async serve(signal, onReady) {
      const stop = new AbortController();
      const end = () => stop.abort(new Failure('cancelled'));
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
      try {
        await holdingService({ leases, holder, signal: stop.signal }, async (held) => {
          log.info('service started');
          onReady?.();
          const ports = { policies: scheduled, run: runScheduled, queue, clock, log };
          await runScheduler(ports, held);
          log.info('service stopped');
          if (!stop.signal.aborted) throw held.reason;
        });
      } finally {
        signal.removeEventListener('abort', end);
      }
    },

    async queue(): Promise<readonly QueuedView[]> {
      const names = new Map((await policies.list()).map(({ document }) => [document.id, document]));
      return (await queue.list()).flatMap(({ policyId: id, dueAt, reason, isRunning }) => {
        const policy = names.get(id);
        return policy === undefined
          ? []
          : [{ policy: policy.name, environment: policy.environment, dueAt, reason, isRunning }];
      });
    },

    async upcoming(days): Promise<readonly UpcomingView[]> {
      const now = clock.now();
      const until = new Date(now.getTime() + days * DAY);
      const moments = (await scheduled()).flatMap(({ name, environment, timetable }) =>
        (timetable?.momentsBetween(now, until) ?? []).map((at) => ({
          at: at.toISOString(),
          policy: name,
          environment,
        })),
      );
      return moments.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
    },
  };
}

function timetableOf({ enabled, schedule }: Policy, timeZone: string): Timetable | undefined {
  return enabled && schedule !== undefined ? makeTimetable(schedule, timeZone) : undefined;
}
