// A service in memory whose runs last until the test ends them.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Schedule } from '@contactsync/contract';
import { FakeClock } from '../../connectors/memory/fake-clock.ts';
import { InMemoryRunQueue } from '../../connectors/memory/stores/in-memory-run-queue.ts';
import { makeTimetable } from '../../core/timetable.ts';
import { type PolicyId, policyId } from '../../model/ids.ts';
import { type Log, silentLog } from '../../ports/log.ts';
import type { RunQueue } from '../../ports/run-queue.ts';
import { type RunEnd, runScheduler, type ScheduledPolicy } from '../scheduler.ts';

export const MINUTE = 60_000;
const START = '2026-11-02T08:00:30.000Z';
export const idOf = (n: number): PolicyId =>
  policyId(`00000000-0000-4000-a000-${String(n).padStart(12, '0')}`);

export interface Begun {
  readonly policy: ScheduledPolicy;
  readonly name: string;
  readonly at: string;
  end(how: RunEnd): void;
  fail(reason?: Error): void;
  readonly signal: AbortSignal;
}

/** What happens around the run that the test ends: by default nothing. */
export type Around = (
  policy: ScheduledPolicy,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<RunEnd>,
) => Promise<RunEnd>;

export interface TestServiceOptions {
  readonly queue?: RunQueue;
  readonly clock?: FakeClock;
  readonly log?: Log;
  readonly around?: Around;
  readonly endedRuns?: (id: PolicyId) => Promise<readonly string[]>;
  readonly onBegun?: (begun: Begun) => void;
}

export class TestService {
  readonly clock: FakeClock;
  readonly queue: RunQueue;
  readonly begun: Begun[] = [];
  policies: ScheduledPolicy[] = [];
  oneAtATime: 'environment' | 'all' = 'environment';
  readonly #options: TestServiceOptions;
  #stop = new AbortController();
  #over = Promise.resolve();

  constructor(options: TestServiceOptions = {}) {
    this.#options = options;
    this.clock = options.clock ?? new FakeClock(START, { sleepsAtOnce: false });
    this.queue = options.queue ?? new InMemoryRunQueue();
  }

  add(n: number, schedule: unknown, more: Partial<ScheduledPolicy> = {}): void {
    const { missed, maximumMinutes, ...rest } = Schedule.parse(schedule);
    const timetable = makeTimetable({ missed, ...rest }, 'UTC');
    const name = `policy ${n}`;
    this.policies.push({
      ...{ id: idOf(n), name, environment: 'contoso', timetable, missed, maximumMinutes },
      ...more,
    });
  }

  start(): void {
    const { around, log = silentLog, endedRuns = async () => [] } = this.#options;
    this.#stop = new AbortController();
    this.#over = runScheduler(
      {
        policies: async () => this.policies,
        run: (policy, signal) => {
          const run = (held: AbortSignal) => this.#begin(policy, held);
          return around === undefined ? run(signal) : around(policy, signal, run);
        },
        endedRuns,
        oneAtATime: async () => this.oneAtATime,
        queue: this.queue,
        clock: this.clock,
        log,
      },
      this.#stop.signal,
    );
  }

  #begin(policy: ScheduledPolicy, signal: AbortSignal): Promise<RunEnd> {
    return new Promise((resolve, reject) => {
      const at = this.clock.now().toISOString().slice(11, 16);
      const fail = (reason = new Error('unreachable')) => reject(reason);
      const begun = { policy, name: policy.name, at, end: resolve, fail, signal };
      this.begun.push(begun);
      this.#options.onBegun?.(begun);
    });
  }

  /** Minute by minute, each with all that follows from it. */
  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      await settle();
      this.clock.advance(MINUTE);
      await settle();
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#over;
  }

  /** The process is gone; what it was doing comes to no end. */
  kill(): void {
    this.#stop = new AbortController();
  }

  get running(): readonly string[] {
    return this.begun.map(({ name, at }) => `${name} at ${at}`);
  }
}

/** Everything that follows from something that happened: what is in memory only needs no timer, and is done by then. */
export async function settle(): Promise<void> {
  await nextTurn();
}
