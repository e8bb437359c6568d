// What the mail about a run is made of, and what comes out. Everything is a value: what is not in here is not in the mail.

import type { Environment } from '../../model/environment.ts';
import type { FailureRecord } from '../../model/failure.ts';
import type { ChangeReason, ContactChange } from '../../model/plan.ts';
import type { Policy, ReportPart } from '../../model/policy.ts';
import type { Run, RunReport, RunTimes } from '../../model/run.ts';

export type Language = Environment['language'];

/** One change of one contact: written, or planned where the run waits for an approval. */
export interface ChangeRow {
  readonly mailbox: string;
  readonly change: ContactChange['kind'];
  /** undefined: the journal does not keep it. */
  readonly reason?: ChangeReason;
  readonly label: string;
  readonly properties: readonly string[];
  readonly outcome: 'applied' | 'failed' | 'unknown' | 'planned';
}

/** Who joined the selection, or left it, since the run before. */
export interface Movement {
  readonly count: number;
  /** The first of them by name. */
  readonly names: readonly string[];
}

export interface EarlierRun {
  readonly run: Run;
  readonly report: RunReport;
  /** undefined: one of the two readings was not complete, and says nothing about who left. */
  readonly joined?: Movement;
  readonly left?: Movement;
}

export interface ReportMailInput {
  readonly environment: Pick<Environment, 'name' | 'language' | 'timeZone'>;
  readonly policy: Pick<Policy, 'name'>;
  readonly settings: Pick<ReportPart, 'detail' | 'csv'>;
  readonly run: Run;
  readonly report: RunReport;
  readonly times: RunTimes;
  /** The last run of the policy before this one that came to its end. */
  readonly earlier: EarlierRun | undefined;
  /** At most so many as the table may have; `changesInAll` counts the rest too. */
  readonly changes: readonly ChangeRow[];
  readonly changesInAll: number;
}

export interface AlertMailInput {
  readonly environment: Pick<Environment, 'name' | 'language' | 'timeZone'>;
  readonly policy: Pick<Policy, 'name'>;
  readonly settings: Pick<ReportPart, 'detail'>;
  readonly days: number;
  /** When a run last succeeded; undefined: never. */
  readonly lastSuccess: string | undefined;
  readonly lastRun: { readonly run: Run; readonly report: RunReport } | undefined;
}

export interface NotBegunMailInput {
  readonly environment: Pick<Environment, 'name' | 'language' | 'timeZone'>;
  readonly policy: Pick<Policy, 'name'>;
  readonly settings: Pick<ReportPart, 'detail'>;
  readonly reason: FailureRecord;
  /** When it was tried. */
  readonly at: string;
  /** When a run last succeeded; undefined: never. */
  readonly lastSuccess: string | undefined;
}

export interface ComposedMail {
  readonly subject: string;
  readonly html: string;
  /** The same for those who read no HTML. */
  readonly text: string;
  readonly csv: { readonly name: string; readonly content: string } | undefined;
}
