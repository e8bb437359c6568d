// What becomes of a managed contact that is no longer wanted.

import type { SourceObjectId } from '../model/ids.ts';
import type { ManagedContact } from '../model/mailbox.ts';
import type { ChangeReason, ContactChange, PlanNoticeKind } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import type { OwnContact } from './match-contacts.ts';
import { isEditedByUser } from './plan-fields.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface RemovalInput {
  readonly policy: Policy;
  readonly purpose: 'fill' | 'empty';
  /** false: the source or the mailbox list was read incompletely. */
  readonly mayDelete: boolean;
  readonly undecided: ReadonlySet<SourceObjectId>;
  readonly markedNoContactSync: ReadonlySet<SourceObjectId>;
  /** Ordered to be removed everywhere: no strategy, no grace and no incomplete reading stands against that. */
  readonly withheld: ReadonlySet<SourceObjectId>;
  readonly ownerId: SourceObjectId | undefined;
  readonly departures: ReadonlyMap<SourceObjectId, string>;
  /** ISO 8601. */
  readonly now: string;
  /** Whose place another policy's contact takes: whether that stands in the folder already. */
  readonly replaced?: ReadonlyMap<SourceObjectId, 'stands' | 'awaited'>;
  /** Also removed: a policy that is deleted takes its contacts along. */
  readonly emptyReason: ChangeReason;
}

export type RemovalVerdict =
  | { readonly keep: PlanNoticeKind | undefined }
  | { readonly remove: ChangeReason };

/** Whether it goes, and why; needs no reading of the contact. */
export function decideRemoval(input: RemovalInput, id: SourceObjectId): RemovalVerdict {
  const { deletion, contact } = input.policy;
  if (input.withheld.has(id)) return { remove: 'personRemoved' };
  if (input.purpose === 'empty') {
    if (!input.mayDelete) return { keep: 'deletionsHeldBack' };
    if (deletion.mailboxLeft === 'leave' && input.emptyReason === 'mailboxLeft') return { keep: undefined };
    return input.replaced?.get(id) === 'awaited'
      ? { keep: 'waitsForOtherPolicy' }
      : { remove: input.emptyReason };
  }
  if (!input.mayDelete) return { keep: 'deletionsHeldBack' };
  // Nobody says that they left: there is nothing to report.
  if (input.undecided.has(id)) return { keep: undefined };
  if (id === input.ownerId && !contact.includeOwn) return { remove: 'ownObject' };
  // The administrator marked the person: no strategy and no grace stands against that.
  if (input.markedNoContactSync.has(id)) return { remove: 'markedNoContactSync' };
  // The person stays, in another contact: no strategy is about that, and nobody is missing in between.
  const replaced = input.replaced?.get(id);
  if (replaced !== undefined)
    return replaced === 'stands' ? { remove: 'mergedIntoOtherPolicy' } : { keep: 'waitsForOtherPolicy' };
  if (deletion.strategy === 'never') return { keep: undefined };
  if (deletion.strategy === 'grace') {
    const since = input.departures.get(id);
    const isOver =
      since !== undefined && Date.parse(input.now) - Date.parse(since) >= deletion.graceDays * DAY_MS;
    return isOver ? { remove: 'graceOver' } : { keep: 'graceRunning' };
  }
  return { remove: 'leftSelection' };
}

/** The user edited or enriched it, or it was not read and might have been. */
export function mayHoldUserData(contact: ManagedContact): boolean {
  return (
    contact.properties === undefined ||
    contact.hasOtherData === true ||
    isEditedByUser(contact.mark.fieldFingerprints, contact.properties)
  );
}

/**
 * How it goes. A contact that is wholly ours is purged; one that the user edited or enriched is handed over or goes to
 * Deleted Items, never further. A person who was ordered to be removed is not left to the user.
 */
export function removalChange(policy: Policy, contact: OwnContact, reason: ChangeReason): ContactChange {
  const stored = contact.properties ?? {};
  const isEdited = mayHoldUserData(contact);
  const isOrdered = reason === 'personRemoved';
  const common = {
    sourceObjectId: contact.sourceObjectId,
    itemId: contact.itemId,
    version: contact.version,
    reason,
    label: stored.displayName ?? stored.emailAddress1 ?? stored.companyName ?? '',
  };
  if (isEdited && !isOrdered && policy.deletion.strategy === 'handOver')
    return { kind: 'handOver', ...common };
  return {
    kind: 'delete',
    mode: isEdited || (policy.deletion.keepInDeletedItems && !isOrdered) ? 'soft' : 'hard',
    ...common,
  };
}
