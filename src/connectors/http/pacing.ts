// How many requests are in flight: per mailbox, and overall as many as the service bears at the moment. Microsoft
// counts 4 at once per application and mailbox (https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits);
// two gates of 4 would be refused. Whoever was told to slow down, a mailbox or the whole service, starts nothing new
// before its time.

import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Traffic, TrafficState } from '../../ports/traffic.ts';
import { afterAnswer, type ConcurrencyBounds, type LatencyLane, startConcurrency } from './concurrency.ts';
import { Pauses } from './pauses.ts';
import { type Refusal, STRENGTH } from './refusal.ts';
import { nextToStart, Turns, type Waiting } from './turns.ts';

export interface PacingLimits extends ConcurrencyBounds {
  readonly perMailbox: number;
  /** HTTP calls at once, whatever they hold: as many as there are connections. */
  readonly calls: number;
}

export const defaultPacingLimits: PacingLimits = {
  perMailbox: 4,
  start: 32,
  floor: 4,
  ceiling: 256,
  calls: 64,
};

/** Graph passes the parts of a batch on four at a time, whatever mailboxes they are for. */
const PARTS_AT_ONCE = 4;
/** The limit counts as used up from here on: what is left may be too little for a batch. */
const USED = 0.8;
/** The whole service is waited for longer than one mailbox: there is nothing else to do meanwhile. */
const LONGEST_SERVICE_PAUSE_MS = 15 * 60_000;

export interface Entrance {
  readonly host: string;
  readonly mailboxKey: string | undefined;
  /** Places in the gate of the mailbox. */
  readonly slots: number;
  /** Requests that the call holds; undefined: it is no batch. */
  readonly parts: number | undefined;
}

export interface Place {
  /** That an answer came, and what it refuses. */
  answered(refusals: readonly Refusal[]): void;
  leave(): void;
}

interface Waiter extends Waiting {
  readonly start: () => void;
}

export class Pacing implements Traffic {
  readonly #limits: PacingLimits;
  readonly #clock: Clock;
  readonly #slots = new Map<string, number>();
  readonly #pauses = new Pauses();
  readonly #turns = new Turns();
  /** Mailboxes whose requests wait for the service as a whole. */
  readonly #heldUp = new Map<string, number>();
  #concurrency;
  #units = 0;
  #requests = 0;
  #calls = 0;
  #shown = 0;
  #waiting: readonly Waiter[] = [];

  constructor(limits: PacingLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#concurrency = startConcurrency(limits);
  }

  /**
   * Rejects with the signal's reason, and with throttledTooLong when the mailbox is to be left alone for longer than
   * `longestPauseMs`, or the whole service for longer than anybody waits.
   */
  async enter(entrance: Entrance, longestPauseMs: number, signal: AbortSignal): Promise<Place> {
    const { mailboxKey, parts = 1 } = entrance;
    const slots = Math.min(Math.max(1, entrance.slots), this.#limits.perMailbox);
    const units = Math.min(Math.max(1, parts), PARTS_AT_ONCE);
    for (;;) {
      await this.#waitForPause(entrance, longestPauseMs, signal);
      signal.throwIfAborted();
      await this.#queue({ mailboxKey, slots, units, turn: this.#turns.take(mailboxKey) }, signal);
      // The mailbox may have been throttled while this one stood in the queue.
      if (this.#pauseOf(entrance).milliseconds === 0) break;
      this.#giveBack(mailboxKey, slots, units);
    }
    const sentAt = this.#now();
    this.#requests += parts;
    const isLimitUsed = this.#units >= this.#concurrency.limit * USED;
    let isHeld = true;
    return {
      answered: (refusals) => this.#learn({ ...entrance, sentAt, isLimitUsed }, refusals),
      leave: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#giveBack(mailboxKey, slots, units);
      },
    };
  }

  /** That one request waits before it is repeated; holds up no other. */
  showWait(milliseconds: number): void {
    const now = this.#now();
    this.#shown += 1;
    this.#pauses.pause(`request ${this.#shown}`, now + milliseconds, now);
  }

  requests(): number {
    return this.#requests;
  }

  state(): TrafficState {
    const now = this.#now();
    const pauses = this.#pauses.current(now);
    const waiting = new Set(this.#heldUp.keys());
    for (const key of pauses.keys()) if (key.startsWith(MAILBOX)) waiting.add(key.slice(MAILBOX.length));
    return {
      underWay: this.#units,
      limit: Math.floor(this.#concurrency.limit),
      waitingUntil: pauses.size === 0 ? undefined : new Date(Math.max(...pauses.values())).toISOString(),
      mailboxesWaiting: waiting.size,
      refusals: this.#pauses.refusals,
      waitedMs: this.#pauses.waitedMs(now),
    };
  }

  #learn(
    call: Entrance & { readonly sentAt: number; readonly isLimitUsed: boolean },
    refusals: readonly Refusal[],
  ): void {
    const now = this.#now();
    const { sentAt, isLimitUsed, parts } = call;
    const [strongest] = refusals.toSorted((a, b) => STRENGTH[b.reach] - STRENGTH[a.reach]);
    this.#concurrency = afterAnswer(
      this.#concurrency,
      {
        now,
        sentAt,
        requests: parts ?? 1,
        isLimitUsed,
        refusal: strongest?.reach,
        latency: strongest === undefined ? latencyOf(call, now - sentAt) : undefined,
      },
      this.#limits,
    );
    for (const { reach, mailboxKey, retryAfterMs } of refusals) {
      this.#pauses.countRefusal();
      if (retryAfterMs === undefined) continue;
      const key =
        reach === 'application' || mailboxKey === undefined ? SERVICE + call.host : MAILBOX + mailboxKey;
      this.#pauses.pause(key, now + retryAfterMs, now);
    }
    // The limit may have grown by more than the places that this call gives back.
    this.#startWaiting();
  }

  #pauseOf({ host, mailboxKey }: Entrance): { readonly milliseconds: number; readonly isOfService: boolean } {
    const now = this.#now();
    const ofService = this.#pauses.remaining(SERVICE + host, now);
    const ofMailbox = mailboxKey === undefined ? 0 : this.#pauses.remaining(MAILBOX + mailboxKey, now);
    return { milliseconds: Math.max(ofService, ofMailbox), isOfService: ofService >= ofMailbox };
  }

  async #waitForPause(entrance: Entrance, longestPauseMs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { milliseconds: retryAfterMs, isOfService } = this.#pauseOf(entrance);
      if (retryAfterMs === 0) return;
      const longest = isOfService ? Math.max(LONGEST_SERVICE_PAUSE_MS, longestPauseMs) : longestPauseMs;
      if (retryAfterMs > longest) throw new Failure('throttledTooLong', { retryAfterMs });
      const release = this.#holdUp(entrance.mailboxKey);
      await this.#clock.sleep(retryAfterMs, signal).finally(release);
    }
  }

  #holdUp(mailboxKey: string | undefined): () => void {
    if (mailboxKey === undefined) return () => {};
    this.#heldUp.set(mailboxKey, (this.#heldUp.get(mailboxKey) ?? 0) + 1);
    return () => {
      const left = (this.#heldUp.get(mailboxKey) ?? 1) - 1;
      if (left > 0) this.#heldUp.set(mailboxKey, left);
      else this.#heldUp.delete(mailboxKey);
    };
  }

  #queue(place: Waiting, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      reject(signal.reason);
      // The one who leaves may have been what others waited behind.
      this.#startWaiting();
    };
    const waiter: Waiter = {
      ...place,
      start: () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      },
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting = [...this.#waiting, waiter];
    this.#startWaiting();
    return promise;
  }

  #startWaiting(): void {
    for (;;) {
      const next = nextToStart(this.#waiting, {
        units: this.#units,
        calls: this.#calls,
        limit: this.#concurrency.limit,
        mostCalls: this.#limits.calls,
        perMailbox: this.#limits.perMailbox,
        slotsOf: (key) => this.#slots.get(key) ?? 0,
      });
      if (next === undefined) return;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.#calls += 1;
      this.#units += next.units;
      if (next.mailboxKey !== undefined)
        this.#slots.set(next.mailboxKey, (this.#slots.get(next.mailboxKey) ?? 0) + next.slots);
      this.#turns.started(next.turn);
      next.start();
    }
  }

  #giveBack(mailboxKey: string | undefined, slots: number, units: number): void {
    this.#calls -= 1;
    this.#units -= units;
    if (mailboxKey !== undefined) {
      const busy = (this.#slots.get(mailboxKey) ?? 0) - slots;
      if (busy > 0) this.#slots.set(mailboxKey, busy);
      else this.#slots.delete(mailboxKey);
    }
    this.#startWaiting();
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

const MAILBOX = 'mailbox ';
const SERVICE = 'service ';

/** Single requests are too unlike each other: a page of a thousand contacts, a folder, a token. */
function latencyOf(
  { parts, mailboxKey }: Entrance,
  durationMs: number,
): { readonly lane: LatencyLane; readonly milliseconds: number } | undefined {
  if (parts === undefined) return undefined;
  const lane = mailboxKey === undefined ? 'gathered' : 'mailbox';
  return { lane, milliseconds: durationMs / Math.ceil(parts / PARTS_AT_ONCE) };
}
