// What the answer to a portion of writes says about each of its changes: an outcome, that it was not carried out, or
// nothing certain. An outcome is never guessed from an answer that does not fit the request.

import { Failure } from '../../model/failure.ts';
import type { ChangeOutcome, TargetChange } from '../../model/plan.ts';
import { asLost } from './answer-reader.ts';
import type { EwsAnswer } from './ews-client.ts';
import type { Refusal } from './failures.ts';
import type { ResponseMessage } from './response-message.ts';
import type { Uncertain } from './settle-writes.ts';
import type { Batch, Placed } from './write-batch.ts';

/** What one portion left behind. */
export interface Aftermath {
  readonly uncertain: readonly Uncertain[];
  /** Why the rest was not carried out; undefined when all was. */
  readonly refusal: Refusal | undefined;
}

/** A change with its message, and what the message says; undefined: its refusal is all that is known. */
interface Told {
  readonly placed: Placed<TargetChange>;
  readonly refusal: Refusal | undefined;
  readonly outcome: ChangeOutcome | undefined;
}

export function takeOver<Change extends TargetChange>(
  batch: Batch,
  portion: readonly Placed<Change>[],
  answer: EwsAnswer,
  outcomeOf: (change: Change, message: ResponseMessage) => ChangeOutcome,
): Aftermath {
  if (answer.kind === 'refused') {
    const { refusal } = answer;
    // Nothing was carried out and nothing will be: the mailbox, or the run, has to hear it.
    if (refusal.reaction === 'final') throw refusal.failure;
    const isOpen = refusal.reaction === 'busy' || refusal.reaction === 'transient';
    return { uncertain: isOpen ? allUncertain(portion, refusal) : [], refusal };
  }
  batch.hasWritten = true;
  if (answer.kind === 'lost' && answer.isOver === true) {
    const refusal = doubt(asLost(answer.failure));
    return { uncertain: allUncertain(portion, refusal), refusal };
  }
  for (const { index } of portion.slice(answer.messages.length)) {
    const failure = answer.kind === 'lost' ? asLost(answer.failure) : new Failure('answerLost');
    batch.outcomes.set(index, { status: 'unknown', failure });
  }
  const told = portion.flatMap((placed, position) => {
    const message = answer.messages[position];
    return message === undefined ? [] : [readMessage(placed, message, outcomeOf)];
  });
  return takeOverTold(batch, told);
}

function allUncertain(portion: readonly Placed<TargetChange>[], refusal: Refusal): readonly Uncertain[] {
  return portion.map((placed) => ({ ...placed, refusal }));
}

function readMessage<Change extends TargetChange>(
  placed: Placed<Change>,
  message: ResponseMessage,
  outcomeOf: (change: Change, message: ResponseMessage) => ChangeOutcome,
): Told {
  const { refusal } = message;
  if (refusal !== undefined && refusal.reaction !== 'final' && refusal.reaction !== 'smaller') {
    return { placed, refusal, outcome: undefined };
  }
  try {
    return { placed, refusal, outcome: outcomeOf(placed.change, message) };
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    // It was carried out, as far as the message can be read.
    return { placed, refusal, outcome: { status: 'unknown', failure: thrown } };
  }
}

function takeOverTold(batch: Batch, told: readonly Told[]): Aftermath {
  const uncertain: Uncertain[] = [];
  let notDone: Refusal | undefined;
  for (const one of told) {
    const { placed, outcome } = one;
    if (outcome === undefined) {
      notDone = one.refusal;
      // Of the others it is the item's own word that it was not carried out.
      if (one.refusal?.reaction === 'transient') uncertain.push({ ...placed, refusal: one.refusal });
    } else if (outcome.status === 'unknown') {
      notDone = doubt(outcome.failure);
      uncertain.push({ ...placed, refusal: notDone });
    } else if (isMixedUp(batch, one, told)) {
      notDone = doubt(new Failure('unexpectedAnswer', { details: { code: 'itemOfAnother' } }));
      uncertain.push({ ...placed, refusal: notDone });
    } else {
      batch.outcomes.set(placed.index, outcome);
    }
  }
  return { uncertain, refusal: notDone };
}

/** A changed item that is not the one named, a new one that was there before, or the same one twice. */
function isMixedUp({ tools }: Batch, { placed, outcome }: Told, told: readonly Told[]): boolean {
  const { change } = placed;
  if (outcome?.status !== 'applied' || change.kind === 'delete') return false;
  const { itemId } = outcome;
  if (change.kind !== 'create') return itemId !== change.itemId;
  const isThere = tools.seen.isKnown(itemId);
  return isThere || told.some((other) => other.placed !== placed && idIn(other) === itemId);
}

function idIn({ outcome }: Told): string | undefined {
  return outcome?.status === 'applied' ? outcome.itemId : undefined;
}

function doubt(failure: Failure): Refusal {
  return { code: failure.code, reaction: 'transient', failure, backOffMs: undefined };
}
