// Writes up to 20 changes in one batch and says of each what became of it. An item is only touched when it was seen
// with our mark in exactly the version that the write demands; what was not seen is looked at first. A write whose
// outcome is open is looked for before it is ever repeated.

import { Failure } from '../../model/failure.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import { type Existing, isDoubtful, refusalOf } from '../contact-folder/look-before-writing.ts';
import type { Outcomes } from '../contact-folder/settle-writes.ts';
import { concludeWrites } from '../contact-folder/written-outcomes.ts';
import {
  type BatchPart,
  type GraphAnswer,
  isSuccess,
  isThrottledOrBusy,
  longestWait,
} from '../graph-client/index.ts';
import { encodeCreate, encodeUpdate, extendedBody } from './codec.ts';
import { isConflict } from './failures.ts';
import { keepImAddresses } from './keep-im-addresses.ts';
import { ifMatch, itemIdOf, markProperties, NO_MARK, recordOf, versionOf } from './mailbox-requests.ts';
import { type ChangeTools, readRows, settle, type Uncertain } from './settle-writes.ts';

/** Tries per change, and how long all of them may take. */
const MOST_ROUNDS = 6;
const TIME_BUDGET_MS = 300_000;

export async function applyBatch(
  tools: ChangeTools,
  asked: readonly TargetChange[],
  signal: AbortSignal,
): Promise<readonly ChangeOutcome[]> {
  const { mailbox } = tools;
  const changes = await keepImAddresses(mailbox, asked, signal);
  const { clock } = mailbox;
  const outcomes = await refuseUnseen(tools, changes, signal);
  const deletedByUs = new Set<TargetChange>();
  const deadline = clock.now().getTime() + TIME_BUDGET_MS;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const open = changes.flatMap((change, index) => (outcomes.has(index) ? [] : [{ change, index }]));
    if (open.length === 0) break;
    let answers: Awaited<ReturnType<typeof mailbox.batch>>;
    try {
      answers = await mailbox.batch(
        open.map(({ change }) => encodePart(tools, change)),
        signal,
      );
    } catch (thrown) {
      // In the first round nothing was told yet. Later the others have their outcomes, which must not be lost.
      if (round === 0 || !(thrown instanceof Failure)) throw thrown;
      for (const { index } of open) outcomes.set(index, { status: 'unknown', failure: thrown });
      break;
    }
    const uncertain: Uncertain[] = [];
    for (const [position, { change, index }] of open.entries()) {
      const answer = answers[position] ?? { kind: 'lost', failure: new Failure('answerLost') };
      // A request whose answer was lost may still be on its way: nothing that is seen now proves anything.
      if (answer.kind === 'lost') outcomes.set(index, { status: 'unknown', failure: answer.failure });
      else if (mayHaveHappened(answer.answer)) uncertain.push({ change, index, answer: answer.answer });
      else {
        const outcome = await outcomeOf(tools, change, answer.answer, signal);
        outcomes.set(index, outcome);
        if (change.kind === 'delete' && outcome.status === 'applied') deletedByUs.add(change);
      }
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
  await purgeDeleted(tools, [...deletedByUs], signal);
  return concludeWrites(changes, outcomes, tools.seen);
}

/** Outcomes of those that may not be written at all. */
async function refuseUnseen(
  tools: ChangeTools,
  changes: readonly TargetChange[],
  signal: AbortSignal,
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  for (const [index, change] of changes.entries()) {
    // A folder in Deleted Items would still take the contact.
    if (change.kind === 'create' && !tools.isOurFolder(change.folderId))
      outcomes.set(index, { status: 'gone' });
  }
  const doubtful = changes.flatMap((change, index) =>
    change.kind !== 'create' && isDoubtful(change, tools.seen) ? [{ change, index }] : [],
  );
  const rows = await readRows(
    tools,
    doubtful.map(({ change }) => change.itemId),
    signal,
  );
  for (const [position, { change, index }] of doubtful.entries()) {
    const refused = refusalOf(change, rows[position], tools.policyId);
    if (refused !== undefined) outcomes.set(index, refused);
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
      body: encodeCreate(change.properties, markProperties(change.mark, codec), change.further),
    };
  }
  const path = mailbox.path('contacts', change.itemId);
  const headers = ifMatch(change.version);
  switch (change.kind) {
    case 'update':
    case 'adopt': {
      const body = encodeUpdate(change.set, change.whole, markProperties(change.mark, codec), change.further);
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
  try {
    const [row] = await readRows(tools, [change.itemId], signal);
    return row === undefined ? { status: 'gone' } : { status: 'conflict' };
  } catch (thrown) {
    // Nothing was written; the next look at the mailbox tells which of the two it is.
    if (thrown instanceof Failure) return { status: 'conflict' };
    throw thrown;
  }
}

/**
 * Second step of a hard deletion; if it fails, the contact merely stays in Deleted Items. Only after an answer that the
 * first step was ours: an item that was found gone may just as well have been dragged into a folder of the user.
 */
async function purgeDeleted(
  { mailbox }: ChangeTools,
  deleted: readonly TargetChange[],
  signal: AbortSignal,
): Promise<void> {
  const parts = deleted.flatMap((change): BatchPart[] =>
    change.kind === 'delete' && change.mode === 'hard'
      ? [
          {
            method: 'POST',
            path: mailbox.path('contacts', change.itemId, 'permanentDelete'),
            isSafeToRepeat: true,
          },
        ]
      : [],
  );
  const left = await countUnpurged(mailbox, parts, signal);
  if (left > 0) mailbox.log.info('deleted contacts stay in Deleted Items', { count: left });
}

/** Never throws a Failure: what the first steps were told must not be lost with this. */
async function countUnpurged(
  mailbox: ChangeTools['mailbox'],
  parts: readonly BatchPart[],
  signal: AbortSignal,
): Promise<number> {
  try {
    const answers = await mailbox.batch(parts, signal);
    return answers.filter(
      (answer) => answer.kind === 'lost' || !(isSuccess(answer.answer) || mailbox.isGone(answer.answer)),
    ).length;
  } catch (thrown) {
    if (signal.aborted || thrown instanceof Failure) return parts.length;
    throw thrown;
  }
}
