// Mails about runs, as operations answer them.

import type { FailureView } from './operation-error.ts';

/** One mail that was to be sent. */
export interface ReportMailView {
  readonly id: number;
  readonly policyId: string;
  /** undefined: the policy is removed. */
  readonly policyName: string | undefined;
  /** undefined: an alert, or a run that could not begin. */
  readonly runId: string | undefined;
  readonly occasion: 'ended' | 'awaitingApproval' | 'notBegun' | 'alert';
  /** `perhapsSent`: never sent again by itself; `notWanted`: the policy wants none about such a run. */
  readonly state: 'waiting' | 'sending' | 'sent' | 'perhapsSent' | 'notWanted' | 'givenUp';
  readonly createdAt: string;
  readonly tries: number;
  /** Of `waiting`: not before then. Of the others: when it came into its state. */
  readonly at: string;
  /** Why the last try failed; of `sent`: who did not get it. */
  readonly failure?: FailureView;
  /** Of `notBegun`: why no run could begin. */
  readonly reason?: FailureView;
}

/** What the mail about a run says. */
export interface ComposedReportView {
  readonly runId: string;
  readonly recipients: readonly string[];
  /** false: the policy wants no mail about such a run. */
  readonly isWanted: boolean;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly csv: { readonly name: string; readonly content: string } | undefined;
}

export interface SentReportsView {
  readonly sent: number;
  /** Tried now and not sent. */
  readonly failed: number;
  /** Every mail that is still to be sent, or that nobody sends any more, newest first. */
  readonly open: readonly ReportMailView[];
}
