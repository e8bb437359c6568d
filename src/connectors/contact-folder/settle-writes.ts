// Finds out what became of writes whose refusal leaves it open (busy, timed out, failed behind a gateway): such a refusal
// was now and then seen for a write that had happened, so nothing is repeated before it was looked for.

import { Failure } from '../../model/failure.ts';
import type { FolderId, ItemId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import { isSameMark } from './found-mark.ts';
import type { Existing, MarkedRow } from './look-before-writing.ts';
import type { SeenItems } from './seen-items.ts';

export type Outcomes = Map<number, ChangeOutcome>;

export interface Uncertain {
  readonly change: TargetChange;
  /** Among the changes handed over. */
  readonly index: number;
  /** What the refusal means. */
  readonly failure: Failure;
  /** The store may still be at work, so that what cannot be found may yet come. */
  readonly mayStillHappen: boolean;
}

/** How a protocol looks at what is there now. */
export interface Lookout {
  readonly seen: SeenItems;
  /** In input order; undefined where the item is gone or lies in none of our folders. */
  readRows(ids: readonly ItemId[]): Promise<readonly (MarkedRow | undefined)[]>;
  /** All items among which those made a moment ago must be. */
  readMade(folder: FolderId): Promise<readonly MarkedRow[]>;
}

/** What certainly did not happen stays without an outcome and may be sent again. */
export async function settle(
  lookout: Lookout,
  uncertain: readonly Uncertain[],
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<void> {
  try {
    const claimed = new Set<ItemId>();
    const made = new Map<FolderId, readonly MarkedRow[]>();
    const existing = uncertain.flatMap(({ change }) => (change.kind === 'create' ? [] : [change.itemId]));
    const rows = await lookout.readRows(existing);
    const found = new Map(existing.map((id, position) => [id, rows[position]]));
    for (const { change, index, failure, mayStillHappen } of uncertain) {
      let outcome: ChangeOutcome | undefined;
      if (change.kind === 'create') {
        const there = made.get(change.folderId) ?? (await lookout.readMade(change.folderId));
        made.set(change.folderId, there);
        outcome = findCreated(lookout.seen, change.mark, there, claimed);
        if (outcome === undefined && mayStillHappen) outcome = { status: 'unknown', failure };
      } else {
        outcome = settleExisting(change, found.get(change.itemId));
      }
      if (outcome !== undefined) outcomes.set(index, outcome);
    }
  } catch (thrown) {
    // The others of the batch have their outcomes, which must not be lost with this.
    if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
    for (const { index } of uncertain) {
      if (!outcomes.has(index)) outcomes.set(index, { status: 'unknown', failure: thrown });
    }
  }
}

function settleExisting(change: Existing, row: MarkedRow | undefined): ChangeOutcome | undefined {
  if (row === undefined) {
    return change.kind === 'delete'
      ? { status: 'applied', itemId: change.itemId, version: '' }
      : { status: 'gone' };
  }
  // The version makes the repetition harmless, even when the first try is still under way.
  if (row.version === change.version) return undefined;
  const hasHappened =
    change.kind === 'handOver'
      ? row.mark === undefined
      : change.kind !== 'delete' && isSameMark(row.mark, change.mark);
  return hasHappened
    ? { status: 'applied', itemId: change.itemId, version: row.version }
    : { status: 'conflict' };
}

/** An item with this mark that nobody has seen before: what the create made. */
function findCreated(
  seen: SeenItems,
  wanted: OwnershipMark,
  rows: readonly MarkedRow[],
  claimed: Set<ItemId>,
): ChangeOutcome | undefined {
  const made = rows.find(
    ({ itemId, mark }) => isSameMark(mark, wanted) && !claimed.has(itemId) && !seen.isKnown(itemId),
  );
  if (made === undefined) return undefined;
  claimed.add(made.itemId);
  return { status: 'applied', itemId: made.itemId, version: made.version };
}
