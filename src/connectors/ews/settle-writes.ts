// Finds out what became of writes that the server did not answer for one by one (busy, timed out, failed as a whole):
// such a refusal may come after a part was written, so nothing is repeated before it was looked for.

import { Failure } from '../../model/failure.ts';
import type { FolderId, ItemId, PolicyId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { MARK_AND_PLACE_SHAPE } from './contact-reader.ts';
import type { Refusal } from './failures.ts';
import { type ItemRow, listItems, rowOf } from './item-rows.ts';
import { isNewer, type MailboxSession, parentFolderIdOf } from './mailbox-session.ts';
import { readItems } from './read-items.ts';
import type { SeenItems } from './seen-items.ts';
import type { XmlElement } from './xml-element.ts';

export type Existing = Exclude<TargetChange, { readonly kind: 'create' }>;

export interface ChangeTools {
  readonly session: MailboxSession;
  readonly codec: MarkCodec;
  readonly policyId: PolicyId;
  readonly seen: SeenItems;
  /** Whether a folder is one of those this target looks after. */
  readonly isOurFolder: (folderId: string) => boolean;
}

export interface Uncertain {
  readonly change: TargetChange;
  readonly index: number;
  readonly refusal: Refusal;
}

export type Outcomes = Map<number, ChangeOutcome>;

/** Finds out what happened. What certainly did not happen stays without an outcome and is sent again. */
export async function settle(
  tools: ChangeTools,
  uncertain: readonly Uncertain[],
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<void> {
  try {
    const claimed = new Set<ItemId>();
    const listed = new Map<FolderId, readonly ItemRow[]>();
    const existing = uncertain.flatMap(({ change }) => (change.kind === 'create' ? [] : [change.itemId]));
    const found = new Map(
      (await readRows(tools, existing, signal)).map((row, position) => [existing[position], row] as const),
    );
    for (const { change, index, refusal } of uncertain) {
      if (change.kind !== 'create') {
        const outcome = settleExisting(change, found.get(change.itemId));
        if (outcome !== undefined) outcomes.set(index, outcome);
        continue;
      }
      const rows = listed.get(change.folderId) ?? (await listAll(tools, change.folderId, signal));
      listed.set(change.folderId, rows);
      const created = findCreated(tools, change.mark, rows, claimed);
      if (created !== undefined) outcomes.set(index, created);
      // The store may still be at work; that it is busy is its own last word.
      else if (refusal.reaction !== 'busy') {
        outcomes.set(index, { status: 'unknown', failure: refusal.failure });
      }
    }
  } catch (thrown) {
    // The others of the batch have their outcomes, which must not be lost with this.
    if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
    for (const { index } of uncertain) {
      if (!outcomes.has(index)) outcomes.set(index, { status: 'unknown', failure: thrown });
    }
  }
}

function settleExisting(change: Existing, row: ItemRow | undefined): ChangeOutcome | undefined {
  if (row === undefined) {
    return change.kind === 'delete'
      ? { status: 'applied', itemId: change.itemId, version: '' }
      : { status: 'gone' };
  }
  // The change key makes the repetition harmless, even when the first try is still under way.
  if (row.version === change.version) return undefined;
  const { mark } = row;
  const hasHappened =
    change.kind === 'handOver'
      ? mark === undefined
      : change.kind !== 'delete' && mark !== undefined && !isNewer(mark) && isSameMark(mark, change.mark);
  return hasHappened
    ? { status: 'applied', itemId: change.itemId, version: row.version }
    : { status: 'conflict' };
}

function isSameMark(one: OwnershipMark, other: OwnershipMark): boolean {
  return (
    one.version === other.version &&
    one.policyId === other.policyId &&
    one.sourceObjectId === other.sourceObjectId &&
    one.fingerprint === other.fingerprint &&
    one.fieldFingerprints === other.fieldFingerprints
  );
}

/** An item with this mark that nobody has seen before: what the create made. */
function findCreated(
  { seen }: ChangeTools,
  wanted: OwnershipMark,
  rows: readonly ItemRow[],
  claimed: Set<ItemId>,
): ChangeOutcome | undefined {
  const made = rows.find(
    ({ itemId, mark }) =>
      mark !== undefined &&
      !isNewer(mark) &&
      isSameMark(mark, wanted) &&
      !claimed.has(itemId) &&
      !seen.isKnown(itemId),
  );
  if (made === undefined) return undefined;
  claimed.add(made.itemId);
  return { status: 'applied', itemId: made.itemId, version: made.version };
}

async function listAll(
  { session, codec }: ChangeTools,
  folderId: FolderId,
  signal: AbortSignal,
): Promise<readonly ItemRow[]> {
  const rows: ItemRow[] = [];
  for await (const row of listItems(session, codec, folderId, signal)) rows.push(row);
  return rows;
}

/** In input order; undefined where the item is gone or lies in none of our folders. */
export function readRows(
  { session, codec, isOurFolder }: ChangeTools,
  ids: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly (ItemRow | undefined)[]> {
  const decode = (item: XmlElement) => (isOurFolder(parentFolderIdOf(item)) ? rowOf(item, codec) : undefined);
  return readItems(session, ids, MARK_AND_PLACE_SHAPE, decode, signal);
}
