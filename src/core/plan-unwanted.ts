// What is not wanted in a mailbox any more: contacts of ours, copies that lose their original, remains of a move.

import type { ContactChange } from '../model/plan.ts';
import type { OwnContact } from './match-contacts.ts';
import { type PlanContext, wantedOf } from './plan-context.ts';
import type { NoticeBook } from './plan-notices.ts';
import { decideRemoval, removalChange } from './plan-removal.ts';

export function planUnwanted(context: PlanContext, changes: ContactChange[], notices: NoticeBook): void {
  for (const [id, contact] of context.matched.own) {
    if (wantedOf(context, id) !== undefined) continue;
    const verdict = decideRemoval(context, id);
    if ('keep' in verdict) {
      if (verdict.keep !== undefined) notices.add(verdict.keep, id);
      continue;
    }
    const change = removalChange(context.policy, contact, verdict.remove);
    if (change.kind === 'handOver' || (change.kind === 'delete' && change.mode === 'soft')) {
      notices.add('editedContactKept', id);
    }
    changes.push(change);
  }
}

/**
 * A copy is the user's and is left alone. When its original goes, the mark that it inherited is taken off: otherwise
 * the next run would find it alone, take it for the original and delete it.
 */
export function planCopies(context: PlanContext, changes: ContactChange[], notices: NoticeBook): void {
  for (const copy of context.matched.copies) {
    notices.add('copyLeftAlone', copy.sourceObjectId);
    if (!losesOriginal(context, copy)) continue;
    const { itemId, version, sourceObjectId, properties } = copy;
    const verdict = decideRemoval(context, sourceObjectId);
    if ('keep' in verdict) continue;
    const label = properties?.displayName ?? '';
    const { remove: reason } = verdict;
    changes.push({ kind: 'handOver', sourceObjectId, itemId, version, reason, label, isCopy: true });
  }
}

/** A move to another sub-folder was cut off between making the new contact and deleting the old one. */
export function planLeftovers(context: PlanContext, changes: ContactChange[], notices: NoticeBook): void {
  for (const leftover of context.matched.leftovers) {
    const id = leftover.sourceObjectId;
    if (!context.mayDelete) notices.add('deletionsHeldBack', id);
    else changes.push(removalChange(context.policy, leftover, 'movedToSubfolder'));
  }
}

export function losesOriginal(context: PlanContext, copy: OwnContact): boolean {
  const id = copy.sourceObjectId;
  return wantedOf(context, id) === undefined && 'remove' in decideRemoval(context, id);
}
