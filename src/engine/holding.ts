// Work done while a lease is held: one run per policy and one writer per mailbox, across processes. When the lease is
// lost on the way (the computer slept), the work is stopped like a cancelled one; so it is when somebody asked for that.

import { Failure } from '../model/failure.ts';
import type { FailureCode } from '../model/failure-codes.ts';
import type { MailboxId, PolicyId } from '../model/ids.ts';
import { isLease, type LeaseHolder, type Leases } from '../ports/leases.ts';

export interface Holding {
  readonly leases: Leases;
  readonly holder: string;
  readonly signal: AbortSignal;
}

const SERVICE = 'service';
const policyLease = (id: PolicyId) => `policy:${id}`;

type Work<T> = (signal: AbortSignal) => Promise<T>;

/** Throws `alreadyRunning` when somebody else holds the policy. */
export function holdingPolicy<T>(id: PolicyId, holding: Holding, work: Work<T>): Promise<T> {
  return whileHeld(policyLease(id), 'alreadyRunning', holding, work);
}

/** Who works on the policy, in whatever process, and a way to ask that one to end it; undefined: nobody does. */
export async function policyHolder(
  id: PolicyId,
  leases: Leases,
): Promise<{ readonly askToEnd: (askedBy: string) => Promise<boolean> } | undefined> {
  const held = await leases.heldBy(policyLease(id));
  if (held === undefined) return undefined;
  return { askToEnd: (askedBy) => leases.askToEnd(policyLease(id), held, askedBy) };
}

/** Throws `serviceRunning` when another process serves the data directory, also when the lease is lost on the way. */
export function holdingService<T>(holding: Holding, work: Work<T>): Promise<T> {
  return whileHeld(SERVICE, 'serviceRunning', holding, work);
}

/** undefined: nobody serves the data directory. */
export function serviceHolder(leases: Leases): Promise<LeaseHolder | undefined> {
  return leases.heldBy(SERVICE);
}

/** Throws `mailboxBusy` when somebody else writes the mailbox, also when the lease is lost on the way. */
export function holdingMailbox<T>(id: MailboxId, holding: Holding, work: Work<T>): Promise<T> {
  return whileHeld(`mailbox:${id}`, 'mailboxBusy', holding, work);
}

async function whileHeld<T>(name: string, busy: FailureCode, holding: Holding, work: Work<T>): Promise<T> {
  const lease = await holding.leases.acquire(name, holding.holder);
  if (!isLease(lease)) throw new Failure(busy, { details: { holder: lease.holder, since: lease.since } });
  const { lost, endAsked } = lease;
  const ends = [lost, endAsked].filter((end) => end !== undefined);
  try {
    return await work(ends.length === 0 ? holding.signal : AbortSignal.any([holding.signal, ...ends]));
  } catch (thrown) {
    if (lost?.aborted === true && !holding.signal.aborted) throw new Failure(busy, { cause: thrown });
    throw thrown;
  } finally {
    await lease.release();
  }
}
