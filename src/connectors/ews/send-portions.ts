// Sends writes of one kind in portions until each has an outcome. The size of a portion follows what the server makes of
// it; one that is refused for what it holds is halved until the contact that spoils it stands alone.

import { Failure } from '../../model/failure.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import { backOffMs } from '../http/retry-after.ts';
import { MOST_TRIES, TIME_BUDGET_MS } from './ews-client.ts';
import type { Refusal } from './failures.ts';
import type { ResponseMessage } from './response-message.ts';
import { settle } from './settle-writes.ts';
import { takeOver } from './take-over.ts';
import type { Batch, Placed } from './write-batch.ts';
import type { Xml } from './xml-writer.ts';

export async function sendPortions<Change extends TargetChange>(
  batch: Batch,
  changes: readonly Placed<Change>[],
  operation: (portion: readonly Placed<Change>[]) => Xml,
  outcomeOf: (change: Change, message: ResponseMessage) => ChangeOutcome,
  signal: AbortSignal,
  look?: (portion: readonly Placed<Change>[]) => Promise<readonly Placed<Change>[]>,
): Promise<void> {
  const { tools, size, outcomes } = batch;
  const { session } = tools;
  const { clock } = session;
  const deadline = clock.now().getTime() + TIME_BUDGET_MS;
  for (let triesInVain = 0; ; ) {
    const open = changes.filter(({ index }) => !outcomes.has(index));
    if (open.length === 0) return;
    const chosen = open.slice(0, size.current);
    const portion = look === undefined ? chosen : await look(chosen);
    if (portion.length === 0) continue;
    const startedAt = clock.now().getTime();
    const answer = await session.write(operation(portion), portion.length, signal);
    const { uncertain, refusal } = takeOver(batch, portion, answer, outcomeOf);
    await settle(tools, uncertain, outcomes, signal);
    if (portion.some(({ index }) => outcomes.get(index)?.status === 'applied')) batch.hasWritten = true;
    if (refusal === undefined) {
      // From a lost answer nothing is learned.
      if (answer.kind === 'answered') size.passed(portion.length, clock.now().getTime() - startedAt);
      triesInVain = 0;
      continue;
    }
    const left = portion.filter(({ index }) => !outcomes.has(index));
    size.shrink(portion.length);
    if (refusal.reaction === 'smaller') {
      if (portion.length === 1) refuseAlone(batch, left, refusal);
      continue;
    }
    if (left.length === 0) continue;
    triesInVain = left.length < portion.length ? 1 : triesInVain + 1;
    const isPaused = refusal.reaction === 'busy' || refusal.backOffMs !== undefined;
    const waitMs = isPaused ? 0 : backOffMs(triesInVain, session.random);
    if (triesInVain >= MOST_TRIES || clock.now().getTime() + waitMs >= deadline) {
      for (const { index } of left) outcomes.set(index, { status: 'failed', failure: refusal.failure });
    } else if (waitMs > 0) await clock.sleep(waitMs, signal);
  }
}

/** A request that holds one contact and is refused for what it holds is refused for this contact. */
function refuseAlone(batch: Batch, left: readonly Placed<TargetChange>[], refusal: Refusal): void {
  const { details, requestId } = refusal.failure;
  const failure = new Failure('contactRefused', {
    details,
    ...(requestId === undefined ? {} : { requestId }),
    cause: refusal.failure,
  });
  for (const { index } of left) batch.outcomes.set(index, { status: 'failed', failure });
}
