// The loop of the service: once a minute it queues what is due, and it runs the queue in order, one policy at a time per
// environment. Everything it must remember is in the queue's store, so that it may be killed at any point.

import type { Timetable } from '../core/timetable.ts';
import { Failure } from '../model/failure.ts';
import type { PolicyId } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { QueuedPolicy, RunQueue } from '../ports/run-queue.ts';
import { type Chore, runChores } from './chores.ts';
import { dueBetween } from './due-between.ts';
import { MINUTE, restOfMinute } from './each-minute.ts';

export interface ScheduledPolicy {
  readonly id: PolicyId;
  readonly name: string;
  readonly environment: string;
  /** undefined: disabled, or runs only by hand. */
  readonly timetable: Timetable | undefined;
  readonly missed: 'once' | 'skip';
  readonly maximumMinutes: number | undefined;
}

/** `busy`: somebody else runs the policy at the moment; `stopped`: the signal ended it before it was done. */
export type RunEnd = 'ended' | 'busy' | 'stopped';

export interface SchedulerPorts {
  /** Every stored policy as it is now. */
  policies(): Promise<readonly ScheduledPolicy[]>;
  /** Runs the policy to its end; rejects when it could not begin. The signal ends it after the writes in hand. */
  run(policy: ScheduledPolicy, signal: AbortSignal): Promise<RunEnd>;
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
  await scheduler.releaseLeftovers();
  const chores = runChores(ports.chores ?? [], ports, signal);
  while (!signal.aborted) await scheduler.turn();
  await scheduler.ended();
  await chores;
}

class Scheduler {
  readonly #ports: SchedulerPorts;
  readonly #signal: AbortSignal;
  readonly #running = new Map<PolicyId, Running>();
  /** Policies that somebody else runs: not tried again before this time. */
  readonly #busyUntil = new Map<PolicyId, number>();
  #wake = Promise.withResolvers<void>();

  constructor(ports: SchedulerPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
  }

  /** What an earlier service left running when it died waits again; its run is closed as interrupted by the next one. */
  async releaseLeftovers(): Promise<void> {
    const { queue } = this.#ports;
    for (const { policyId, isRunning } of await queue.list())
      if (isRunning) await queue.setRunning(policyId, false);
  }

  /** One look at the schedules and the queue, then a rest until the next minute or until a run has ended. */
  async turn(): Promise<void> {
    const { clock, log } = this.#ports;
    try {
      const policies = new Map((await this.#ports.policies()).map((policy) => [policy.id, policy]));
      await this.#queueDue(policies);
      await this.#startNext(policies);
    } catch (thrown) {
      // A database that is busy now is asked again in a minute.
      log.error('scheduler turn failed', { error: thrown });
    }
    const rest = new AbortController();
    const slept = restOfMinute(clock, AbortSignal.any([rest.signal, this.#signal]));
    await Promise.race([slept, this.#wake.promise]);
    this.#wake = Promise.withResolvers();
    rest.abort();
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ over }) => over));
  }

  async #queueDue(policies: ReadonlyMap<PolicyId, ScheduledPolicy>): Promise<void> {
    const { queue, clock, log } = this.#ports;
    const now = clock.now();
    for (const { id, name, timetable, missed } of policies.values()) {
      const before = await queue.consideredUntil(id);
      const due = timetable === undefined ? undefined : dueBetween(timetable, missed, before, now);
      const wasAdded = await queue.consider(id, now.toISOString(), due);
      if (wasAdded) log.info('policy queued', { policyId: id, policy: name, ...due });
    }
  }

  async #startNext(policies: ReadonlyMap<PolicyId, ScheduledPolicy>): Promise<void> {
    const { queue, clock, log } = this.#ports;
    const now = clock.now().getTime();
    const taken = new Set([...this.#running.values()].map(({ environment }) => environment));
    for (const queued of await queue.list()) {
      if (this.#running.has(queued.policyId)) continue;
      const policy = policies.get(queued.policyId);
      const isUnwanted = policy?.timetable === undefined && queued.reason !== 'request';
      if (policy === undefined || isUnwanted) {
        log.info('queued policy was removed or disabled', { policyId: queued.policyId });
        await queue.remove(queued.policyId);
        continue;
      }
      const isBusy = (this.#busyUntil.get(policy.id) ?? 0) > now;
      if (taken.has(policy.environment) || isBusy || this.#signal.aborted) continue;
      taken.add(policy.environment);
      await this.#start(policy, queued);
    }
  }

  async #start(policy: ScheduledPolicy, queued: QueuedPolicy): Promise<void> {
    await this.#ports.queue.setRunning(policy.id, true);
    const over = this.#carryOut(policy, queued).finally(() => {
      this.#running.delete(policy.id);
      this.#wake.resolve();
    });
    this.#running.set(policy.id, { environment: policy.environment, over });
  }

  /** Never rejects. */
  async #carryOut(policy: ScheduledPolicy, { dueAt }: QueuedPolicy): Promise<void> {
    const { queue, clock, log, run } = this.#ports;
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
      if (end === 'busy') {
        this.#busyUntil.set(policy.id, clock.now().getTime() + MINUTE);
        await queue.setRunning(policy.id, false);
      } else if (end === 'stopped' && this.#signal.aborted) await queue.setRunning(policy.id, false);
      else await queue.remove(policy.id);
    } catch (thrown) {
      log.error('queued policy failed', { policyId: policy.id, dueAt, error: thrown });
      // It is due again when its schedule says so.
      await queue.remove(policy.id).catch(() => undefined);
    } finally {
      rest.abort();
    }
  }
}
