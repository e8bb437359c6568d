// Policies that wait for their turn: truth of its own, so that a service that is killed forgets none.

import type { PolicyId } from '../model/ids.ts';

/** `missed`: it was due while nobody was there to run it. */
export type QueueReason = 'schedule' | 'missed' | 'request';

export interface QueuedPolicy {
  readonly policyId: PolicyId;
  /** ISO, when it was due. */
  readonly dueAt: string;
  readonly reason: QueueReason;
  readonly isRunning: boolean;
}

export interface RunQueue {
  /** In the order in which they were queued. A policy stands in it at most once. */
  list(): Promise<readonly QueuedPolicy[]>;
  /**
   * Moves the time up to which the policy's schedule was looked at, and queues the policy when it was due: both or
   * neither. One that stands in the queue already keeps its place. Returns whether it was added.
   */
  consider(
    policyId: PolicyId,
    until: string,
    due: Pick<QueuedPolicy, 'dueAt' | 'reason'> | undefined,
  ): Promise<boolean>;
  /** Up to when the schedule was looked at; undefined: never. */
  consideredUntil(policyId: PolicyId): Promise<string | undefined>;
  setRunning(policyId: PolicyId, isRunning: boolean): Promise<void>;
  remove(policyId: PolicyId): Promise<void>;
  /** Also up to when its schedule was looked at. */
  forget(policyId: PolicyId): Promise<void>;
}
