// How many parts go into one batch. Twenty, unless the service does not bear it: where it hands on all parts of a
// batch at once, those beyond a mailbox's fourth are refused (graph-exo 2.2), and where it refuses the application, all
// that is under way is refused with it. Batches of four cost more calls and, four places being all there are, no time.

import type { Clock } from '../../ports/clock.ts';
import { reachOf } from '../http/refusal.ts';
import { type BatchAnswer, errorOf } from './answer.ts';

export const MAX_BATCH_PARTS = 20;
const CAUTIOUS_BATCH_PARTS = 4;
/** Single refusals may come from somebody else's requests; so many batches with some are no accident. */
const STRIKES = 3;
/** Found in so many mailboxes, it is the way of the service. */
const MAILBOXES_TO_GENERALIZE = 2;
const CAUTIOUS_AFTER_REFUSAL_MS = 60_000;

export interface BatchWidths {
  widthFor(mailboxKey: string | undefined): number;
  /** What a batch of that mailbox, or of several, was answered. */
  learn(mailboxKey: string | undefined, answers: readonly BatchAnswer[]): void;
}

export function createBatchWidths(clock: Clock): BatchWidths {
  const strikes = new Map<string, number>();
  let struck = 0;
  let refusedAt: number | undefined;
  const now = () => clock.now().getTime();

  function strike(mailboxKey: string, times: number): void {
    const before = strikes.get(mailboxKey) ?? 0;
    strikes.set(mailboxKey, before + times);
    if (before < STRIKES && before + times >= STRIKES) struck += 1;
  }

  return {
    widthFor(mailboxKey) {
      if (refusedAt !== undefined && now() - refusedAt < CAUTIOUS_AFTER_REFUSAL_MS)
        return CAUTIOUS_BATCH_PARTS;
      if (mailboxKey === undefined) return MAX_BATCH_PARTS;
      const isStruck = (strikes.get(mailboxKey) ?? 0) >= STRIKES || struck >= MAILBOXES_TO_GENERALIZE;
      return isStruck ? CAUTIOUS_BATCH_PARTS : MAX_BATCH_PARTS;
    },
    learn(mailboxKey, answers) {
      if (answers.some((answer) => concernsApplication(answer, mailboxKey))) refusedAt = now();
      if (mailboxKey === undefined) return;
      const refused = answers.filter(isOverMailboxConcurrency).length;
      if (refused === 0) return;
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

function isOverMailboxConcurrency(answer: BatchAnswer): boolean {
  return (
    answer.kind === 'answered' &&
    answer.answer.status === 429 &&
    /concurren/i.test(errorOf(answer.answer).message)
  );
}
