// What the license allows. A limit never deletes anything: mailboxes over it are skipped and reported.

export interface LicenseLimit {
  readonly kind: 'trial';
  /** Mailboxes per run. */
  readonly maxMailboxes: number;
  /** false: only test runs; a writing run fails with `trialOver`. */
  readonly mayWrite: boolean;
  /** ISO 8601; undefined before the first run, from which the trial counts. */
  readonly endsAt: string | undefined;
}

export interface License {
  /** Changes nothing. */
  current(now: Date): Promise<LicenseLimit>;
  /** Called at the start of every run that may write; the first call starts the trial. */
  recordRun(now: Date): Promise<void>;
}
