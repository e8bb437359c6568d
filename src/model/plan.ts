// What will be done to one mailbox, and what became of it. Plain JSON, stored with the run; it refers to mapped
// contacts by source object id instead of copying them.

import type { ContactProperties, ContactProperty } from './contact.ts';
import type { Failure } from './failure.ts';
import type { FurtherChange } from './further-properties.ts';
import type { FolderId, ItemId, MailboxId, PolicyId, SourceObjectId } from './ids.ts';
import type { OwnershipMark } from './mailbox.ts';

export type FolderAction =
  | { readonly kind: 'create'; readonly key: string; readonly name: string }
  | { readonly kind: 'adopt'; readonly key: string; readonly folderId: FolderId; readonly name: string }
  | {
      readonly kind: 'rename';
      readonly key: string;
      readonly folderId: FolderId;
      readonly from: string;
      readonly name: string;
    }
  /** Soft, and only if nothing is left in it at that moment. */
  | { readonly kind: 'remove'; readonly key: string; readonly folderId: FolderId; readonly name: string };

export interface FieldChange {
  readonly property: ContactProperty;
  readonly from: string;
  /** '' clears the field. */
  readonly to: string;
  /** The policy that the value comes from, where it is another than the one that writes. */
  readonly of?: PolicyId;
}

export const CHANGE_REASONS = [
  'new',
  'changedAtSource',
  'editedInMailbox',
  'markOnly',
  'restored',
  'adopted',
  'lostMark',
  'movedToSubfolder',
  'leftSelection',
  'markedNoContactSync',
  'personRemoved',
  'graceOver',
  'mailboxLeft',
  'ownObject',
  'mergedIntoOtherPolicy',
  'policyRemoved',
  'leftoverFolder',
  'leftoverCategory',
  'leftoverFileAs',
  'rollback',
] as const;
export type ChangeReason = (typeof CHANGE_REASONS)[number];

export type ContactChange =
  | {
      readonly kind: 'create';
      readonly sourceObjectId: SourceObjectId;
      readonly folderKey: string;
      readonly reason: ChangeReason;
    }
  | {
      readonly kind: 'update';
      readonly sourceObjectId: SourceObjectId;
      readonly itemId: ItemId;
      readonly version: string;
      /** Empty: only the mark is written. */
      readonly fields: readonly FieldChange[];
      readonly reason: ChangeReason;
    }
  | {
      /** The item carries no mark yet and gets ours. */
      readonly kind: 'adopt';
      readonly sourceObjectId: SourceObjectId;
      readonly itemId: ItemId;
      readonly version: string;
      readonly fields: readonly FieldChange[];
      readonly reason: ChangeReason;
    }
  | {
      readonly kind: 'delete';
      readonly sourceObjectId: SourceObjectId;
      readonly itemId: ItemId;
      readonly version: string;
      readonly mode: 'hard' | 'soft';
      readonly reason: ChangeReason;
      /** For reports: the mapped contact is gone. */
      readonly label: string;
      /** Of an item that another tool left: the path of its folder, and the rule that recognized it. */
      readonly leftover?: { readonly folder: string; readonly rule: string };
    }
  | {
      /** The mark is taken off; the contact is the user's from now on. */
      readonly kind: 'handOver';
      readonly sourceObjectId: SourceObjectId;
      readonly itemId: ItemId;
      readonly version: string;
      readonly reason: ChangeReason;
      readonly label: string;
      /** A copy that the user made: it must have lost the mark before its original goes. */
      readonly isCopy?: true;
    };

export const PLAN_NOTICES = [
  'folderRefused',
  'folderRenamedByUser',
  'newerMark',
  'copyLeftAlone',
  'userValueKept',
  'contested',
  'userDeletionRespected',
  'lostMarkLeftAlone',
  'deletionsHeldBack',
  'graceRunning',
  'editedContactKept',
  'samePersonOfOtherPolicy',
  'writtenByOtherPolicy',
  'waitsForOtherPolicy',
  'ambiguousAddress',
  'changedSinceRun',
] as const;
export type PlanNoticeKind = (typeof PLAN_NOTICES)[number];

export interface PlanNotice {
  readonly kind: PlanNoticeKind;
  readonly count: number;
  /** Up to ten examples. */
  readonly sourceObjectIds?: readonly SourceObjectId[];
  readonly properties?: readonly ContactProperty[];
  /** Names of the other policies that the notice is about. */
  readonly policies?: readonly string[];
}

export interface PlanCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly handOver: number;
  readonly adopt: number;
  readonly keep: number;
  readonly foreign: number;
}

export interface ContactPlan {
  readonly mailboxId: MailboxId;
  readonly primarySmtpAddress: string;
  readonly policyId: PolicyId;
  readonly purpose: 'fill' | 'empty';
  readonly folders: readonly FolderAction[];
  /** In the order in which they are applied: deletions last, so that a stop half way never loses a person. */
  readonly changes: readonly ContactChange[];
  readonly counts: PlanCounts;
  /** Managed contacts of this policy found in the folder: the brake's base. */
  readonly managedCount: number;
  readonly notices: readonly PlanNotice[];
  /** Ids newly found to have been deleted by the user, to be remembered when the policy respects that. */
  readonly respectedDeletions: readonly SourceObjectId[];
  /** Digest of what the other policies of the folder wanted; only where policies are merged. */
  readonly offersDigest?: string;
}

/** One write as a target understands it: everything is named, nothing is looked up. */
export type TargetChange =
  | {
      readonly kind: 'create';
      readonly folderId: FolderId;
      readonly properties: ContactProperties;
      readonly mark: OwnershipMark;
      readonly further?: FurtherChange;
    }
  | {
      readonly kind: 'update' | 'adopt';
      readonly itemId: ItemId;
      readonly version: string;
      /** '' clears. */
      readonly set: Readonly<Partial<Record<ContactProperty, string>>>;
      /**
       * The whole contact as it will stand after this change. Protocols that replace a group of properties at once
       * (Graph: phone lists, e-mail addresses, postal addresses) take the unchanged neighbors from here.
       */
      readonly whole: ContactProperties;
      readonly mark: OwnershipMark;
      readonly further?: FurtherChange;
    }
  | {
      readonly kind: 'delete';
      readonly itemId: ItemId;
      readonly version: string;
      readonly mode: 'hard' | 'soft';
    }
  | { readonly kind: 'handOver'; readonly itemId: ItemId; readonly version: string };

/** What became of one change. `unknown`: the answer was lost, the write may have happened: read again first. */
export type ChangeOutcome =
  | { readonly status: 'applied'; readonly itemId: ItemId; readonly version: string }
  | { readonly status: 'conflict' }
  | { readonly status: 'gone' }
  | { readonly status: 'refused'; readonly failure: Failure }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'unknown'; readonly failure: Failure };
