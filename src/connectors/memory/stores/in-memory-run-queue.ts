// The queue in memory.

import type { PolicyId } from '../../../model/ids.ts';
import type { QueuedPolicy, RunQueue } from '../../../ports/run-queue.ts';

export class InMemoryRunQueue implements RunQueue {
  readonly #queued = new Map<PolicyId, QueuedPolicy>();
  readonly #considered = new Map<PolicyId, string>();

  async list(): Promise<readonly QueuedPolicy[]> {
    return [...this.#queued.values()];
  }

  async consider(
    policyId: PolicyId,
    until: string,
    due: Pick<QueuedPolicy, 'dueAt' | 'reason'> | undefined,
  ): Promise<boolean> {
    this.#considered.set(policyId, until);
    if (due === undefined || this.#queued.has(policyId)) return false;
    const { dueAt, reason } = due;
    this.#queued.set(policyId, { policyId, dueAt, reason, isRunning: false });
    return true;
  }

  async consideredUntil(policyId: PolicyId): Promise<string | undefined> {
    return this.#considered.get(policyId);
  }

  async setRunning(policyId: PolicyId, isRunning: boolean): Promise<void> {
    const queued = this.#queued.get(policyId);
    if (queued !== undefined) this.#queued.set(policyId, { ...queued, isRunning });
  }

  async remove(policyId: PolicyId): Promise<void> {
    this.#queued.delete(policyId);
  }

  async forget(policyId: PolicyId): Promise<void> {
    this.#queued.delete(policyId);
    this.#considered.delete(policyId);
  }
}
