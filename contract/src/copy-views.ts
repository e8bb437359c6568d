// What copying a public folder tells: the plan, how far it is, and what became of it.

import type { FailureView } from './operation-error.ts';

export interface CopyPlanView {
  readonly path: readonly string[];
  readonly mailbox: string;
  /** As it is, or will be, called in the mailbox. */
  readonly targetFolder: string;
  /** Contacts that were read. */
  readonly contacts: number;
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  /** Copied before, and deleted in the mailbox since; they stay deleted. */
  readonly leftDeleted: number;
  /** Copies whose picture is compared with the original's. */
  readonly pictures: number;
  /** Copies that get attachments. */
  readonly withFiles: number;
  /** Copies with a value that changed at the original and was changed by a user too; theirs stays. */
  readonly keptForUser: number;
  /** Copies whose original was not read; they stay. */
  readonly withoutOriginal: number;
  readonly notCarried: {
    readonly contactLists: number;
    /** Items that are no contacts at all. */
    readonly otherItems: number;
    /** What a policy wrote into the public folder. */
    readonly ofPolicies: number;
    /** Contacts with attachments, other than the picture, of which some stay behind. */
    readonly withAttachments: number;
    /** Contacts with a value that is longer than a contact of ours may hold. */
    readonly cut: number;
  };
  /** Why something is missing in what was read. */
  readonly gaps: readonly FailureView[];
}

export interface CopyOutcomeView {
  readonly created: number;
  readonly updated: number;
  readonly pictures: number;
  readonly files: number;
  /** Contacts whose notes lost their format. */
  readonly withoutFormat: number;
  /** Changed in the mailbox between reading and writing; the next copy looks at them again. */
  readonly changedMeanwhile: number;
  readonly failures: readonly { readonly failure: FailureView; readonly count: number }[];
}

/** What taking a copy back would remove. */
export interface UndoPlanView {
  readonly mailbox: string;
  readonly targetFolder: string;
  /** `missing`: the mailbox has no such folder. `notCopied`: it has one, and no copying made it or left anything in it. */
  readonly folder: 'copied' | 'notCopied' | 'missing';
  /** Names of policies that copy from the folder: their next run finds the contacts gone. */
  readonly readBy: readonly string[];
  readonly remove: number;
  /** Copies that a user changed; they stay. */
  readonly edited: number;
}

export interface UndoOutcomeView {
  readonly removed: number;
  readonly folders: number;
  /** Changed in the mailbox between reading and writing; they stay. */
  readonly changedMeanwhile: number;
  readonly failures: readonly { readonly failure: FailureView; readonly count: number }[];
}

export type UndoEventView =
  | { readonly type: 'planned'; readonly plan: UndoPlanView }
  | { readonly type: 'progress'; readonly done: number; readonly of: number }
  | { readonly type: 'finished'; readonly outcome: UndoOutcomeView };

export type CopyEventView =
  | { readonly type: 'planned'; readonly plan: CopyPlanView }
  | { readonly type: 'progress'; readonly done: number; readonly of: number }
  | { readonly type: 'finished'; readonly outcome: CopyOutcomeView };
