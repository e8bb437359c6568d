// Looks at all plans of a run before the first write and counts people, not copies (specification 5.1.6). Released when
// it gives no reason. The plans stream by, so the count is kept in a tally that is folded plan by plan.

import type { MailboxId, SourceObjectId } from '../model/ids.ts';
import type { ChangeReason, ContactPlan } from '../model/plan.ts';
import type { BrakeLimits } from '../model/policy.ts';
import type { BrakeReason } from '../model/run.ts';

/** Deletions because of the person, as opposed to the mailbox or the folder layout. */
const PERSON_REASONS: ReadonlySet<ChangeReason> = new Set([
  'leftSelection',
  'markedNoContactSync',
  'graceOver',
]);

export interface MailboxTally {
  readonly mailboxId: MailboxId;
  readonly managedCount: number;
  /** Without those of whom it was known from the start that their leaving explains it. */
  readonly peopleDeleted: readonly SourceObjectId[];
  /** People who stay, in the contact of another policy. */
  readonly merged: number;
}

export interface BrakeTally {
  /** People whose contacts would go from at least one mailbox. */
  readonly peopleDeleted: Set<SourceObjectId>;
  readonly graceOver: Set<SourceObjectId>;
  readonly mailboxesEmptied: Set<MailboxId>;
  /** Mailboxes that are filled and would lose somebody. */
  readonly mailboxes: MailboxTally[];
  readonly isExplained: (id: SourceObjectId) => boolean;
}

/**
 * `isExplained`: those whom `engageBrake` will find among the last people. They need not be listed for every mailbox: a
 * filter that lets thousands go from thousands of mailboxes must not fill the memory before the brake can engage.
 */
export function emptyTally(isExplained: (id: SourceObjectId) => boolean = () => false): BrakeTally {
  return {
    peopleDeleted: new Set(),
    graceOver: new Set(),
    mailboxesEmptied: new Set(),
    mailboxes: [],
    isExplained,
  };
}

/** Adds one plan to the tally, in place: there is one tally per run and thousands of plans. */
export function addToTally(tally: BrakeTally, plan: ContactPlan): void {
  const people: SourceObjectId[] = [];
  let merged = 0;
  for (const change of plan.changes) {
    if (change.kind !== 'delete' && change.kind !== 'handOver') continue;
    // It is not ours and stays; counted is its original.
    if (change.kind === 'handOver' && change.isCopy === true) continue;
    if (plan.purpose === 'empty') {
      tally.mailboxesEmptied.add(plan.mailboxId);
      continue;
    }
    if (change.reason === 'mergedIntoOtherPolicy') merged += 1;
    if (!PERSON_REASONS.has(change.reason)) continue;
    if (!tally.isExplained(change.sourceObjectId)) people.push(change.sourceObjectId);
    tally.peopleDeleted.add(change.sourceObjectId);
    if (change.reason === 'graceOver') tally.graceOver.add(change.sourceObjectId);
  }
  if (people.length + merged > 0) {
    tally.mailboxes.push({
      mailboxId: plan.mailboxId,
      managedCount: plan.managedCount,
      peopleDeleted: people,
      merged,
    });
  }
}

export interface BrakeInput {
  readonly limits: BrakeLimits;
  readonly tally: BrakeTally;
  /** Selection and target list of the last completed run, or the union of the marks found when there was none. */
  readonly lastPeople: ReadonlySet<SourceObjectId>;
  readonly lastMailboxes: ReadonlySet<MailboxId>;
}

export function engageBrake(input: BrakeInput): readonly BrakeReason[] {
  const { limits, tally, lastPeople, lastMailboxes } = input;
  const reasons: BrakeReason[] = [];

  // (a) People who left since the last completed run (or whose grace is over) and would now be deleted.
  const leavers = new Set(
    [...tally.peopleDeleted].filter((id) => lastPeople.has(id) || tally.graceOver.has(id)),
  );
  const people = Math.max(lastPeople.size, leavers.size);
  if (leavers.size > limits.maxPeople) {
    reasons.push({
      rule: 'people',
      count: leavers.size,
      base: people,
      limit: limits.maxPeople,
      unit: 'count',
    });
  }
  if (people >= limits.percentFromPeople && isAbove(leavers.size, people, limits.maxPeoplePercent)) {
    reasons.push({
      rule: 'people',
      count: leavers.size,
      base: people,
      limit: limits.maxPeoplePercent,
      unit: 'percent',
    });
  }

  // (b) Mailboxes that left the target list and would now be emptied.
  const emptied = tally.mailboxesEmptied.size;
  const mailboxes = Math.max(lastMailboxes.size, emptied);
  if (emptied > limits.maxMailboxes) {
    reasons.push({
      rule: 'mailboxes',
      count: emptied,
      base: mailboxes,
      limit: limits.maxMailboxes,
      unit: 'count',
    });
  }
  if (isAbove(emptied, mailboxes, limits.maxMailboxesPercent)) {
    reasons.push({
      rule: 'mailboxes',
      count: emptied,
      base: mailboxes,
      limit: limits.maxMailboxesPercent,
      unit: 'percent',
    });
  }

  // (c) Deletions in one mailbox that neither of these explains.
  for (const { mailboxId, managedCount, peopleDeleted, merged } of tally.mailboxes) {
    const unexplained = merged + peopleDeleted.filter((id) => !leavers.has(id)).length;
    if (isAbove(unexplained, managedCount, limits.maxUnexplainedPercentPerMailbox)) {
      reasons.push({
        rule: 'mailbox',
        mailboxId,
        count: unexplained,
        base: managedCount,
        limit: limits.maxUnexplainedPercentPerMailbox,
        unit: 'percent',
      });
    }
  }
  return reasons;
}

function isAbove(count: number, base: number, percent: number): boolean {
  return count > 0 && count * 100 > base * percent;
}
