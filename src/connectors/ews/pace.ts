// When a request may be sent. A busy server is left alone by all mailboxes at once, because its budget is that of our
// account; how many requests run at once grows from one by what the server answers and is halved when it refuses.
// https://learn.microsoft.com/exchange/client-developer/exchange-web-services/ews-throttling-in-exchange

import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Traffic, TrafficState } from '../../ports/traffic.ts';

/** The documents advise against more open requests of one caller. */
const MOST_AT_ONCE = 10;
/** After a refusal the limit comes back one by one, each after so many good answers. */
const ANSWERS_PER_STEP = 20;

/** Servers ask for up to five minutes; a wish for more than this is not believed to its end, but asked about again. */
export const LONGEST_WAIT_MS = 60 * 60_000;

/** A wish to wait as it is heeded. undefined: one for no time, or for none that can be told, is no wish. */
export function acceptedWait(stated: number | undefined): number | undefined {
  if (stated === undefined || !(stated > 0)) return undefined;
  return Math.min(LONGEST_WAIT_MS, Math.ceil(stated));
}

interface Waiter {
  readonly mailboxKey: string;
  readonly start: () => void;
}

export class Pace implements Traffic {
  readonly #clock: Clock;
  readonly #waiting: Waiter[] = [];
  /** Mailboxes that wait for the end of the pause, with how many requests. */
  readonly #held = new Map<string, number>();
  #underWay = 0;
  #requests = 0;
  // One at first: a busy server, like a refused sign-in, is met by a single request.
  #limit = 1;
  #wasRefused = false;
  #goodAnswers = 0;
  #pausedUntil = 0;
  #refusals = 0;
  #waitedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves with the function that gives the place back. Rejects with the signal's reason, and with throttledTooLong
   * when the server wants to be left alone for longer than `longestPauseMs`.
   */
  async enter(mailboxKey: string, longestPauseMs: number, signal: AbortSignal): Promise<() => void> {
    for (;;) {
      await this.#waitForPause(mailboxKey, longestPauseMs, signal);
      signal.throwIfAborted();
      if (this.#underWay < this.#limit && this.#waiting.length === 0) this.#underWay += 1;
      else await this.#queue(mailboxKey, signal);
      // The server may have become busy while this one stood in the queue.
      if (this.#remainingPause() === 0) break;
      this.#giveBack();
    }
    this.#requests += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#giveBack();
    };
  }

  answered(): void {
    this.#goodAnswers += 1;
    if (!this.#wasRefused) this.#limit = Math.min(MOST_AT_ONCE, this.#limit * 2);
    else if (this.#goodAnswers % ANSWERS_PER_STEP === 0)
      this.#limit = Math.min(MOST_AT_ONCE, this.#limit + 1);
    this.#startWaiting();
  }

  /** A shorter wish does not end a longer one. */
  pause(milliseconds: number): void {
    const now = this.#clock.now().getTime();
    const before = Math.max(now, this.#pausedUntil);
    this.#pausedUntil = Math.max(before, now + (acceptedWait(milliseconds) ?? 0));
    this.#waitedMs += this.#pausedUntil - before;
    this.#refusals += 1;
    this.#wasRefused = true;
    this.#goodAnswers = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }

  requests(): number {
    return this.#requests;
  }

  state(): TrafficState {
    const remaining = this.#remainingPause();
    return {
      underWay: this.#underWay,
      limit: this.#limit,
      waitingUntil: remaining === 0 ? undefined : new Date(this.#pausedUntil).toISOString(),
      mailboxesWaiting: remaining === 0 ? 0 : this.#held.size,
      refusals: this.#refusals,
      waitedMs: this.#waitedMs - remaining,
    };
  }

  #remainingPause(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now().getTime());
  }

  async #waitForPause(mailboxKey: string, longestPauseMs: number, signal: AbortSignal): Promise<void> {
    for (let remaining = this.#remainingPause(); remaining > 0; remaining = this.#remainingPause()) {
      if (remaining > longestPauseMs) throw new Failure('throttledTooLong', { retryAfterMs: remaining });
      this.#held.set(mailboxKey, (this.#held.get(mailboxKey) ?? 0) + 1);
      try {
        await this.#clock.sleep(remaining, signal);
      } finally {
        const others = (this.#held.get(mailboxKey) ?? 1) - 1;
        if (others > 0) this.#held.set(mailboxKey, others);
        else this.#held.delete(mailboxKey);
      }
    }
  }

  async #queue(mailboxKey: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { mailboxKey, start: resolve };
    const leaveQueue = () => {
      const at = this.#waiting.indexOf(waiter);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leaveQueue, { once: true });
    this.#waiting.push(waiter);
    await promise.finally(() => signal.removeEventListener('abort', leaveQueue));
  }

  #giveBack(): void {
    this.#underWay -= 1;
    this.#startWaiting();
  }

  #startWaiting(): void {
    while (this.#underWay < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#underWay += 1;
      next.start();
    }
  }
}
