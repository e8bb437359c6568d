// The end of a batch of writes: an outcome for every change in input order, what is remembered of it, and whether it was
// the mailbox that refused.

import { Failure } from '../../model/failure.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import type { SeenItems } from './seen-items.ts';
import type { Outcomes } from './settle-writes.ts';

/** Throws where nothing was written because the mailbox as a whole cannot be used. */
export function concludeWrites(
  changes: readonly TargetChange[],
  outcomes: Outcomes,
  seen: SeenItems,
): readonly ChangeOutcome[] {
  const inOrder = changes.map(
    (_, index): ChangeOutcome =>
      outcomes.get(index) ?? { status: 'unknown', failure: new Failure('answerLost') },
  );
  remember(seen, changes, inOrder);
  throwIfMailboxRefuses(inOrder);
  return inOrder;
}

function remember(
  seen: SeenItems,
  changes: readonly TargetChange[],
  outcomes: readonly ChangeOutcome[],
): void {
  for (const [index, change] of changes.entries()) {
    const outcome = outcomes[index];
    if (change.kind !== 'create') seen.forget(change.itemId);
    if (outcome?.status !== 'applied' || change.kind === 'delete' || change.kind === 'handOver') continue;
    seen.add(outcome.itemId, outcome.version);
  }
}

/** Every change failed for the same reason, and for none that lies in a contact. */
function throwIfMailboxRefuses(outcomes: readonly ChangeOutcome[]): void {
  const failures = outcomes.flatMap((outcome) => ('failure' in outcome ? [outcome.failure] : []));
  const [first] = failures;
  if (first === undefined || failures.length < outcomes.length || first.code === 'answerLost') return;
  if (failures.every((failure) => failure.facts.scope !== 'contact' && failure.code === first.code))
    throw first;
}
