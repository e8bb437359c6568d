// What the license allows. A limit never deletes anything: mailboxes over it are skipped and reported.

import type { MailboxId } from '../model/ids.ts';

interface Limit {
  readonly maxMailboxes: number;
  /** false: only test runs; a writing run fails with `trialOver` or `licenseExpired`. */
  readonly mayWrite: boolean;
}

export interface TrialLimit extends Limit {
  readonly kind: 'trial';
  /** ISO 8601; undefined before the first run, from which the trial counts. */
  readonly endsAt: string | undefined;
  /** A license is stored that is none: altered, or signed with a key that this version does not know. */
  readonly unusableLicense?: 'licenseInvalid' | 'licenseKeyUnknown';
}

export interface FullLimit extends Limit {
  readonly kind: 'license';
  readonly endsAt: string;
  readonly customer: string;
  readonly licenseId: string;
}

/** A trial counts mailboxes per run; a license counts them in all, each once, however many policies fill it. */
export type LicenseLimit = (TrialLimit | FullLimit) & {
  /** Mailboxes that other policies fill; absent where only the run counts. */
  readonly filledElsewhere?: ReadonlySet<MailboxId>;
};

export interface License {
  /** Changes nothing. */
  current(now: Date): Promise<TrialLimit | FullLimit>;
  /** Called at the start of every run that may write; the first call starts the trial. */
  recordRun(now: Date): Promise<void>;
  /**
   * Stores the license and returns what it allows. Throws `licenseInvalid`, `licenseKeyUnknown` or `licenseExpired`
   * and then has changed nothing.
   */
  add(text: string, now: Date): Promise<FullLimit>;
  /** Back to the trial, which is as far as it would be without the license. false: there was none. */
  remove(): Promise<boolean>;
}
