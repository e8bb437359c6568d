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
  /** Pictures that the copies do not have yet. */
  readonly pictures: number;
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
    /** Contacts whose attachments, other than the picture, stay behind. */
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
  /** Changed in the mailbox between reading and writing; the next copy looks at them again. */
  readonly changedMeanwhile: number;
  readonly failures: readonly { readonly failure: FailureView; readonly count: number }[];
}

export type CopyEventView =
  | { readonly type: 'planned'; readonly plan: CopyPlanView }
  | { readonly type: 'progress'; readonly done: number; readonly of: number }
  | { readonly type: 'finished'; readonly outcome: CopyOutcomeView };
