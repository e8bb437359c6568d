// A run, its events and what is computed from them.

import type { DriftReport, MailboxDrift } from './drift.ts';
import type { FailureRecord } from './failure.ts';
import type { MailboxId, PolicyId, RunId, SourceObjectId } from './ids.ts';
import type { LeftoverRules } from './leftovers.ts';
import type { ContactChange, PlanCounts, PlanNotice } from './plan.ts';

export const RUN_STATES = [
  'queued',
  'reading',
  'planning',
  'awaitingApproval',
  'applying',
  'finished',
  'finishedWithErrors',
  'failed',
  'interrupted',
  'superseded',
  'cancelled',
] as const;
export type RunState = (typeof RUN_STATES)[number];
export const ENDED_STATES: readonly RunState[] = [
  'finished',
  'finishedWithErrors',
  'failed',
  'interrupted',
  'superseded',
  'cancelled',
];

/** Of a run that somebody works on, or whose process died. */
export const UNDER_WAY_STATES: readonly RunState[] = ['queued', 'reading', 'planning', 'applying'];

export const RUN_KINDS = ['run', 'test', 'rollback', 'cleanup', 'verify'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

export interface Run {
  readonly id: RunId;
  readonly kind: RunKind;
  readonly policyId: PolicyId;
  readonly policyName: string;
  readonly policyRevision: number;
  /** The run that a rollback undoes. */
  readonly undoes: RunId | undefined;
  readonly state: RunState;
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  /** Process and host that run it, for "already running". */
  readonly holder: string;
  /** When its before-images were given up: it can no longer be rolled back. */
  readonly imagesPrunedAt?: string;
  readonly plansPrunedAt?: string;
}

export interface BrakeReason {
  readonly rule: 'people' | 'mailboxes' | 'mailbox';
  /** Only with the rule `mailbox`. */
  readonly mailboxId?: MailboxId;
  readonly count: number;
  readonly base: number;
  readonly limit: number;
  readonly unit: 'count' | 'percent';
}

export interface SkippedMailbox {
  readonly mailboxId: MailboxId | undefined;
  readonly primarySmtpAddress: string;
  readonly reason:
    | 'excluded'
    | 'type'
    | 'noMailboxSync'
    | 'license'
    | 'notFound'
    | 'unknownMark'
    | 'betweenSides'
    | 'perhapsMoved';
}

export interface LicenseInRun {
  readonly kind: 'trial' | 'license';
  readonly mailboxes: number;
  /** ISO 8601; undefined: a trial that has not begun. */
  readonly validUntil: string | undefined;
}

export const EXCLUSION_REASONS = [
  'type',
  'notInScope',
  'hidden',
  'disabled',
  'guest',
  'withoutPhone',
  'withoutEmail',
  'private',
  'withoutCategory',
  'contactList',
  'withoutName',
  'noContactSync',
  'withheld',
  'notIncluded',
  'excluded',
  'unknownHidden',
  'unknownMark',
  'unknownAttribute',
] as const;
export type ExclusionReason = (typeof EXCLUSION_REASONS)[number];

export interface OutcomeCounts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly handedOver: number;
  readonly adopted: number;
  readonly failed: number;
}

/** In seconds; low <= expected <= high. */
export interface DurationRange {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

/** What is still to come, from the moment it is said. Formula and assumptions: core/forecast.ts. */
export interface Forecast {
  /** What it rests on: the published limits, earlier runs of the policy, or what was measured in this run. */
  readonly basis: 'limits' | 'earlierRuns' | 'thisRun';
  /** undefined: over, or not known. */
  readonly reading: DurationRange | undefined;
  readonly planning: DurationRange | undefined;
  readonly writing: DurationRange | undefined;
  readonly total: DurationRange;
  /** To mailboxes, those for photos included. */
  readonly requests: number;
  readonly writes: number;
  /** Of new contacts, after everything else; absent where there are none to expect. */
  readonly photos?: PhotoForecast;
}

export interface PhotoForecast {
  readonly pictures: number;
  readonly requests: number;
  readonly bytes: number;
  readonly writing: DurationRange;
}

export interface PhotoCounts {
  /** Who has one, of those selected. */
  readonly people: number;
  readonly written: number;
  /** Withdrawn at the source, and taken off. */
  readonly removed: number;
  /** The user set a picture of their own. */
  readonly kept: number;
  /** Withdrawn at the source, and the protocol cannot take it off. */
  readonly left: number;
  /** More than is written into a mailbox in one run: the next one goes on. */
  readonly postponed: number;
  readonly failed: number;
}

/** Everything that happened, in order; the report, the status page and the tests read nothing else. */
export type RunEvent =
  | {
      readonly type: 'run.started';
      readonly kind: RunKind;
      readonly policyName: string;
      readonly policyRevision: number;
    }
  | {
      readonly type: 'source.read';
      readonly objects: number;
      readonly selected: number;
      readonly excluded: Readonly<Partial<Record<ExclusionReason, number>>>;
      readonly isComplete: boolean;
      readonly gaps: readonly FailureRecord[];
      /** Who is there and could not be read, for whoever approves the plans of this run. */
      readonly unreadable?: readonly SourceObjectId[];
      /** How many of those selected have a picture, where the reading itself tells. */
      readonly pictured?: number;
    }
  | {
      readonly type: 'mailboxes.read';
      readonly found: number;
      readonly targets: number;
      readonly leaving: number;
      readonly skipped: readonly SkippedMailbox[];
      readonly isComplete: boolean;
      readonly gaps: readonly FailureRecord[];
      /** What it allowed at that time; absent in runs that need none, and in those of earlier versions. */
      readonly license?: LicenseInRun;
      /** Of a verify run of some mailboxes: how many others it could have read. */
      readonly notAskedFor?: number;
    }
  | {
      readonly type: 'mailbox.planned';
      readonly mailboxId: MailboxId;
      readonly primarySmtpAddress: string;
      readonly purpose: 'fill' | 'empty';
      readonly counts: PlanCounts;
      readonly notices: readonly PlanNotice[];
    }
  | {
      /** Of a verify run: what differs there from what we wrote. */
      readonly type: 'mailbox.verified';
      readonly mailboxId: MailboxId;
      readonly primarySmtpAddress: string;
      readonly drift: MailboxDrift;
    }
  | {
      readonly type: 'mailbox.skipped' | 'mailbox.failed';
      readonly mailboxId: MailboxId;
      readonly primarySmtpAddress: string;
      readonly phase: 'planning' | 'applying';
      readonly failure: FailureRecord;
    }
  | {
      /** Written, and a person should know something nevertheless. */
      readonly type: 'mailbox.warned';
      readonly mailboxId: MailboxId;
      readonly primarySmtpAddress: string;
      readonly failure: FailureRecord;
    }
  | {
      /** Of a clean-up of what other tools left, and of its rollback. */
      readonly type: 'leftovers.sought';
      readonly rules: LeftoverRules;
    }
  | {
      readonly type: 'brake.engaged';
      readonly reasons: readonly BrakeReason[];
      readonly digest: string;
      /** An earlier run asked for the same approval then, and this one takes its place: nobody is asked twice. */
      readonly asked?: { readonly runId: RunId; readonly at: string };
    }
  | { readonly type: 'brake.released'; readonly approvedBy: string | undefined }
  | {
      readonly type: 'wave.started';
      readonly wave: 'canary' | 'percent' | 'rest';
      readonly mailboxes: number;
    }
  | {
      readonly type: 'mailbox.applied';
      readonly mailboxId: MailboxId;
      readonly primarySmtpAddress: string;
      readonly counts: OutcomeCounts;
    }
  | {
      readonly type: 'contact.failed';
      readonly mailboxId: MailboxId;
      readonly sourceObjectId: SourceObjectId;
      readonly change: ContactChange['kind'];
      readonly failure: FailureRecord;
    }
  | {
      /** Only where there were any. */
      readonly type: 'mailbox.photos';
      readonly mailboxId: MailboxId;
      readonly primarySmtpAddress: string;
      readonly written: number;
      readonly removed: number;
    }
  | ({
      readonly type: 'photos.written';
      /** One of each number: what becomes of photos is told apart from the contacts, which stand. */
      readonly failures: readonly FailureRecord[];
    } & PhotoCounts)
  | {
      readonly type: 'forecast.made';
      /**
       * `planning` and `writing`: before these phases; `correction`: on the way, now and then; `realRun`: at the end of
       * a test run, for the run it stands for.
       */
      readonly occasion: 'planning' | 'writing' | 'correction' | 'realRun';
      readonly forecast: Forecast;
      /** Contacts written so far, also in mailboxes that are not done yet. */
      readonly written: number;
    }
  | {
      /** The service asks to wait; said again when it asks for more. The run goes on by itself. */
      readonly type: 'run.throttled';
      readonly waitingUntil: string;
      readonly mailboxesWaiting: number;
    }
  | { readonly type: 'run.resumed' }
  | {
      readonly type: 'run.ended';
      readonly state: RunState;
      readonly failure: FailureRecord | undefined;
      /** Of a superseded run: this one waits with the same digest in its place, and is released with it. */
      readonly takenOverBy?: RunId;
    };

/** An event as stored. */
export type RecordedEvent = RunEvent & { readonly at: string };

/** Contacts, by the journal, which also knows what no event told before a run was cut off. */
export interface JournaledWrites {
  readonly written: number;
  /** Begun, and nobody knows whether they happened. */
  readonly unknown: number;
}

export interface MailboxReport {
  readonly mailboxId: MailboxId;
  readonly primarySmtpAddress: string;
  readonly purpose: 'fill' | 'empty';
  readonly state: 'unchanged' | 'differs' | 'planned' | 'applied' | 'partly' | 'failed' | 'skipped';
  readonly planned: PlanCounts | undefined;
  readonly applied: OutcomeCounts | undefined;
  readonly notices: readonly PlanNotice[];
  readonly failures: readonly FailureRecord[];
  /** Only where photos were written or taken off. */
  readonly photos?: Pick<PhotoCounts, 'written' | 'removed'>;
  /** Where the report has them too. */
  readonly writes?: JournaledWrites;
  /** Only of a verify run. */
  readonly drift?: MailboxDrift;
}

/** What was foretold against what it took, in seconds; the time in which a run waited for a person is in neither. */
export interface RunTimes {
  readonly took: number | undefined;
  /** Of the whole run: the forecast made when the plan was known, otherwise the one before planning. */
  readonly foretold: DurationRange | undefined;
  /** The latest forecast: while it runs of the rest, for a test run and a waiting one of the real one. */
  readonly forecast: (Forecast & { readonly at: string }) | undefined;
  /** How often the run waited at the service's wish, and for how long in all. */
  readonly waits: number;
  readonly waited: number;
  /** Until when it waits now. */
  readonly waitingUntil: string | undefined;
  readonly mailboxesWaiting: number;
}

export interface RunReport {
  readonly kind: RunKind;
  readonly policyName: string;
  readonly state: RunState;
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  readonly source: Extract<RunEvent, { type: 'source.read' }> | undefined;
  readonly mailboxes: Extract<RunEvent, { type: 'mailboxes.read' }> | undefined;
  readonly brake: Extract<RunEvent, { type: 'brake.engaged' }> | undefined;
  readonly planned: PlanCounts;
  readonly applied: OutcomeCounts;
  readonly photos: Extract<RunEvent, { type: 'photos.written' }> | undefined;
  /** Only of a run that was cut off, while its journal is kept; `applied` is by the journal then, too. */
  readonly writes?: JournaledWrites;
  /** Only of a verify run. */
  readonly drift?: DriftReport;
  readonly perMailbox: readonly MailboxReport[];
  /** By number, most serious first. */
  readonly failures: readonly { readonly failure: FailureRecord; readonly count: number }[];
}
