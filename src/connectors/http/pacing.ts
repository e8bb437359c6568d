// How many requests are in flight: overall, and per mailbox. Microsoft counts 4 at once per application and mailbox
// (https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits); two gates of 4 would be refused.
// A mailbox that was told to slow down starts nothing new before its time.

import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Traffic, TrafficState } from '../../ports/traffic.ts';

export interface PacingLimits {
  readonly perMailbox: number;
  readonly overall: number;
}

export const defaultPacingLimits: PacingLimits = { perMailbox: 4, overall: 64 };

interface Waiter {
  readonly mailboxKey: string | undefined;
  readonly slots: number;
  readonly start: () => void;
}

export class Pacing implements Traffic {
  readonly #limits: PacingLimits;
  readonly #clock: Clock;
  readonly #inFlight = new Map<string, number>();
  readonly #pausedUntil = new Map<string, number>();
  #overall = 0;
  #waiting: Waiter[] = [];
  #refusals = 0;
  #askedMs = 0;

  constructor(limits: PacingLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Resolves with the function that gives the place back; rejects with the signal's reason, and with throttledTooLong
   * when the mailbox is to be left alone for longer than `longestPauseMs`.
   */
  async enter(
    mailboxKey: string | undefined,
    slots: number,
    longestPauseMs: number,
    signal: AbortSignal,
  ): Promise<() => void> {
    const wanted = Math.min(Math.max(1, slots), this.#limits.perMailbox);
    for (;;) {
      await this.#waitForPause(mailboxKey, longestPauseMs, signal);
      signal.throwIfAborted();
      const isBehind =
        mailboxKey !== undefined && this.#waiting.some((other) => other.mailboxKey === mailboxKey);
      if (isBehind || !this.#take(mailboxKey, wanted)) await this.#queue(mailboxKey, wanted, signal);
      // The mailbox may have been throttled while this one stood in the queue.
      if (!this.#isPaused(mailboxKey)) break;
      this.#giveBack(mailboxKey, wanted);
    }
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#giveBack(mailboxKey, wanted);
    };
  }

  pause(mailboxKey: string, milliseconds: number): void {
    const now = this.#clock.now().getTime();
    const before = Math.max(now, this.#pausedUntil.get(mailboxKey) ?? 0);
    const until = Math.max(now + milliseconds, before);
    this.#pausedUntil.set(mailboxKey, until);
    this.#refusals += 1;
    this.#askedMs += until - before;
  }

  state(): TrafficState {
    const now = this.#clock.now().getTime();
    const waits = [...this.#pausedUntil.values()].filter((until) => until > now);
    return {
      underWay: this.#overall,
      limit: this.#limits.overall,
      waitingUntil: waits.length === 0 ? undefined : new Date(Math.max(...waits)).toISOString(),
      mailboxesWaiting: waits.length,
      refusals: this.#refusals,
      waitedMs: this.#askedMs - waits.reduce((sum, until) => sum + until - now, 0),
    };
  }

  #isPaused(mailboxKey: string | undefined): boolean {
    const until = mailboxKey === undefined ? undefined : this.#pausedUntil.get(mailboxKey);
    return until !== undefined && until > this.#clock.now().getTime();
  }

  async #waitForPause(
    mailboxKey: string | undefined,
    longestPauseMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    while (mailboxKey !== undefined && this.#isPaused(mailboxKey)) {
      const until = this.#pausedUntil.get(mailboxKey) ?? 0;
      const retryAfterMs = until - this.#clock.now().getTime();
      if (retryAfterMs > longestPauseMs) throw new Failure('throttledTooLong', { retryAfterMs });
      await this.#clock.sleep(retryAfterMs, signal);
    }
    if (mailboxKey !== undefined) this.#pausedUntil.delete(mailboxKey);
  }

  #take(mailboxKey: string | undefined, slots: number): boolean {
    if (this.#overall >= this.#limits.overall) return false;
    if (mailboxKey !== undefined) {
      const busy = this.#inFlight.get(mailboxKey) ?? 0;
      if (busy + slots > this.#limits.perMailbox) return false;
      this.#inFlight.set(mailboxKey, busy + slots);
    }
    this.#overall += 1;
    return true;
  }

  #queue(mailboxKey: string | undefined, slots: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      reject(signal.reason);
      // The one who leaves may have been what others of its mailbox waited behind.
      this.#startWaiting();
    };
    const waiter: Waiter = {
      mailboxKey,
      slots,
      start: () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      },
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.push(waiter);
    return promise;
  }

  #giveBack(mailboxKey: string | undefined, slots: number): void {
    this.#overall -= 1;
    if (mailboxKey !== undefined) {
      const busy = (this.#inFlight.get(mailboxKey) ?? 0) - slots;
      if (busy > 0) this.#inFlight.set(mailboxKey, busy);
      else this.#inFlight.delete(mailboxKey);
    }
    this.#startWaiting();
  }

  /** In order, but a full mailbox does not hold up the others; within a mailbox a big one is not overtaken. */
  #startWaiting(): void {
    const blocked = new Set<string>();
    const still: Waiter[] = [];
    for (const waiter of this.#waiting) {
      const isBlocked = waiter.mailboxKey !== undefined && blocked.has(waiter.mailboxKey);
      if (!isBlocked && this.#take(waiter.mailboxKey, waiter.slots)) {
        waiter.start();
        continue;
      }
      if (waiter.mailboxKey !== undefined) blocked.add(waiter.mailboxKey);
      still.push(waiter);
    }
    this.#waiting = still;
  }
}
