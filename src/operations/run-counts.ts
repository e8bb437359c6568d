// What the runs of this process did since it began, by policy: for metrics. From the events as they are stored.

import { addApplied, addJournaled, CUT_OFF_STATES } from '../core/report.ts';
import type { FailureRecord } from '../model/failure.ts';
import type { RunId } from '../model/ids.ts';
import type { OutcomeCounts, Run, RunEvent, RunState } from '../model/run.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { Traffic } from '../ports/traffic.ts';
import type { Connection, OperationsDependencies } from './dependencies.ts';
import { journaledWrites } from './read-report.ts';

export interface PolicyCounts {
  readonly endedRuns: ReadonlyMap<RunState, number>;
  /** Of runs that ended. */
  readonly seconds: number;
  readonly written: OutcomeCounts;
  readonly mailboxesWritten: number;
  readonly mailboxesFailed: number;
  readonly mailboxesSkipped: number;
  readonly brakes: number;
}

/** By number: what kept a run, a reading, a mailbox or a contact from being done. */
export type FailureCounts = ReadonlyMap<number, number>;

export interface TrafficCounts {
  readonly requests: number;
  readonly refusals: number;
  readonly waitedMs: number;
}

export interface RunCounts {
  /** The same store; what it was asked to keep is counted as well, once it is kept. */
  readonly runs: RunStore;
  /** The same way out; what goes over it is counted. */
  readonly connect: OperationsDependencies['connect'];
  traffic(): TrafficCounts;
  /** Asked before the counts are read: of runs that were cut off the journal is read only where somebody watches. */
  addCutOff(): Promise<void>;
  /** By id of the policy. */
  readonly byPolicy: ReadonlyMap<string, PolicyCounts>;
  /** Of all policies: of each there may be others. */
  readonly failures: FailureCounts;
}

const NOTHING: PolicyCounts = {
  endedRuns: new Map(),
  seconds: 0,
  written: { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 },
  mailboxesWritten: 0,
  mailboxesFailed: 0,
  mailboxesSkipped: 0,
  brakes: 0,
};

const NO_TRAFFIC: TrafficCounts = { requests: 0, refusals: 0, waitedMs: 0 };

export function countRuns({
  runs,
  connect,
  journal,
}: Pick<OperationsDependencies, 'runs' | 'connect' | 'journal'>): RunCounts {
  const byPolicy = new Map<string, PolicyCounts>();
  const failures = new Map<number, number>();
  const known = new Map<RunId, Run>();

  /** One that was begun by another process goes on here after its approval. */
  async function runOf(id: RunId): Promise<Run | undefined> {
    const run = known.get(id) ?? (await runs.read(id).catch(() => undefined));
    if (run !== undefined) known.set(id, run);
    return run;
  }

  const cutOff = new Set<RunId>();

  /** What was written and no event told; also by a process that died, and whose run ended here. */
  async function addUntold(id: RunId): Promise<void> {
    const run = await runs.read(id);
    // The event is kept a moment before the state.
    if (run !== undefined && run.endedAt === undefined) cutOff.add(id);
    const journaled = run && (await journaledWrites(run, { journal }));
    if (run === undefined || journaled === undefined) return;
    const events = await runs.readEvents(id, ['mailbox.applied']);
    const told = events.map((event) => (event.type === 'mailbox.applied' ? event.counts : NOTHING.written));
    const untold = without(addJournaled(journaled.values()), told.reduce(addApplied, NOTHING.written));
    const before = byPolicy.get(run.policyId) ?? NOTHING;
    byPolicy.set(run.policyId, { ...before, written: addApplied(before.written, untold) });
  }

  const open = new Set<Traffic>();
  let closed = NO_TRAFFIC;

  return {
    byPolicy,
    failures,
    traffic: () => [...open].reduce(withTraffic, closed),
    async addCutOff() {
      const ids = [...cutOff];
      cutOff.clear();
      for (const id of ids) await addUntold(id).catch(() => cutOff.add(id));
    },
    async connect(environment, alsoTo) {
      const connection = await connect(environment, alsoTo);
      const { traffic } = connection;
      if (traffic === undefined) return connection;
      open.add(traffic);
      return {
        ...connection,
        async close() {
          if (open.delete(traffic)) closed = withTraffic(closed, traffic);
          await connection.close();
        },
      } satisfies Connection;
    },
    runs: {
      ...runs,
      async create(run, revision) {
        await runs.create(run, revision);
        known.set(run.id, run);
      },
      async append(id, events, at) {
        await runs.append(id, events, at);
        for (const { number } of events.flatMap(failuresIn))
          failures.set(number, (failures.get(number) ?? 0) + 1);
        const run = await runOf(id);
        if (run === undefined) return;
        const before = byPolicy.get(run.policyId) ?? NOTHING;
        byPolicy.set(
          run.policyId,
          events.reduce((counts, event) => counted(counts, event, run, at), before),
        );
        if (events.some((event) => event.type === 'run.ended' && CUT_OFF_STATES.includes(event.state)))
          cutOff.add(id);
        if (events.some(({ type }) => type === 'run.ended' || type === 'brake.engaged')) known.delete(id);
      },
    },
  };
}

function counted(counts: PolicyCounts, event: RunEvent, { startedAt }: Run, at: string): PolicyCounts {
  switch (event.type) {
    case 'mailbox.applied':
      return {
        ...counts,
        mailboxesWritten: counts.mailboxesWritten + 1,
        written: addApplied(counts.written, event.counts),
      };
    case 'mailbox.failed':
      return { ...counts, mailboxesFailed: counts.mailboxesFailed + 1 };
    case 'mailbox.skipped':
      return { ...counts, mailboxesSkipped: counts.mailboxesSkipped + 1 };
    case 'brake.engaged':
      return { ...counts, brakes: counts.brakes + 1 };
    case 'run.ended': {
      const { state } = event;
      // A clock that was set back meanwhile takes nothing away.
      const seconds = Math.max(0, Date.parse(at) - Date.parse(startedAt)) / 1_000;
      const endedRuns = new Map(counts.endedRuns).set(state, (counts.endedRuns.get(state) ?? 0) + 1);
      return { ...counts, endedRuns, seconds: counts.seconds + seconds };
    }
    default:
      return counts;
  }
}

/** Never below nothing: a counter only grows. */
const without = (all: OutcomeCounts, some: OutcomeCounts): OutcomeCounts => ({
  created: Math.max(0, all.created - some.created),
  updated: Math.max(0, all.updated - some.updated),
  deleted: Math.max(0, all.deleted - some.deleted),
  handedOver: Math.max(0, all.handedOver - some.handedOver),
  adopted: Math.max(0, all.adopted - some.adopted),
  failed: 0,
});

function failuresIn(event: RunEvent): readonly FailureRecord[] {
  switch (event.type) {
    case 'source.read':
    case 'mailboxes.read':
      return event.gaps;
    case 'photos.written':
      return event.failures;
    case 'mailbox.failed':
    case 'contact.failed':
      return [event.failure];
    case 'run.ended':
      return event.failure === undefined ? [] : [event.failure];
    default:
      return [];
  }
}

function withTraffic(sum: TrafficCounts, traffic: Traffic): TrafficCounts {
  const { refusals, waitedMs } = traffic.state();
  return {
    requests: sum.requests + (traffic.requests?.() ?? 0),
    refusals: sum.refusals + refusals,
    waitedMs: sum.waitedMs + waitedMs,
  };
}
