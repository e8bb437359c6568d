// Which changes of items need a look before they are written, and what the look may say against them.

import { Failure } from '../../model/failure.ts';
import type { ItemId, PolicyId } from '../../model/ids.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import { type FoundMark, isOurs } from './found-mark.ts';
import type { SeenItems } from './seen-items.ts';

export type Existing = Exclude<TargetChange, { readonly kind: 'create' }>;

/** What tells whether an item may be written to. */
export interface MarkedRow {
  readonly itemId: ItemId;
  readonly version: string;
  readonly mark: FoundMark;
}

/** An item to adopt has no mark yet: its version is all there is to go by. */
export function isDoubtful(change: Existing, seen: SeenItems): boolean {
  return change.kind !== 'adopt' && !seen.isSeen(change.itemId, change.version);
}

/** `row`: undefined where the item is gone or lies in none of our folders. undefined: it is ours and has the version. */
export function refusalOf(
  change: Existing,
  row: MarkedRow | undefined,
  policyId: PolicyId,
): ChangeOutcome | undefined {
  if (row === undefined) return { status: 'gone' };
  if (!isOurs(row.mark, policyId)) return { status: 'refused', failure: new Failure('notOurs') };
  return row.version === change.version ? undefined : { status: 'conflict' };
}
