// Who works on what, across processes on one data directory: one run per policy, one writer per mailbox.

export interface LeaseHolder {
  readonly holder: string;
  readonly since: string;
}

export interface Lease {
  /**
   * Aborts when the lease went to somebody else because this process did not renew it in time (the computer slept, the
   * database was away): stop writing. Absent where that cannot happen.
   */
  readonly lost?: AbortSignal;
  /** Idempotent. */
  release(): Promise<void>;
}

export interface Leases {
  /**
   * Takes the lease or says who holds it. A lease is renewed in the background while held; one whose holder died is
   * free again after a minute; where the clock was set back meanwhile, a minute after somebody first asked for it.
   */
  acquire(name: string, holder: string): Promise<Lease | LeaseHolder>;
  /** undefined: nobody holds it. */
  heldBy(name: string): Promise<LeaseHolder | undefined>;
}

export function isLease(answer: Lease | LeaseHolder): answer is Lease {
  return 'release' in answer;
}
