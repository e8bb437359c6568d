// How many parts go into one batch. Twenty, unless the service does not bear it: where it hands on all parts of a
// batch at once, those beyond a mailbox's fourth are refused (graph-exo 2.2), and where it refuses the application, all
// that is under way is refused with it. Batches of four cost more calls and, four places being all there are, no time.

import type { Clock } from '../../ports/clock.ts';
import { reachOf } from '../http/refusal.ts';
import { type BatchAnswer, errorOf, isThrottledOrBusy } from './answer.ts';

export const MAX_BATCH_PARTS = 20;
const CAUTIOUS_BATCH_PARTS = 4;
/** Single refusals may come from somebody else's requests; so many batches with some are no accident. */
const STRIKES = 3;
/** Found in so many mailboxes, it is the way of the service. */
const MAILBOXES_TO_GENERALIZE = 2;
const CAUTIOUS_AFTER_REFUSAL_MS = 60_000;
/** A batch that tries the service out has long been answered by then. */
const LONGEST_TRIAL_MS = 60_000;

export interface BatchWidths {
  widthFor(mailboxKey: string | undefined): number;
  /** What a batch of that mailbox, or of several, was answered. */
  learn(mailboxKey: string | undefined, answers: readonly BatchAnswer[]): void;
}

export function createBatchWidths(clock: Clock): BatchWidths {
  const strikes = new Map<string, number>();
  let struck = 0;
  let isBorne = false;
  let trial: { readonly mailboxKey: string; readonly since: number } | undefined;
  let refusedAt: number | undefined;
  const now = () => clock.now().getTime();

  function strike(mailboxKey: string, times: number): void {
    const before = strikes.get(mailboxKey) ?? 0;
    strikes.set(mailboxKey, before + times);
    if (before < STRIKES && before + times >= STRIKES) struck += 1;
  }

  /** One mailbox tries out how batches are handed on; otherwise all would be refused at once where they are begun. */
  function mayTry(mailboxKey: string): boolean {
    const isTaken =
      trial !== undefined && trial.mailboxKey !== mailboxKey && now() - trial.since < LONGEST_TRIAL_MS;
    if (!isTaken) trial = { mailboxKey, since: now() };
    return !isTaken;
  }

  return {
    widthFor(mailboxKey) {
      if (refusedAt !== undefined && now() - refusedAt < CAUTIOUS_AFTER_REFUSAL_MS)
        return CAUTIOUS_BATCH_PARTS;
      if (mailboxKey === undefined) return MAX_BATCH_PARTS;
      const isStruck = (strikes.get(mailboxKey) ?? 0) >= STRIKES || struck >= MAILBOXES_TO_GENERALIZE;
      if (isStruck) return CAUTIOUS_BATCH_PARTS;
      return isBorne || mayTry(mailboxKey) ? MAX_BATCH_PARTS : CAUTIOUS_BATCH_PARTS;
    },
    learn(mailboxKey, answers) {
      if (answers.some((answer) => concernsApplication(answer, mailboxKey))) refusedAt = now();
      if (mailboxKey === undefined) return;
      if (trial?.mailboxKey === mailboxKey) trial = undefined;
      const refused = answers.filter(isOverMailboxConcurrency).length;
      if (refused === 0) {
        isBorne ||= answers.length > CAUTIOUS_BATCH_PARTS && answers.every(isAnsweredForGood);
        return;
      }
      // Exactly the first four went through: that is the dispatch and nobody else.
      strike(mailboxKey, answers.length - refused === CAUTIOUS_BATCH_PARTS ? STRIKES : 1);
    },
  };
}

function concernsApplication(answer: BatchAnswer, mailboxKey: string | undefined): boolean {
  if (answer.kind === 'lost') return false;
  const { status } = answer.answer;
  return reachOf({ status, ...errorOf(answer.answer), mailboxKey: mailboxKey ?? 'any' }) === 'application';
}

function isAnsweredForGood(answer: BatchAnswer): boolean {
  return answer.kind === 'answered' && !isThrottledOrBusy(answer.answer);
}

function isOverMailboxConcurrency(answer: BatchAnswer): boolean {
  return (
    answer.kind === 'answered' &&
    answer.answer.status === 429 &&
    /concurren/i.test(errorOf(answer.answer).message)
  );
}
