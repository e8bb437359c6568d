// Mails about runs that are to be sent: noted before a run ends, tried until they are sent or given up. Only ids stand
// here; what a mail says is made from the stored run when it is sent.

import type { FailureRecord } from '../model/failure.ts';
import type { PolicyId, RunId } from '../model/ids.ts';

export const MAIL_OCCASIONS = ['ended', 'awaitingApproval', 'notBegun', 'alert'] as const;
export type MailOccasion = (typeof MAIL_OCCASIONS)[number];

/**
 * `sending`: handed over at this moment, or nobody knows, because the process died meanwhile. `perhapsSent`: never sent
 * again by itself. `notWanted`: the policy wants no mail about such a run.
 */
export const MAIL_STATES = ['waiting', 'sending', 'sent', 'perhapsSent', 'notWanted', 'givenUp'] as const;
export type MailState = (typeof MAIL_STATES)[number];

export interface ReportMail {
  readonly id: number;
  readonly policyId: PolicyId;
  /** undefined: an alert, or a run that could not begin. */
  readonly runId: RunId | undefined;
  readonly occasion: MailOccasion;
  readonly state: MailState;
  /** ISO 8601, as all times here. */
  readonly createdAt: string;
  /** How often it was handed over, or was to be. */
  readonly tries: number;
  /** Of `waiting`: not before then. Of the others: when it came into its state. */
  readonly at: string;
  /** Why the last try failed; of `sent`: who did not get it. */
  readonly failure: FailureRecord | undefined;
  /** Of `notBegun`: why no run could begin. */
  readonly reason: FailureRecord | undefined;
}

export interface NewReportMail {
  /** Two mails with the same key are one: the second is not added. */
  readonly key: string;
  readonly policyId: PolicyId;
  readonly runId: RunId | undefined;
  readonly occasion: MailOccasion;
  readonly at: string;
  readonly reason?: FailureRecord;
}

export interface MailFilter {
  readonly states?: readonly MailState[];
  readonly runId?: RunId;
  /** Only those whose time has come by then. */
  readonly dueBy?: string;
  /** Only those whose time is later than this; with `dueBy` these as well. */
  readonly after?: string;
  readonly limit?: number;
}

export interface ReportOutbox {
  /** Durable when it returns; `waiting`, from `at` on. */
  add(mail: NewReportMail): Promise<void>;
  /** Newest first. */
  list(filter: MailFilter): Promise<readonly ReportMail[]>;
  /** From `waiting` to `sending`; false: another process was faster. Durable when it returns. */
  claim(id: number, at: string): Promise<boolean>;
  /** After a try; with `waiting` the time is that of the next one. Counts the try. */
  settle(id: number, state: MailState, at: string, failure?: FailureRecord): Promise<void>;
  /** A waiting mail that is not tried for a reason known before; counts nothing. */
  hold(id: number, state: 'waiting' | 'givenUp', at: string, failure: FailureRecord): Promise<void>;
}
