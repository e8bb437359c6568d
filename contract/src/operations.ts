// Everything a person can ask of the product; command line and web application know nothing else. Implemented in
// process (src/operations) and later over HTTP. Every method rejects with an OperationError, which carries the
// numbered failure; anything else thrown is a defect. Policies and environments are named by name or id, runs by
// id or an unambiguous beginning of one.

import type { CopyEventView, UndoEventView } from './copy-views.ts';
import type { PersonView, WhereView, WithheldView } from './person-views.ts';
import type { ComposedReportView, ReportMailView, SentReportsView } from './reports-view.ts';
import type { RunEventView } from './run-event-view.ts';
import type { QueuedView, ServiceSettingsView, UpcomingView } from './service-views.ts';
import type {
  ApplyView,
  CertificateView,
  CountView,
  DiffView,
  EnvironmentView,
  ExchangeDefaultsView,
  ExchangeSearchView,
  ExplainView,
  LeftoverRulesView,
  LicenseUseView,
  LicenseView,
  MailboxPlanView,
  PasswordUse,
  PolicyView,
  ProbeView,
  PrunedView,
  ReportView,
  RetentionView,
  RevisionView,
  RunKindView,
  RunStateView,
  RunView,
  ScanView,
  StatusView,
  UnreadableView,
} from './views.ts';

/** A document as a person wrote it: YAML or JSON text, with the name of its file for messages. */
export interface DocumentText {
  readonly text: string;
  readonly fileName?: string;
  /** For a policy whose text names no environment: the one it gets. */
  readonly environment?: string;
}

export interface ProbeOptions {
  /** Sends a test mail to this address when everything else is in reach; it is stored nowhere. */
  readonly testMailTo?: string;
  /** Of the policies that copy from a folder, only the folder of this one is opened. */
  readonly policy?: string;
}

interface DocumentOperations<View> {
  /** By name, without those that cannot be read as they are stored. */
  list(): Promise<readonly View[]>;
  /** Those. */
  unreadable(): Promise<readonly UnreadableView[]>;
  get(name: string): Promise<View>;
  /** The document as YAML, with every setting spelled out; a given revision, otherwise the newest. */
  export(name: string, revision?: number): Promise<string>;
  /** Checks everything that can be checked without signing in; stores nothing. */
  validate(document: DocumentText): Promise<DiffView & { readonly warnings: readonly string[] }>;
  /**
   * Stores the document as a new revision, or nothing when it says the same. Its id decides which document it is,
   * so a new name in the file renames. With `expectedRevision` somebody else's change meanwhile is refused.
   */
  apply(document: DocumentText, expectedRevision?: number): Promise<ApplyView>;
  /** Newest first. */
  history(name: string): Promise<readonly RevisionView[]>;
  /** Between two revisions: `to` defaults to the newest, `from` to the one before `to`. */
  diff(name: string, from?: number, to?: number): Promise<DiffView>;
  /** What applying this document would change. */
  diffWith(document: DocumentText): Promise<DiffView>;
  rename(name: string, newName: string): Promise<View>;
}

export interface EnvironmentOperations extends DocumentOperations<EnvironmentView> {
  /** Refused while policies belong to it. */
  remove(name: string): Promise<void>;
  /** Signs in and tries every right; a refused one is an answer, not an error. */
  probe(name: string, signal?: AbortSignal, options?: ProbeOptions): Promise<ProbeView>;
  /** Tells each program that the environment names a test announcement, once; a refusal is an answer, not an error. */
  testAnnouncement(name: string, signal?: AbortSignal): Promise<ProbeView>;
  /**
   * Looks with Autodiscover for Exchange on-premises, also where the environment names the address already. Finding
   * nothing is an answer, not an error. With `save` the address found is written into the environment.
   */
  search(
    name: string,
    options?: { readonly save?: boolean },
    signal?: AbortSignal,
  ): Promise<ExchangeSearchView>;
  /** For the destination that the environment names now; changing the destination discards it. */
  setCertificate(name: string, thumbprint: string): Promise<EnvironmentView>;
  /** On-premises, for the servers and accounts that the environment names now; changing these discards it. */
  setPassword(name: string, use: PasswordUse, password: string): Promise<EnvironmentView>;
}

export interface PolicyOperations extends DocumentOperations<PolicyView> {
  /** Gets a new id; is disabled until somebody enables it. */
  clone(name: string, newName: string): Promise<PolicyView>;
  setEnabled(name: string, enabled: boolean): Promise<PolicyView>;
  /** How many mailboxes the policy wrote to and has not emptied since. */
  writtenMailboxes(name: string): Promise<number>;
  /**
   * With `removeContacts` the policy is disabled, and a clean-up run first empties the mailboxes. The policy stays when
   * that run ends with errors or waits for an approval; once it was approved and carried out, the policy is removed by
   * asking again.
   */
  remove(
    name: string,
    options: { readonly removeContacts: boolean },
    signal?: AbortSignal,
  ): Promise<{ readonly removed: boolean; readonly run: RunView | undefined }>;
  /** Which mailboxes the policy would fill now, and how many the license allows. */
  count(name: string, signal?: AbortSignal): Promise<CountView>;
  /** Why this contact is, or is not, in this mailbox. */
  explain(
    name: string,
    question: { readonly mailbox: string; readonly contact: string },
    signal?: AbortSignal,
  ): Promise<ExplainView>;
}

export interface CertificateRequest {
  readonly subject: string;
  readonly friendlyName: string;
  readonly keySize: 2048 | 3072 | 4096;
  readonly days: number;
}

export type CertificateFile =
  | { readonly format: 'pfx'; readonly base64: string; readonly password: string }
  | { readonly format: 'pem'; readonly text: string; readonly password?: string };

export interface CertificateOperations {
  list(): Promise<readonly CertificateView[]>;
  /** Self-signed; the public part is also written to the certificate directory. */
  create(request: CertificateRequest): Promise<CertificateView & { readonly file: string }>;
  import(file: CertificateFile, friendlyName?: string): Promise<CertificateView>;
  /** The public part as DER, base64. By thumbprint or an unambiguous beginning of it. */
  export(thumbprint: string): Promise<{ readonly thumbprint: string; readonly base64: string }>;
  /** Refused while an environment uses it. */
  remove(thumbprint: string): Promise<void>;
}

export interface RunSelection {
  readonly policy?: string;
  readonly states?: readonly RunStateView[];
  readonly kinds?: readonly RunKindView[];
  readonly limit?: number;
  /** Also what each run took and what was foretold. */
  readonly withTimes?: boolean;
}

export interface CleanUpRequest {
  /** Where; otherwise where the policy belongs, or belonged when it last ran. */
  readonly environment?: string;
  /** One that is no longer stored by its id. */
  readonly policy: string;
  /** By address; nothing given: all that the policy wrote to. */
  readonly mailboxes?: readonly string[];
  /**
   * Also looks for the policy's mark in every mailbox of the environment (or in these), whatever is remembered here. A
   * policy that is not stored is always searched for where the environment is named.
   */
  readonly isSearching?: boolean;
  /** What it wrote into Contacts itself, which only a policy with `folder.useDefaultContacts` did. */
  readonly inContacts?: boolean;
  readonly mode: 'run' | 'test';
}

export interface LeftoversRequest {
  readonly environment: string;
  /** By address; nothing given: all mailboxes of the environment. */
  readonly mailboxes?: readonly string[];
  /** At least one rule; an item is recognized by any of them. */
  readonly rules: LeftoverRulesView;
  readonly mode: 'run' | 'test';
}

export interface RunOperations {
  /**
   * Begins a run and returns when it has; `events` follows it. A document instead of a name is stored first, except
   * for a test run, which uses it as it is and stores nothing of it. `repairs`: a verify run of the policy; the mailboxes
   * in which it found something to repair are read in full and every contact in them is compared.
   */
  start(request: {
    readonly policy: string | DocumentText;
    readonly mode: 'run' | 'test';
    readonly repairs?: string;
  }): Promise<RunView>;
  /**
   * Begins a verify run: every mailbox that the policy filled, or these, is read in full and compared with what was
   * written. Nothing is written, and the source is not read.
   */
  verify(request: { readonly policy: string; readonly mailboxes: readonly string[] }): Promise<RunView>;
  /** Releases the stored plan with this digest. */
  approve(run: string, digest: string): Promise<RunView>;
  /** Writes back what a run changed, except what users changed since; all mailboxes, or these. */
  rollback(request: {
    readonly run: string;
    readonly mailboxes: readonly string[];
    readonly mode: 'run' | 'test';
  }): Promise<RunView>;
  /** Looks into mailboxes, all or these, for what carries our mark, of whatever policy; writes nothing. */
  scan(
    environment: string,
    signal?: AbortSignal,
    options?: { readonly mailboxes?: readonly string[] },
  ): Promise<ScanView>;
  /** Removes what one policy wrote. Where more mailboxes are emptied than its brake allows the plan waits. */
  cleanUp(request: CleanUpRequest): Promise<RunView>;
  /**
   * Moves what other tools left to Deleted Items, as far as these rules recognize it; what carries a mark of ours stays.
   * The plan always waits for an approval.
   */
  cleanUpLeftovers(request: LeftoversRequest): Promise<RunView>;
  /**
   * Ends a run of this process, or one that waits for an approval. A run of another process is asked to end and does so
   * within seconds: the answer shows it under way still. Idempotent.
   */
  cancel(run: string): Promise<RunView>;
  /** Newest first. */
  list(selection: RunSelection): Promise<readonly RunView[]>;
  get(run: string): Promise<RunView>;
  /** What happened and what happens, until the run has ended or waits. */
  events(run: string, signal?: AbortSignal): AsyncIterable<RunEventView>;
  report(run: string): Promise<ReportView>;
  /** Mailbox by mailbox, in the order of planning; all, or the one with this address. */
  plan(run: string, mailbox?: string): AsyncIterable<MailboxPlanView>;
}

export interface SettingsOperations {
  /** What a new environment on-premises begins with. */
  exchangeDefaults(): Promise<ExchangeDefaultsView>;
  setExchangeDefaults(defaults: ExchangeDefaultsView): Promise<ExchangeDefaultsView>;
  service(): Promise<ServiceSettingsView>;
  /** A service that runs heeds it from its next turn on. */
  setService(settings: ServiceSettingsView): Promise<ServiceSettingsView>;
}

/** What is kept of ended runs; runs under way or waiting are never touched. */
export interface HousekeepingOperations {
  retention(): Promise<RetentionView>;
  /** Refused where something would be kept shorter than what needs it. */
  setRetention(changes: Partial<RetentionView>): Promise<RetentionView>;
  /** Removes what is older than that; `isTest`: only counts it. Runs do the same at their end, once a day. */
  prune(options: { readonly isTest: boolean }): Promise<PrunedView>;
}

export interface LicenseOperations {
  show(): Promise<LicenseUseView>;
  /** A license that does not verify or has expired is refused, and the one in force stays. */
  add(file: DocumentText): Promise<LicenseUseView>;
  /** Back to the trial, as far as it has come. */
  remove(): Promise<{ readonly removed: boolean; readonly license: LicenseUseView }>;
}

/** Mails about runs: noted when a run ends, sent by the same process, tried again until they are sent or given up. */
export interface ReportOperations {
  /** Newest first; those that the policies did not want are left out. */
  list(selection?: { readonly run?: string; readonly limit?: number }): Promise<readonly ReportMailView[]>;
  /** What the mail about a run says, whether it was sent or is wanted or not. Sends nothing. */
  compose(
    run: string,
    options?: {
      readonly language?: 'en' | 'de';
      readonly detail?: 'numbers' | 'mailboxes' | 'contacts';
    },
  ): Promise<ComposedReportView>;
  /**
   * Sends what is due, also alerts. With `isForced` what waits for its next try too, and what was given up. A mail that
   * cannot be sent is an answer, not an error.
   */
  send(options?: { readonly isForced?: boolean }, signal?: AbortSignal): Promise<SentReportsView>;
}

/** A person is named by mail address, full name or id: everybody whom the latest runs knew. */
export interface PeopleOperations {
  /** Mailboxes that hold contacts of the person; `isReading`: look into them instead of into the ledger. */
  where(
    request: { readonly person: string; readonly isReading?: boolean },
    signal?: AbortSignal,
  ): Promise<WhereView>;
  /** From now on no policy selects the person, until released. Deletes nothing by itself. Idempotent. */
  withhold(person: string): Promise<PersonView>;
  /** Begins a run that removes the person, and nobody else, from the mailboxes of one policy, also a removed one. */
  remove(request: {
    readonly person: string;
    readonly policyId: string;
    readonly mode: 'run' | 'test';
  }): Promise<RunView>;
  /** Longest withheld first. */
  withheld(): Promise<readonly WithheldView[]>;
  release(person: string): Promise<PersonView>;
}

/** Metrics, health and readiness over HTTP while the service runs. */
export interface MonitoringRequest {
  /** `127.0.0.1:9464`, `[::1]:9464`, or a port alone. */
  readonly address: string;
  /** Names under which it may be asked, beside addresses and localhost. */
  readonly hosts: readonly string[];
}

export interface MonitoringView {
  readonly url: string;
  readonly isForThisComputerOnly: boolean;
}

export interface ServiceOperations {
  /**
   * Runs enabled policies by their schedules until the signal; then ends the runs in hand, whose policies stay queued
   * for the next start. Rejects with 17050 when another process serves the data directory.
   */
  serve(
    signal: AbortSignal,
    onReady?: (monitoring?: MonitoringView) => void,
    monitoring?: MonitoringRequest,
  ): Promise<void>;
  /** In their order. */
  queue(): Promise<readonly QueuedView[]>;
  /** The coming days (31 at most) of all enabled policies, with their turns in the queue as their latest runs let expect. */
  upcoming(days: number): Promise<UpcomingView>;
}

export interface CopyRequest {
  readonly environment: string;
  /** Names from the top of the public folders down. */
  readonly path: readonly string[];
  readonly includeSubfolders: boolean;
  /** By any of its addresses. */
  readonly mailbox: string;
  /** Below Contacts; otherwise the name of the public folder. */
  readonly targetFolder?: string;
  /** A test writes nothing. */
  readonly mode: 'run' | 'test';
  /** Copies that somebody deleted in the mailbox are made again. */
  readonly restoreDeleted?: boolean;
}

export interface UndoCopyRequest {
  readonly environment: string;
  /** By any of its addresses. */
  readonly mailbox: string;
  /** Below Contacts, as it was named when it was copied. */
  readonly targetFolder: string;
  /** A test writes nothing. */
  readonly mode: 'run' | 'test';
}

export interface PublicFolderOperations {
  /**
   * Copies the contacts of a public folder into a folder of a mailbox: what is missing there is made, what changed at the
   * original is written over what nobody changed in the copy, what was deleted there stays deleted, and nothing else is.
   * May be repeated, also after an interruption. The plan is told before anything is written, the end last.
   */
  copy(request: CopyRequest, signal?: AbortSignal): AsyncIterable<CopyEventView>;
  /**
   * Moves the copies in a folder that nobody changed to Deleted Items, and the folders with nothing left in them. The
   * public folder is not asked. The plan is told before anything is written, the end last.
   */
  undoCopy(request: UndoCopyRequest, signal?: AbortSignal): AsyncIterable<UndoEventView>;
}

export interface Operations {
  readonly environments: EnvironmentOperations;
  readonly policies: PolicyOperations;
  readonly certificates: CertificateOperations;
  readonly runs: RunOperations;
  readonly settings: SettingsOperations;
  readonly people: PeopleOperations;
  readonly publicFolders: PublicFolderOperations;
  readonly service: ServiceOperations;
  readonly licenses: LicenseOperations;
  readonly housekeeping: HousekeepingOperations;
  readonly reports: ReportOperations;
  /** How many records were forgotten. Harmless: the next run reads the mailboxes again. */
  forgetLedger(policy?: string, mailbox?: string): Promise<number>;
  license(): Promise<LicenseView>;
  status(): Promise<StatusView>;
}
