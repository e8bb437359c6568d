// What operations answer: plain JSON, the same in process and over HTTP. Ids are UUID text, times ISO 8601 UTC.

import type { UntoldView } from './announcement.ts';
import type { DriftView, MailboxDriftView } from './drift-views.ts';
import type { Environment } from './environment.ts';
import type { ForecastView, RunTimesView } from './forecast-views.ts';
import type { FailureView } from './operation-error.ts';
import type { PhotosView } from './photos-view.ts';
import type { Policy } from './policy.ts';
import type { ReportMailView } from './reports-view.ts';

export interface RevisionView {
  readonly revision: number;
  readonly savedAt: string;
  readonly savedBy: string;
}

export interface PolicyView extends RevisionView {
  readonly policy: Policy;
}

/** What an account on-premises signs in to; `smtp`: the mail server that sends reports. */
export type PasswordUse = 'activeDirectory' | 'exchange' | 'smtp' | 'webhook';

export interface EnvironmentView extends RevisionView {
  readonly environment: Environment;
  /** undefined: none assigned, or assigned for another destination and therefore not used. */
  readonly certificate: CertificateView | undefined;
  /** Uses of a password that is stored for the servers and accounts named now. */
  readonly passwords: readonly PasswordUse[];
  /** Names of the policies that belong to it. */
  readonly policies: readonly string[];
}

/** One place in which two documents differ; an absent side is undefined. */
export interface DocumentChange {
  /** Such as source.excludeHidden or mailboxes.exclude[2]. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

export interface DiffView {
  readonly name: string;
  /** Revision number, or undefined for the document handed in. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly changes: readonly DocumentChange[];
}

export interface ApplyView {
  readonly name: string;
  readonly id: string;
  readonly result: 'created' | 'changed' | 'unchanged';
  readonly revision: number;
  readonly changes: readonly DocumentChange[];
  /** What is worth knowing although the document was stored. */
  readonly warnings: readonly string[];
}

export interface CertificateView {
  /** SHA-1 of the certificate, as Windows and Entra ID show it. */
  readonly thumbprint: string;
  readonly thumbprintSha256: string;
  readonly subject: string;
  readonly friendlyName: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly state: 'valid' | 'expiresSoon' | 'expired' | 'notYetValid';
}

export interface ProbeView {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly note?: string;
    /** Where Autodiscover was asked. */
    readonly search?: readonly SearchStepView[];
    readonly failure?: FailureView;
  }[];
  /** Every request of the test, oldest first. */
  readonly log?: readonly LogLineView[];
}

export interface LogLineView {
  readonly at: string;
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
  /** Such as url, status, requestId. */
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

/** One place that Autodiscover asked. */
export interface SearchStepView {
  readonly at: string;
  /** URL, or the name that was looked up; the mail address stands in it as {mailbox}. */
  readonly target: string;
  readonly isSignedIn: boolean;
  /** `found`: it brought the search forward; `leadsOn`: the next step follows from it; `passedOver`: it went on elsewhere. */
  readonly kind: 'found' | 'leadsOn' | 'passedOver';
  readonly result: string;
}

/** What Autodiscover finds for an environment; with `failure` nothing was found. */
export interface ExchangeSearchView {
  readonly environment: string;
  /** Address that was searched for. */
  readonly mailbox: string;
  readonly steps: readonly SearchStepView[];
  readonly ewsUrl: string | undefined;
  /** What the environment said when it was searched; undefined: Autodiscover. */
  readonly ewsUrlBefore: string | undefined;
  /** Such as 15.2.1544; undefined where the server does not say. */
  readonly serverVersion: string | undefined;
  readonly failure?: FailureView;
  /** What was written, where that was wished. */
  readonly saved?: {
    readonly revision: number;
    /** false: the address was another one before, and the stored passwords are discarded. */
    readonly keepsPasswords: boolean;
  };
}

/** For new environments on-premises (specification 4.4). */
export interface ExchangeDefaultsView {
  /** undefined: Autodiscover. */
  readonly ewsUrl: string | undefined;
}

export type RunKindView = 'run' | 'test' | 'rollback' | 'cleanup' | 'verify';
export type RunStateView =
  | 'queued'
  | 'reading'
  | 'planning'
  | 'awaitingApproval'
  | 'applying'
  | 'finished'
  | 'finishedWithErrors'
  | 'failed'
  | 'interrupted'
  | 'superseded'
  | 'cancelled';

export interface RunView {
  readonly id: string;
  readonly kind: RunKindView;
  readonly policyId: string;
  readonly policyName: string;
  readonly policyRevision: number;
  readonly undoes: string | undefined;
  readonly state: RunStateView;
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  readonly holder: string;
  /** When its before-images were given up: it can no longer be rolled back. */
  readonly imagesPrunedAt?: string;
  readonly plansPrunedAt?: string;
  /** Where they were asked for. */
  readonly times?: RunTimesView;
}

export interface PlanCountsView {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly handOver: number;
  readonly adopt: number;
  readonly keep: number;
  readonly foreign: number;
}

export interface OutcomeCountsView {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly handedOver: number;
  readonly adopted: number;
  readonly failed: number;
}

export interface NoticeView {
  readonly kind: string;
  readonly count: number;
  readonly sourceObjectIds?: readonly string[];
  readonly properties?: readonly string[];
}

export interface BrakeReasonView {
  readonly rule: 'people' | 'mailboxes' | 'mailbox';
  readonly mailbox?: string;
  readonly count: number;
  readonly base: number;
  readonly limit: number;
  readonly unit: 'count' | 'percent';
}

export interface BrakeView {
  readonly reasons: readonly BrakeReasonView[];
  /** Names the plan that an approval releases. */
  readonly digest: string;
}

export interface SkippedMailboxView {
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

export interface SourceView {
  readonly objects: number;
  readonly selected: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly isComplete: boolean;
  readonly gaps: readonly FailureView[];
}

export interface MailboxesView {
  readonly found: number;
  readonly targets: number;
  readonly leaving: number;
  readonly skipped: readonly SkippedMailboxView[];
  readonly isComplete: boolean;
  readonly gaps: readonly FailureView[];
  /** Absent in runs that need none, and in those of earlier versions. */
  readonly license?: RunLicenseView;
}

/** By the journal, which also knows what no event told before the run was cut off. */
export interface JournaledWritesView {
  readonly written: number;
  /** Begun, and nobody knows whether they happened; the next run looks. */
  readonly unknown: number;
}

export interface MailboxReportView {
  readonly mailboxId: string;
  readonly primarySmtpAddress: string;
  readonly purpose: 'fill' | 'empty';
  readonly state: 'unchanged' | 'differs' | 'planned' | 'applied' | 'partly' | 'failed' | 'skipped';
  readonly planned: PlanCountsView | undefined;
  readonly applied: OutcomeCountsView | undefined;
  readonly notices: readonly NoticeView[];
  readonly failures: readonly FailureView[];
  /** Where the report has them too. */
  readonly writes?: JournaledWritesView;
  /** Only where photos were written or taken off. */
  readonly photos?: Pick<PhotosView, 'written' | 'removed'>;
  /** Only of a verify run. */
  readonly drift?: MailboxDriftView;
}

export interface ReportView {
  readonly run: RunView;
  readonly times?: RunTimesView;
  readonly source: SourceView | undefined;
  readonly mailboxes: MailboxesView | undefined;
  readonly brake: BrakeView | undefined;
  /** The policy was edited or removed since the plan was made: it cannot be approved any more. */
  readonly isPolicyEdited?: true;
  readonly planned: PlanCountsView;
  readonly applied: OutcomeCountsView;
  /** Only where the policy wants photos, of a run that wrote. */
  readonly photos?: PhotosView;
  /** Contacts; only of a run that was interrupted, was cancelled or failed. */
  readonly writes?: JournaledWritesView;
  /** Only of a verify run. */
  readonly drift?: DriftView;
  readonly perMailbox: readonly MailboxReportView[];
  /** Mails about the run; absent: none was wanted. */
  readonly mails?: readonly ReportMailView[];
  /** By number, most serious first; the first one decides the exit code of a failed run. */
  readonly failures: readonly { readonly failure: FailureView; readonly count: number }[];
}

export interface FieldChangeView {
  readonly property: string;
  readonly from: string;
  readonly to: string;
  /** Where several policies fill the folder: the other one that the value comes from. */
  readonly policy?: string;
}

export interface ChangeView {
  readonly kind: 'create' | 'update' | 'adopt' | 'delete' | 'handOver';
  readonly reason: string;
  readonly sourceObjectId: string;
  /** The person's name. */
  readonly label: string;
  /** Sub-folder; '' is the contact folder itself. */
  readonly folder: string;
  /** create: from is ''. delete and handOver: none. */
  readonly fields: readonly FieldChangeView[];
  /** Only with delete: false: the contact goes to Deleted Items. */
  readonly isPermanent?: boolean;
  /** Of what another tool left: the rule that recognized it. */
  readonly rule?: string;
}

export interface FolderActionView {
  readonly kind: 'create' | 'adopt' | 'rename' | 'remove';
  readonly name: string;
  readonly from?: string;
}

export interface MailboxPlanView {
  readonly mailboxId: string;
  readonly primarySmtpAddress: string;
  readonly displayName: string;
  readonly purpose: 'fill' | 'empty';
  readonly progress: 'planned' | 'applying' | 'done' | 'failed';
  readonly folders: readonly FolderActionView[];
  readonly counts: PlanCountsView;
  readonly changes: readonly ChangeView[];
  readonly notices: readonly NoticeView[];
}

export interface CountView {
  readonly targets: readonly { readonly primarySmtpAddress: string; readonly displayName: string }[];
  readonly skipped: readonly SkippedMailboxView[];
  /** false: the list of mailboxes could not be read completely. */
  readonly isComplete: boolean;
  readonly license: LicenseView;
  readonly forecast?: CountForecastView;
}

/** What filling those mailboxes takes that the policy has not written to yet. */
export interface CountForecastView {
  readonly mailboxes: number;
  /** Contacts in each: as the last run selected, or a thousand when nobody knows yet. */
  readonly contacts: number;
  readonly isContactsKnown: boolean;
  readonly forecast: ForecastView;
}

export interface LicenseView {
  readonly kind: 'trial' | 'license';
  /** Trial not begun: no run has written yet. */
  readonly state: 'notStarted' | 'valid' | 'expired';
  /** Per run in the trial; in all with a license, each once, however many policies fill it. */
  readonly mailboxes: number;
  readonly validUntil: string | undefined;
  /** While it is valid; the day that has begun included. */
  readonly daysLeft?: number;
  readonly customer?: string;
  readonly id?: string;
  /** Why a license that is stored is not used. */
  readonly unusable?: FailureView;
}

/** Days after the end of a run. */
export interface RetentionView {
  readonly runsDays: number;
  readonly plansDays: number;
  readonly beforeImagesDays: number;
  /** Files of the log that are full. */
  readonly logsDays: number;
}

export interface PrunedView {
  readonly runs: number;
  readonly plans: number;
  readonly beforeImages: number;
  readonly logFiles: number;
}

export interface LicenseUseView extends LicenseView {
  /** Mailboxes with contacts of policies that exist. */
  readonly filled: number;
  readonly perPolicy: readonly { readonly policy: string; readonly mailboxes: number }[];
}

/** As it was when the run read the mailboxes. */
export type RunLicenseView = Pick<LicenseView, 'kind' | 'mailboxes' | 'validUntil'>;

export interface ExplainView {
  readonly mailbox: string;
  readonly contact: string;
  /** One plain sentence with the answer. */
  readonly answer: string;
  /** The way to the answer, in the order in which a run decides. */
  readonly steps: readonly { readonly name: string; readonly ok: boolean; readonly text: string }[];
  readonly fields: readonly FieldChangeView[];
}

export interface StatusView {
  readonly version: string;
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly license: LicenseView;
  /** Who serves the data directory since when; absent: nobody does. */
  readonly service?: { readonly holder: string; readonly since: string };
  /** Runs under way, in whatever process, and those that wait for an approval. */
  readonly runs?: readonly LiveRunView[];
  /** Mails about runs that are not sent yet, were perhaps sent, or were given up; absent: none. */
  readonly mails?: readonly ReportMailView[];
  /** Programs that could not be told of runs yet; absent: none. */
  readonly untold?: readonly UntoldView[];
  /** Policies and environments that cannot be read as they are stored; absent: none. */
  readonly unreadable?: readonly UnreadableView[];
}

export interface UnreadableView {
  readonly kind: 'policy' | 'environment';
  readonly id: string;
  readonly name: string;
  readonly failure: FailureView;
}

export interface LiveRunView {
  readonly run: RunView;
  /** When something was last heard of it; long ago: its process may have died. */
  readonly heardAt: string;
  readonly mailboxes: { readonly planned: number; readonly written: number; readonly total: number };
  readonly contactsWritten: number;
  readonly times: RunTimesView;
}

/** What an administrator says of what another tool left. */
export interface LeftoverRulesView {
  /** Names of categories. */
  readonly categories: readonly string[];
  /** Patterns for the whole of file-as: `*` stands for any text, `{guid}` for any GUID, in braces or not. */
  readonly fileAs: readonly string[];
  /** Folders below Contacts by their path, such as `Imported` or `Imported/Old`. */
  readonly folders: readonly string[];
}

/** Whose marks a scan found. */
export interface ScannedPolicyView {
  readonly policyId: string;
  /**
   * `stored`: a policy of this data directory; `removed`: it was one; `unknown`: of another installation, perhaps one at
   * work, or of a database that was lost.
   */
  readonly state: 'stored' | 'removed' | 'unknown';
  /** The latest one, where it is remembered. */
  readonly name?: string;
  /** When the latest run of this data directory began. */
  readonly lastRunAt?: string;
  /** The latest of its folders; users change items, too. */
  readonly lastChangedAt?: string;
  readonly mailboxes: number;
  readonly items: number;
}

export interface ScanView {
  /** false: some mailboxes could not be read. */
  readonly isComplete: boolean;
  /** How many were looked into. */
  readonly mailboxes: number;
  readonly folders: readonly {
    readonly primarySmtpAddress: string;
    readonly folder: string;
    readonly items: number;
    readonly policyId: string;
    /** undefined: no stored policy has this id. */
    readonly policyName: string | undefined;
    /** When an item in it last changed, through whomever; absent where the mailbox does not tell. */
    readonly lastChangedAt?: string;
    /** Contacts itself, where users may have dragged contacts to. */
    readonly isContacts?: true;
  }[];
  /** Those that were found. */
  readonly policies: readonly ScannedPolicyView[];
  readonly failures: readonly { readonly primarySmtpAddress: string; readonly failure: FailureView }[];
}
