// What a batch of changes is carried out with, and how it looks for writes that were refused for load or by a gateway: such
// a refusal was now and then seen for a write that had happened (graph-exo 2.2).

import type { FolderId, ItemId, PolicyId } from '../../model/ids.ts';
import type { TargetChange } from '../../model/plan.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { MarkedRow } from '../contact-folder/look-before-writing.ts';
import type { SeenItems } from '../contact-folder/seen-items.ts';
import { type Lookout, type Outcomes, settle as settleBy } from '../contact-folder/settle-writes.ts';
import { type GraphAnswer, isRecord } from '../graph-client/index.ts';
import type { GraphJson } from './codec.ts';
import { itemIdOf, type MailboxRequests, markOf, textIn, versionOf } from './mailbox-requests.ts';
import { EXPAND_MARK } from './schema.ts';

const RECENT_ROWS = 100;
/** Recently made items are at the top: more pages than this cannot be ours from a moment ago. */
const RECENT_PAGES = 3;

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

/** What certainly did not happen stays without an outcome and is sent again, as long as there is time. */
export async function settle(
  tools: ChangeTools,
  uncertain: readonly Uncertain[],
  outcomes: Outcomes,
  isOutOfTime: boolean,
  signal: AbortSignal,
): Promise<void> {
  const lookout: Lookout = {
    seen: tools.seen,
    readRows: (ids) => readRows(tools, ids, signal),
    readMade: (folder) => readRecent(tools, folder, signal),
  };
  const inDoubt = uncertain.map(({ change, index, answer }) => ({
    change,
    index,
    failure: tools.mailbox.toFailure(answer),
    // Behind a gateway's 5xx the store may still be at work; a 429 is its own last word.
    mayStillHappen: answer.status !== 429,
  }));
  await settleBy(lookout, inDoubt, outcomes, signal);
  if (!isOutOfTime) return;
  for (const { index, failure } of inDoubt) {
    if (!outcomes.has(index)) outcomes.set(index, { status: 'failed', failure });
  }
}

/** In input order; undefined where the item is gone or lies in none of our folders. */
export async function readRows(
  { mailbox, codec, isOurFolder }: ChangeTools,
  ids: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly (MarkedRow | undefined)[]> {
  const rows = await mailbox.getMany(
    ids.map((id) => `${mailbox.path('contacts', id)}?$select=id,changeKey,parentFolderId&${EXPAND_MARK}`),
    signal,
  );
  return rows.map((row) =>
    row !== undefined && isOurFolder(textIn(row, 'parentFolderId')) ? rowOf(row, codec) : undefined,
  );
}

/** Newest first. A filter by mark would make the store keep one search per value (graph-exo 1.6). */
async function readRecent(
  { mailbox, codec }: ChangeTools,
  folderId: FolderId,
  signal: AbortSignal,
): Promise<readonly MarkedRow[]> {
  const query = `$top=${RECENT_ROWS}&$orderby=${encodeURIComponent('createdDateTime desc')}&$select=id,changeKey&${EXPAND_MARK}`;
  const rows: MarkedRow[] = [];
  let pages = 0;
  for await (const page of mailbox.pages(
    `${mailbox.path('contactFolders', folderId, 'contacts')}?${query}`,
    signal,
  )) {
    rows.push(...page.filter(isRecord).map((row) => rowOf(row, codec)));
    pages += 1;
    if (pages >= RECENT_PAGES) break;
  }
  return rows;
}

function rowOf(row: GraphJson, codec: MarkCodec): MarkedRow {
  return { itemId: itemIdOf(row), version: versionOf(row), mark: markOf(row, codec) };
}
