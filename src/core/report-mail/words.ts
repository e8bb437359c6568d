// What a language must be able to say in a mail about a run. One catalog per language; a word that is missing in one is
// an error of the types.

import type { DriftKind } from '../../model/drift.ts';
import type { FailureCode, FailureText } from '../../model/failure-codes.ts';
import type { ChangeReason, PlanNoticeKind } from '../../model/plan.ts';
import type { ExclusionReason, MailboxReport, RunKind, RunState, SkippedMailbox } from '../../model/run.ts';
import type { ChangeRow, Language } from './report-mail.ts';
import { ENGLISH } from './words-english.ts';
import { GERMAN } from './words-german.ts';

/** Numbers arrive as text, written as the language does; the plain number decides between one and many. */
export interface Amount {
  readonly number: number;
  readonly text: string;
}

/** What is worth knowing, and what to do about it; undefined: nothing. */
export interface Remark {
  readonly text: string;
  readonly remedy: string | undefined;
}

export interface ReportWords {
  readonly locale: string;
  readonly kinds: Readonly<Record<RunKind, string>>;
  readonly states: Readonly<Record<RunState, string>>;
  readonly mailboxStates: Readonly<Record<MailboxReport['state'] | 'notReached' | 'notFinished', string>>;
  readonly changes: Readonly<Record<ChangeRow['change'], string>>;
  readonly reasons: Readonly<Record<ChangeReason, string>>;
  readonly outcomes: Readonly<Record<ChangeRow['outcome'], string>>;
  readonly exclusions: Readonly<Record<ExclusionReason, string>>;
  readonly skipped: Readonly<Record<SkippedMailbox['reason'], Remark>>;
  readonly notices: Readonly<Record<PlanNoticeKind, Remark>>;
  readonly drift: Readonly<Record<DriftKind, string>>;
  readonly labels: {
    readonly started: string;
    readonly ended: string;
    readonly took: string;
    readonly source: string;
    readonly leftOut: string;
    readonly mailboxes: string;
    readonly contacts: string;
    readonly created: string;
    readonly adopted: string;
    readonly updated: string;
    readonly deleted: string;
    readonly handedOver: string;
    readonly failed: string;
    readonly unknown: string;
    readonly photos: string;
    readonly joined: string;
    readonly left: string;
    readonly stateBefore: string;
    readonly tried: string;
    readonly lastSuccess: string;
    readonly lastRun: string;
  };
  readonly titles: {
    readonly numbers: string;
    readonly plan: string;
    readonly sinceLastRun: string;
    readonly brake: string;
    readonly problems: string;
    readonly remarks: string;
    readonly mailboxes: string;
    readonly changes: string;
    readonly drift: string;
    readonly driftLeft: string;
  };
  readonly verified: (mailboxes: Amount) => string;
  readonly repair: string;
  readonly heads: {
    readonly mailboxes: readonly [who: string, what: string];
    readonly changes: readonly [who: string, what: string];
  };
  readonly csv: {
    readonly separator: ',' | ';';
    readonly head: readonly string[];
    readonly cut: (more: number) => string;
    readonly fileName: string;
  };
  readonly subject: (policy: string, headline: string) => string;
  readonly headline: {
    readonly failed: string;
    readonly interrupted: string;
    readonly cancelled: string;
    readonly superseded: string;
    readonly waits: string;
    readonly withErrors: (changes: Amount) => string;
    readonly changes: (changes: Amount) => string;
    readonly noChange: string;
    readonly drift: (contacts: Amount, mailboxes: Amount, all: Amount) => string;
    readonly noDrift: (all: Amount) => string;
  };
  readonly selected: (selected: Amount, objects: Amount) => string;
  readonly filled: (targets: Amount, found: Amount, leaving: Amount) => string;
  readonly rolledBackMailboxes: (targets: Amount) => string;
  readonly before: (text: string) => string;
  readonly names: (names: readonly string[], more: number) => string;
  readonly photosWritten: (written: Amount, removed: Amount, failed: Amount) => string;
  /** Who finds out what became of writes whose outcome is unknown. */
  readonly whoLooks: Readonly<Record<'run' | 'rollback' | 'cleanup', string>>;
  /** After a number of contacts. */
  readonly withUnknownOutcome: string;
  readonly sourceIncomplete: Remark;
  readonly mailboxesIncomplete: Remark;
  readonly brake: {
    readonly intro: string;
    readonly people: (count: Amount, base: Amount, limit: string) => string;
    readonly mailboxes: (count: Amount, base: Amount, limit: string) => string;
    /** Of a clean-up: by order, not because they left. */
    /** `limit` undefined: none is too few. */
    readonly emptied: (count: Amount, base: Amount, limit: string | undefined) => string;
    readonly mailbox: (mailbox: string, count: Amount, base: Amount, limit: string) => string;
    /** Where nobody is named. */
    readonly someMailbox: string;
    readonly approve: string;
    readonly otherwise: string;
    /** Of a clean-up, up to the run. */
    readonly otherwiseCancel: string;
  };
  /** "3 × 15010 The mailbox …" */
  readonly times: (count: Amount, text: string) => string;
  readonly mailboxCount: (count: Amount, text: string) => string;
  readonly more: (count: Amount) => string;
  readonly csvAttached: Readonly<Record<'whole' | 'cut', string>>;
  readonly duration: (seconds: number) => string;
  readonly footer: (run: string, revision: number, environment: string) => readonly string[];
  readonly notBegun: {
    readonly headline: string;
    readonly summary: (policy: string) => string;
    readonly footer: (environment: string) => readonly string[];
  };
  readonly alert: {
    readonly headline: (days: number) => string;
    readonly summary: (days: number, policy: string) => string;
    readonly never: string;
    readonly noRun: string;
    readonly remedyTitle: string;
    readonly remedy: string;
    readonly footer: (environment: string) => readonly string[];
  };
  /** undefined: not translated; the English text stands instead. */
  readonly failure: (code: FailureCode) => Pick<FailureText, 'sentence' | 'remedy'> | undefined;
}

const CATALOGS: Readonly<Record<Language, ReportWords>> = { en: ENGLISH, de: GERMAN };

export const wordsOf = (language: Language): ReportWords => CATALOGS[language];
