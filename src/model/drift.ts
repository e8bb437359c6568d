// What a verify run found in one mailbox: where it differs from what we wrote there.

import type { ContactProperty } from './contact.ts';
import type { SourceObjectId } from './ids.ts';

export const DRIFT_KINDS = [
  /** Written, and not in the folder any more. */
  'missing',
  /** The same, and its item with our mark stands in another contact folder of the mailbox. */
  'movedAway',
  /** Holds other values than we wrote, in properties that the policy sets back. */
  'edited',
  /** Lies in another sub-folder than the one we put it into. */
  'wrongFolder',
  /** The person has a second contact here: ours by the ledger, or another policy's. */
  'twice',
  /** There, but without its mark: nobody can tell it from the user's own. */
  'lostMark',
  /** Its mark does not say any more what was written. */
  'damagedMark',
  /** The ledger says something else than the mailbox. */
  'staleLedger',
  'folderGone',
  'folderUnmarked',
  'folderRenamed',
  /** Holds other values than we wrote, or more, in properties that the policy leaves to the user. */
  'userValue',
  /** Values that the mailbox keeps changing back; runs gave up writing them. */
  'contested',
  /** A second item with the same mark, made by the user. */
  'copied',
  /** Our mark in another contact folder of the mailbox: a copy, or what was moved there before we wrote it anew. */
  'copiedAway',
] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

export interface DriftFinding {
  readonly kind: DriftKind;
  /** undefined: it is about a folder. */
  readonly sourceObjectId?: SourceObjectId;
  /** Key of the folder where it lies, or lay; '' is the contact folder itself. */
  readonly folderKey: string;
  /** Not in our folder but there: names from below Contacts down; empty: Contacts itself. */
  readonly elsewhere?: readonly string[];
  readonly properties?: readonly ContactProperty[];
  /** true: the policy's rules leave it as it is, and a repair does too. */
  readonly isLeft: boolean;
}

export type DriftCounts = Readonly<Partial<Record<DriftKind, number>>>;

export interface MailboxDrift {
  /** Managed contacts of the policy that stand there, copies not counted. */
  readonly contacts: number;
  readonly foreign: number;
  /** Something is to be repaired, be it only a folder. */
  readonly differs: boolean;
  /** People with something that a repair would change. */
  readonly differing: number;
  /** People with something that is left as it is. */
  readonly left: number;
  /** Of what is to be repaired. */
  readonly counts: DriftCounts;
  readonly leftCounts: DriftCounts;
  /** The first of them; the counts have all. */
  readonly findings: readonly DriftFinding[];
  /** Whom we wrote is known from the ledger, only from the last selection, or not at all: then nobody can be missing. */
  readonly missingBy: 'ledger' | 'lastSelection' | 'nothing';
}

/** Of all mailboxes of a verify run. */
export interface DriftReport {
  readonly mailboxes: number;
  readonly mailboxesDiffering: number;
  readonly contacts: number;
  readonly differing: number;
  readonly left: number;
  readonly counts: DriftCounts;
  readonly leftCounts: DriftCounts;
}
