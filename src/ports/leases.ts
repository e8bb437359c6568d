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
  /** Aborts, with a failure `cancelled`, when somebody asked that the work be ended. Absent where nobody can. */
  readonly endAsked?: AbortSignal;
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
  /**
   * Asks whoever holds it to end the work, in whatever process; that one learns of it with its next renewal, within
   * seconds. `held`: as `heldBy` told it, so that nobody who holds it since is meant. false: it is held no more.
   */
  askToEnd(name: string, held: LeaseHolder, askedBy: string): Promise<boolean>;
}

export function isLease(answer: Lease | LeaseHolder): answer is Lease {
  return 'release' in answer;
}
