// Writes up to 20 changes in one batch and says of each what became of it. An item is only touched when it was seen
// with our mark in exactly the version that the write demands; what was not seen is looked at first. A write whose
// outcome is open is looked for before it is ever repeated.

import { Failure } from '../../model/failure.ts';
import type { FolderId, ItemId, PolicyId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import {
  type BatchPart,
  type GraphAnswer,
  isRecord,
  isSuccess,
  isThrottledOrBusy,
  longestWait,
} from '../graph-client/index.ts';
import { encodeCreate, encodeUpdate, extendedBody, type GraphJson } from './codec.ts';
import { isConflict } from './failures.ts';
import { isOurs } from './folder-tree.ts';
import {
  ifMatch,
  isNewer,
  itemIdOf,
  type MailboxRequests,
  markOf,
  markProperties,
  NO_MARK,
  recordOf,
  textIn,
  versionOf,
} from './mailbox-requests.ts';
import { EXPAND_MARK } from './schema.ts';
import type { SeenItems } from './seen-items.ts';

/** Tries per change, and how long all of them may take. */
const MOST_ROUNDS = 6;
const TIME_BUDGET_MS = 300_000;
const RECENT_ROWS = 100;
/** Recently made items are at the top: more pages than this cannot be ours from a moment ago. */
const RECENT_PAGES = 3;

type Existing = Exclude<TargetChange, { readonly kind: 'create' }>;

export interface ChangeTools {
  readonly mailbox: MailboxRequests;
  readonly codec: MarkCodec;
  readonly policyId: PolicyId;
  readonly seen: SeenItems;
  /** Whether a folder is one of those this target looks after. */
  readonly isOurFolder: (folderId: string) => boolean;
}

export async function applyBatch(
  tools: ChangeTools,
  changes: readonly TargetChange[],
  signal: AbortSignal,
): Promise<readonly ChangeOutcome[]> {
  const { mailbox } = tools;
  const { clock } = mailbox;
  const outcomes = await refuseUnseen(tools, changes, signal);
  const deadline = clock.now().getTime() + TIME_BUDGET_MS;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const open = changes.flatMap((change, index) => (outcomes.has(index) ? [] : [{ change, index }]));
    if (open.length === 0) break;
    const answers = await mailbox.batch(
      open.map(({ change }) => encodePart(tools, change)),
      signal,
    );
    const uncertain: Uncertain[] = [];
    for (const [position, { change, index }] of open.entries()) {
      const answer = answers[position] ?? { kind: 'lost', failure: new Failure('answerLost') };
      // A request whose answer was lost may still be on its way: nothing that is seen now proves anything.
      if (answer.kind === 'lost') outcomes.set(index, { status: 'unknown', failure: answer.failure });
      else if (mayHaveHappened(answer.answer)) uncertain.push({ change, index, answer: answer.answer });
      else outcomes.set(index, await outcomeOf(tools, change, answer.answer, signal));
    }
    if (uncertain.length === 0) break;
    const isLastRound = round === MOST_ROUNDS - 1;
    const waitMs = longestWait(
      uncertain.map(({ answer }) => ({ kind: 'answered', answer })),
      round,
      clock.now(),
    );
    const isOutOfTime = isLastRound || clock.now().getTime() + waitMs >= deadline;
    if (!isOutOfTime) await clock.sleep(waitMs, signal);
    await settle(tools, uncertain, outcomes, isOutOfTime, signal);
  }
  const inOrder = changes.map(
    (_, index): ChangeOutcome =>
      outcomes.get(index) ?? { status: 'unknown', failure: new Failure('answerLost') },
  );
  await purgeDeleted(tools, changes, inOrder, signal);
  remember(tools.seen, changes, inOrder);
  throwIfMailboxRefuses(inOrder);
  return inOrder;
}

/** Outcomes of those that may not be written at all. */
async function refuseUnseen(
  tools: ChangeTools,
  changes: readonly TargetChange[],
  signal: AbortSignal,
): Promise<Map<number, ChangeOutcome>> {
  const outcomes = new Map<number, ChangeOutcome>();
  for (const [index, change] of changes.entries()) {
    // A folder in Deleted Items would still take the contact.
    if (change.kind === 'create' && !tools.isOurFolder(change.folderId))
      outcomes.set(index, { status: 'gone' });
  }
  const doubtful = changes.flatMap((change, index) =>
    change.kind === 'create' || change.kind === 'adopt' || tools.seen.isSeen(change.itemId, change.version)
      ? []
      : [{ change, index }],
  );
  const rows = await readMarks(
    tools,
    doubtful.map(({ change }) => change.itemId),
    signal,
  );
  for (const [position, { change, index }] of doubtful.entries()) {
    const row = rows[position];
    if (row === undefined || !tools.isOurFolder(textIn(row, 'parentFolderId'))) {
      outcomes.set(index, { status: 'gone' });
    } else if (!isOurs(markOf(row, tools.codec), tools.policyId)) {
      outcomes.set(index, { status: 'refused', failure: new Failure('notOurs') });
    } else if (versionOf(row) !== change.version) {
      outcomes.set(index, { status: 'conflict' });
    }
  }
  return outcomes;
}

function encodePart({ mailbox, codec }: ChangeTools, change: TargetChange): BatchPart {
  // Never repeated below: whether it happened is looked up here first.
  const once = { isSafeToRepeat: false };
  if (change.kind === 'create') {
    return {
      ...once,
      method: 'POST',
      path: mailbox.path('contactFolders', change.folderId, 'contacts'),
      body: encodeCreate(change.properties, markProperties(change.mark, codec)),
    };
  }
  const path = mailbox.path('contacts', change.itemId);
  const headers = ifMatch(change.version);
  switch (change.kind) {
    case 'update':
    case 'adopt': {
      const body = encodeUpdate(change.set, change.whole, markProperties(change.mark, codec));
      return { ...once, method: 'PATCH', path, headers, body };
    }
    case 'handOver':
      return { ...once, method: 'PATCH', path, headers, body: extendedBody(NO_MARK) };
    // Also the hard one goes through Deleted Items: DELETE is documented to honor If-Match, permanentDelete is not,
    // and an edit in the last moment must win. The second step follows in purgeDeleted.
    case 'delete':
      return { ...once, method: 'DELETE', path, headers };
  }
}

/** A refusal for load was now and then seen for a write that had happened (graph-exo 2.2); so may any 5xx. */
function mayHaveHappened(answer: GraphAnswer): boolean {
  return isThrottledOrBusy(answer) || (answer.status >= 500 && answer.status !== 507);
}

async function outcomeOf(
  tools: ChangeTools,
  change: TargetChange,
  answer: GraphAnswer,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  if (isSuccess(answer)) {
    if (change.kind === 'delete') return { status: 'applied', itemId: change.itemId, version: '' };
    const row = recordOf(answer.body);
    return { status: 'applied', itemId: itemIdOf(row), version: versionOf(row) };
  }
  if (tools.mailbox.isGone(answer)) return { status: 'gone' };
  if (isConflict(answer)) {
    return change.kind === 'create' ? { status: 'conflict' } : conflictOrGone(tools, change, signal);
  }
  return { status: 'failed', failure: tools.mailbox.toFailure(answer) };
}

/** An item in Deleted Items still answers to its immutable id; for us it is gone. */
async function conflictOrGone(
  tools: ChangeTools,
  change: Existing,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const [row] = await readMarks(tools, [change.itemId], signal);
  const isHere = row !== undefined && tools.isOurFolder(textIn(row, 'parentFolderId'));
  return isHere ? { status: 'conflict' } : { status: 'gone' };
}

interface Uncertain {
  readonly change: TargetChange;
  readonly index: number;
  readonly answer: GraphAnswer;
}

/** Finds out what happened. What certainly did not happen stays without an outcome and is sent again. */
async function settle(
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

function readMarks(
  { mailbox }: ChangeTools,
  ids: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly (GraphJson | undefined)[]> {
  return mailbox.getMany(
    ids.map((id) => `${mailbox.path('contacts', id)}?$select=id,changeKey,parentFolderId&${EXPAND_MARK}`),
    signal,
  );
}

/** Second step of a hard deletion; if it fails, the contact merely stays in Deleted Items. */
async function purgeDeleted(
  { mailbox }: ChangeTools,
  changes: readonly TargetChange[],
  outcomes: readonly ChangeOutcome[],
  signal: AbortSignal,
): Promise<void> {
  const deleted = changes.filter(
    (change, index) =>
      change.kind === 'delete' && change.mode === 'hard' && outcomes[index]?.status === 'applied',
  );
  const parts = deleted.flatMap((change): BatchPart[] =>
    change.kind === 'delete'
      ? [
          {
            method: 'POST',
            path: mailbox.path('contacts', change.itemId, 'permanentDelete'),
            isSafeToRepeat: true,
          },
        ]
      : [],
  );
  const answers = await mailbox.batch(parts, signal);
  const left = answers.filter(
    (answer) => answer.kind === 'lost' || !(isSuccess(answer.answer) || mailbox.isGone(answer.answer)),
  ).length;
  if (left > 0) mailbox.log.info('deleted contacts stay in Deleted Items', { count: left });
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

/** Nothing was written and the mailbox as a whole cannot be used: that is no matter of single contacts. */
function throwIfMailboxRefuses(outcomes: readonly ChangeOutcome[]): void {
  const failures = outcomes.flatMap((outcome) => ('failure' in outcome ? [outcome.failure] : []));
  const [first] = failures;
  if (first === undefined || failures.length < outcomes.length || first.code === 'answerLost') return;
  if (failures.every((failure) => failure.facts.scope !== 'contact' && failure.code === first.code))
    throw first;
}
