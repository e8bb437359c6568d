// Gathers small reads of many mailboxes into one batch of up to 20: an unchanged mailbox then costs a twentieth of an
// HTTP call. Whoever asks while all batches are under way rides with the next one.

import type { Clock } from '../../ports/clock.ts';
import type { BatchAnswer, GraphAnswer } from './answer.ts';
import { isThrottledOrBusy } from './answer.ts';
import { type BatchPart, type BatchTransport, exchangeParts, longestWait } from './batch.ts';
import type { BatchWidths } from './batch-widths.ts';

const MAX_BATCHES_UNDER_WAY = 8;

interface Waiting {
  readonly part: BatchPart;
  readonly signal: AbortSignal;
  readonly timeBudgetMs: number;
  readonly resolve: (answer: GraphAnswer) => void;
  readonly reject: (reason: unknown) => void;
  /** From the first departure on: waiting for a place is not the service's time. */
  deadline: number | undefined;
  round: number;
  isTokenRefreshed: boolean;
}

export interface GatheredReads {
  /** The caller holds a single's place in the gate of its mailbox. */
  get(
    read: Pick<BatchPart, 'path' | 'headers' | 'mailboxKey'>,
    timeBudgetMs: number,
    signal: AbortSignal,
  ): Promise<GraphAnswer>;
}

export function createGatheredReads(transport: BatchTransport, widths: BatchWidths): GatheredReads {
  const { clock } = transport;
  const queue: Waiting[] = [];
  let underWay = 0;
  let isDepartureDue = false;

  function departSoon(): void {
    if (isDepartureDue) return;
    isDepartureDue = true;
    // One turn of the event loop: everybody who was woken by the same answer gets aboard.
    setImmediate(() => {
      isDepartureDue = false;
      while (queue.length > 0 && underWay < MAX_BATCHES_UNDER_WAY) {
        void depart(queue.splice(0, widths.widthFor(undefined)).filter((one) => !one.signal.aborted));
      }
    });
  }

  async function depart(passengers: readonly Waiting[]): Promise<void> {
    if (passengers.length === 0) return;
    underWay += 1;
    const whenAllLeft = abortWhenAllAborted(passengers.map((one) => one.signal));
    try {
      const now = clock.now().getTime();
      const deadlines = passengers.map((one) => (one.deadline ??= now + one.timeBudgetMs));
      const timeBudgetMs = Math.max(1, Math.max(...deadlines) - now);
      const parts = passengers.map((one) => one.part);
      const answers = await exchangeParts(transport, parts, { timeBudgetMs }, whenAllLeft.signal);
      widths.learn(undefined, answers);
      await Promise.all(passengers.map((one, index) => arrive(one, answers[index], clock)));
    } catch (thrown) {
      for (const one of passengers) one.reject(thrown);
    } finally {
      whenAllLeft.dispose();
      underWay -= 1;
      if (queue.length > 0) departSoon();
    }
  }

  async function arrive(one: Waiting, answer: BatchAnswer | undefined, now: Clock): Promise<void> {
    if (answer === undefined) return;
    if (answer.kind === 'answered' && answer.answer.status === 401 && !one.isTokenRefreshed) {
      one.isTokenRefreshed = true;
      await transport.refreshToken(one.signal);
      queue.push(one);
      departSoon();
      return;
    }
    if (answer.kind === 'answered' && !isThrottledOrBusy(answer.answer)) {
      one.resolve(answer.answer);
      return;
    }
    const waitMs = longestWait([answer], one.round, now.now());
    if (now.now().getTime() + waitMs >= (one.deadline ?? 0)) {
      if (answer.kind === 'answered') one.resolve(answer.answer);
      else one.reject(answer.failure);
      return;
    }
    one.round += 1;
    // Not awaited: the others of this batch must not wait for one throttled mailbox.
    void now.sleep(waitMs, one.signal).then(() => {
      queue.push(one);
      departSoon();
    }, one.reject);
  }

  return {
    get(read, timeBudgetMs, signal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<GraphAnswer>();
      const onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      queue.push({
        part: { ...read, method: 'GET', isSafeToRepeat: true },
        signal,
        timeBudgetMs,
        deadline: undefined,
        resolve,
        reject,
        round: 0,
        isTokenRefreshed: false,
      });
      departSoon();
      return promise.finally(() => signal.removeEventListener('abort', onAbort));
    },
  };
}

function abortWhenAllAborted(signals: readonly AbortSignal[]): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const onAbort = () => {
    if (signals.every((signal) => signal.aborted)) controller.abort(signals[0]?.reason);
  };
  for (const signal of signals) signal.addEventListener('abort', onAbort);
  return {
    signal: controller.signal,
    dispose() {
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
    },
  };
}
