// The loop of the service: once a minute it queues what is due, and it runs the queue in order, one policy at a time per
// environment. Everything it must remember is in the queue's store, so that it may be killed at any point.

import type { Timetable } from '../core/timetable.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { FailureCode } from '../model/failure-codes.ts';
import type { PolicyId } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { QueuedPolicy, RunQueue } from '../ports/run-queue.ts';
import { type Chore, runChores } from './chores.ts';
import { dueBetween, isAhead, isAnswered } from './due-between.ts';
import { MINUTE, restOfMinute } from './each-minute.ts';
import { StandingTrouble } from './standing-trouble.ts';

/** Of the data directory, not of the policy: it keeps its place and is tried again every minute. */
export const PASSING: readonly FailureCode[] = ['databaseBusy', 'databaseUnreachable', 'dataDirectory'];

export interface ScheduledPolicy {
  readonly id: PolicyId;
  readonly name: string;
  readonly environment: string;
  /** undefined: disabled, or runs only by hand. */
  readonly timetable: Timetable | undefined;
  readonly missed: 'once' | 'skip';
  readonly maximumMinutes: number | undefined;
  /** For the forecast; absent: never by itself. */
  readonly verifyEveryDays?: number | undefined;
  /** Why it cannot be run as it is stored: it keeps its place in the queue until somebody mends it. */
  readonly trouble?: Failure;
}

/** `busy`: somebody else runs the policy at the moment; `stopped`: the signal ended it before it was done. */
export type RunEnd = 'ended' | 'busy' | 'stopped';

export interface SchedulerPorts {
  /** Every stored policy as it is now. */
  policies(): Promise<readonly ScheduledPolicy[]>;
  /** Runs the policy to its end; rejects when it could not begin. The signal ends it; what was being written is looked up by the next one. */
  run(policy: ScheduledPolicy, signal: AbortSignal): Promise<RunEnd>;
  /** ISO, when its latest runs began that came to their own end, or wait for an approval. */
  endedRuns(id: PolicyId): Promise<readonly string[]>;
  /** Which policies run one after the other: those of the same environment, or all. */
  oneAtATime(): Promise<'environment' | 'all'>;
  /** Done each minute beside the queue. */
  readonly chores?: readonly Chore[];
  readonly queue: RunQueue;
  readonly clock: Clock;
  readonly log: Log;
}

interface Running {
  readonly environment: string;
  readonly over: Promise<void>;
}

/** Runs until the signal says stop; then ends the runs in hand, whose policies stay in the queue for the next start. */
export async function runScheduler(ports: SchedulerPorts, signal: AbortSignal): Promise<void> {
  const scheduler = new Scheduler(ports, signal);
  await scheduler.begin();
  const chores = runChores(ports.chores ?? [], ports, signal);
  while (!signal.aborted) await scheduler.turn();
  await scheduler.ended();
  await chores;
}

class Scheduler {
  readonly #ports: SchedulerPorts;
  readonly #signal: AbortSignal;
  readonly #running = new Map<PolicyId, Running>();
  /** Policies that somebody else runs, or that the database kept from beginning: not tried again before this time. */
  readonly #notBefore = new Map<PolicyId, number>();
  /** What is still to be told to the queue; until then they are neither due nor started. */
  readonly #unsettled = new Map<PolicyId, 'leaves' | 'waits'>();
  readonly #trouble: StandingTrouble;
  readonly #troublesOf = new Map<PolicyId, StandingTrouble>();
  #wake = Promise.withResolvers<void>();

  constructor(ports: SchedulerPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
    const { clock, log } = ports;
    this.#trouble = new StandingTrouble(clock, {
      met: (data) => log.error('scheduler turn failed', data),
      over: () => log.info('scheduler works again'),
    });
  }

  /** Not before what an earlier service left is released: until then a run of it would stand there as under way. */
  async begin(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        return await this.releaseLeftovers();
      } catch (thrown) {
        if (!PASSING.includes(asFailure(thrown).code)) throw thrown;
        // A database that is busy at the start is no reason to end.
        this.#trouble.met(thrown);
        await restOfMinute(this.#ports.clock, this.#signal);
      }
    }
  }

  /**
   * What an earlier service left running when it died waits again, unless it died between the end of the run and the
   * next line; a run that was cut off is closed as interrupted by the next one.
   */
  async releaseLeftovers(): Promise<void> {
    const { queue, clock } = this.#ports;
    for (const { policyId, dueAt, isRunning } of await queue.list()) {
      if (!isRunning) continue;
      const begins = await this.#ports.endedRuns(policyId);
      const isOver = begins.some((begin) => isAnswered(dueAt, begin, clock.now()));
      if (isOver) await queue.remove(policyId);
      else await queue.setRunning(policyId, false);
    }
  }

  /** One look at the schedules and the queue, then a rest until the next minute or until a run has ended. */
  async turn(): Promise<void> {
    try {
      await this.#settle();
      const policies = new Map((await this.#ports.policies()).map((policy) => [policy.id, policy]));
      await this.#queueDue(policies);
      await this.#startNext(policies);
      this.#trouble.over();
    } catch (thrown) {
      // A database that is busy or full now is asked again in a minute.
      this.#trouble.met(thrown);
    }
    const rest = new AbortController();
    const slept = restOfMinute(this.#ports.clock, AbortSignal.any([rest.signal, this.#signal]));
    await Promise.race([slept, this.#wake.promise]);
    this.#wake = Promise.withResolvers();
    rest.abort();
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ over }) => over));
    await this.#settle().catch((thrown: unknown) => this.#trouble.met(thrown));
  }

  /** Before anything else is asked of the queue: a policy that left it may be due again. */
  async #settle(): Promise<void> {
    const { queue } = this.#ports;
    for (const [id, how] of this.#unsettled) {
      if (how === 'leaves') await queue.remove(id);
      else await queue.setRunning(id, false);
      this.#unsettled.delete(id);
    }
  }

  async #queueDue(policies: ReadonlyMap<PolicyId, ScheduledPolicy>): Promise<void> {
    const { queue, clock, log } = this.#ports;
    const now = clock.now();
    // Those of policies that are gone go with them.
    for (const id of this.#troublesOf.keys()) if (!policies.has(id)) this.#troublesOf.delete(id);
    for (const id of this.#notBefore.keys()) if (!policies.has(id)) this.#notBefore.delete(id);
    for (const { id, name, timetable, missed, trouble } of policies.values()) {
      if (trouble !== undefined) {
        this.#troubleOf(id, name).met(trouble);
        continue;
      }
      const before = await queue.consideredUntil(id);
      if (isAhead(before, now)) continue;
      let due: ReturnType<typeof dueBetween>;
      try {
        due = timetable === undefined ? undefined : dueBetween(timetable, missed, before, now);
      } catch (thrown) {
        this.#troubleOf(id, name).met(thrown);
        continue;
      }
      this.#troublesOf.get(id)?.over();
      const wasAdded = await queue.consider(id, now.toISOString(), due);
      if (wasAdded) log.info('policy queued', { policyId: id, policy: name, ...due });
    }
  }

  async #startNext(policies: ReadonlyMap<PolicyId, ScheduledPolicy>): Promise<void> {
    const { queue, clock, log } = this.#ports;
    const now = clock.now().getTime();
    const isOneInAll = (await this.#ports.oneAtATime()) === 'all';
    const laneOf = ({ environment }: { readonly environment: string }) => (isOneInAll ? '' : environment);
    const taken = new Set([...this.#running.values()].map(laneOf));
    for (const queued of await queue.list()) {
      if (this.#running.has(queued.policyId) || this.#unsettled.has(queued.policyId)) continue;
      const policy = policies.get(queued.policyId);
      if (policy?.trouble !== undefined) continue;
      const isUnwanted = policy?.timetable === undefined && queued.reason !== 'request';
      if (policy === undefined || isUnwanted) {
        log.info('queued policy was removed or disabled', { policyId: queued.policyId });
        await queue.remove(queued.policyId);
        continue;
      }
      if (taken.has(laneOf(policy)) || this.#isTooEarly(policy, now) || this.#signal.aborted) continue;
      taken.add(laneOf(policy));
      await this.#start(policy, queued);
    }
  }

  async #start(policy: ScheduledPolicy, queued: QueuedPolicy): Promise<void> {
    await this.#ports.queue.setRunning(policy.id, true);
    const over = this.#carryOut(policy, queued).then((how) => {
      this.#unsettled.set(policy.id, how);
      this.#running.delete(policy.id);
      this.#wake.resolve();
    });
    this.#running.set(policy.id, { environment: policy.environment, over });
  }

  /** Never rejects. */
  async #carryOut(policy: ScheduledPolicy, { dueAt }: QueuedPolicy): Promise<'leaves' | 'waits'> {
    const { clock, log, run } = this.#ports;
    const limit = new AbortController();
    const rest = new AbortController();
    const { maximumMinutes } = policy;
    if (maximumMinutes !== undefined) {
      clock
        .sleep(maximumMinutes * MINUTE, rest.signal)
        .then(() => limit.abort(new Failure('cancelled', { details: { maximumMinutes } })))
        .catch(() => undefined);
    }
    try {
      const end = await run(policy, AbortSignal.any([this.#signal, limit.signal]));
      if (end === 'busy') return this.#tryAgain(policy);
      return end === 'stopped' && this.#signal.aborted ? 'waits' : 'leaves';
    } catch (thrown) {
      const { code, number } = asFailure(thrown);
      const isPassing = PASSING.includes(code);
      log.error('queued policy failed', { policyId: policy.id, dueAt, number, isPassing, error: thrown });
      // Another one is due again when its schedule says so.
      return isPassing ? this.#tryAgain(policy) : 'leaves';
    } finally {
      rest.abort();
    }
  }

  #troubleOf(policyId: PolicyId, policy: string): StandingTrouble {
    const known = this.#troublesOf.get(policyId);
    if (known !== undefined) return known;
    const { clock, log } = this.#ports;
    const trouble = new StandingTrouble(clock, {
      met: (data) => log.error('policy cannot be run as it is stored', { policyId, policy, ...data }),
      over: () => log.info('policy can be run again', { policyId, policy }),
    });
    this.#troublesOf.set(policyId, trouble);
    return trouble;
  }

  #isTooEarly({ id }: ScheduledPolicy, now: number): boolean {
    const pause = (this.#notBefore.get(id) ?? 0) - now;
    // A longer one is no pause of ours: the clock was set back.
    return pause > 0 && pause <= MINUTE;
  }

  #tryAgain({ id }: ScheduledPolicy): 'waits' {
    this.#notBefore.set(id, this.#ports.clock.now().getTime() + MINUTE);
    return 'waits';
  }
}
