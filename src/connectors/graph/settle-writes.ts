// Finds out what became of writes that were refused for load or by a gateway: such a refusal was now and then seen for
// a write that had happened (graph-exo 2.2), so nothing is repeated before it was looked for.

import { Failure } from '../../model/failure.ts';
import type { FolderId, ItemId, PolicyId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { type GraphAnswer, isRecord } from '../graph-client/index.ts';
import type { GraphJson } from './codec.ts';
import { isNewer, itemIdOf, type MailboxRequests, markOf, textIn, versionOf } from './mailbox-requests.ts';
import { EXPAND_MARK } from './schema.ts';
import type { SeenItems } from './seen-items.ts';

const RECENT_ROWS = 100;
/** Recently made items are at the top: more pages than this cannot be ours from a moment ago. */
const RECENT_PAGES = 3;

export type Existing = Exclude<TargetChange, { readonly kind: 'create' }>;

export interface ChangeTools {
  readonly mailbox: MailboxRequests;
  readonly codec: MarkCodec;
  readonly policyId: PolicyId;
  readonly seen: SeenItems;
  /** Whether a folder is one of those this target looks after. */
  readonly isOurFolder: (folderId: string) => boolean;
}

export interface Uncertain {
  readonly change: TargetChange;
  readonly index: number;
  readonly answer: GraphAnswer;
}

/** Finds out what happened. What certainly did not happen stays without an outcome and is sent again. */
export async function settle(
  tools: ChangeTools,
  uncertain: readonly Uncertain[],
  outcomes: Map<number, ChangeOutcome>,
  isOutOfTime: boolean,
  signal: AbortSignal,
): Promise<void> {
  try {
    const claimed = new Set<ItemId>();
    const recent = new Map<FolderId, readonly GraphJson[]>();
    for (const { change, index, answer } of uncertain) {
      const failure = tools.mailbox.toFailure(answer);
      let found: ChangeOutcome | undefined;
      if (change.kind === 'create') {
        const made = recent.get(change.folderId) ?? (await readRecent(tools, change.folderId, signal));
        recent.set(change.folderId, made);
        found = findCreated(tools, change.mark, made, claimed);
        // Behind a gateway's 5xx the store may still be at work; a 429 is its own last word.
        if (found === undefined && answer.status !== 429) found = { status: 'unknown', failure };
      } else {
        const [row] = await readMarks(tools, [change.itemId], signal);
        found = settleExisting(tools, change, row);
      }
      if (found !== undefined) outcomes.set(index, found);
      else if (isOutOfTime) outcomes.set(index, { status: 'failed', failure });
    }
  } catch (thrown) {
    // The others of the batch have their outcomes, which must not be lost with this.
    if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
    for (const { index } of uncertain) {
      if (!outcomes.has(index)) outcomes.set(index, { status: 'unknown', failure: thrown });
    }
  }
}

function settleExisting(
  tools: ChangeTools,
  change: Existing,
  row: GraphJson | undefined,
): ChangeOutcome | undefined {
  const isHere = row !== undefined && tools.isOurFolder(textIn(row, 'parentFolderId'));
  if (!isHere) {
    return change.kind === 'delete'
      ? { status: 'applied', itemId: change.itemId, version: '' }
      : { status: 'gone' };
  }
  // If-Match makes the repetition harmless, even when the first try is still under way.
  if (versionOf(row) === change.version) return undefined;
  const mark = markOf(row, tools.codec);
  const hasHappened =
    change.kind === 'handOver'
      ? mark === undefined
      : change.kind !== 'delete' && mark !== undefined && !isNewer(mark) && isSameMark(mark, change.mark);
  return hasHappened
    ? { status: 'applied', itemId: change.itemId, version: versionOf(row) }
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

/** An item with this mark that nobody has seen before: what the lost create made. */
function findCreated(
  { codec, seen }: ChangeTools,
  wanted: OwnershipMark,
  rows: readonly GraphJson[],
  claimed: Set<ItemId>,
): ChangeOutcome | undefined {
  for (const row of rows) {
    const id = itemIdOf(row);
    const mark = markOf(row, codec);
    if (mark === undefined || isNewer(mark) || !isSameMark(mark, wanted)) continue;
    if (claimed.has(id) || seen.isKnown(id)) continue;
    claimed.add(id);
    return { status: 'applied', itemId: id, version: versionOf(row) };
  }
  return undefined;
}

/** Newest first. A filter by mark would make the store keep one search per value (graph-exo 1.6). */
async function readRecent(
  { mailbox }: ChangeTools,
  folderId: FolderId,
  signal: AbortSignal,
): Promise<readonly GraphJson[]> {
  const query = `$top=${RECENT_ROWS}&$orderby=${encodeURIComponent('createdDateTime desc')}&$select=id,changeKey&${EXPAND_MARK}`;
  const rows: GraphJson[] = [];
  let pages = 0;
  for await (const page of mailbox.pages(
    `${mailbox.path('contactFolders', folderId, 'contacts')}?${query}`,
    signal,
  )) {
    rows.push(...page.filter(isRecord));
    pages += 1;
    if (pages >= RECENT_PAGES) break;
  }
  return rows;
}

export function readMarks(
  { mailbox }: ChangeTools,
  ids: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly (GraphJson | undefined)[]> {
  return mailbox.getMany(
    ids.map((id) => `${mailbox.path('contacts', id)}?$select=id,changeKey,parentFolderId&${EXPAND_MARK}`),
    signal,
  );
}
