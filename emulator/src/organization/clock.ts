// The emulated service's own time. It runs with real time, or a factor faster, and can be moved forward, so that
// tokens, cursors and sync states expire without waiting. Who sleeps here sleeps by this clock; with skipped waiting
// the clock jumps to the next sleeper's hour as soon as nothing happens any more, so that waiting costs no real time
// while everybody's work still counts at its real length.

import { setTimeout as realTimeout } from 'node:timers';

export interface ClockSpeed {
  /** Emulated seconds per real second. */
  readonly factor: number;
  /** Jump to the next sleeper after so many real milliseconds without any request; undefined: never. */
  readonly skipWaitingAfterMilliseconds: number | undefined;
}

export const realSpeed: ClockSpeed = { factor: 1, skipWaitingAfterMilliseconds: undefined };

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

const longestTimer = 2 ** 31 - 1;
// A loop that is late has work to do: whoever does it may be about to send a request.
const mostPostponements = 3;

export class EmulatorClock {
  readonly #atStart: ClockSpeed;
  readonly #ownTime: (() => number) | undefined;
  #speed: ClockSpeed = realSpeed;
  #realAnchor = Date.now();
  #anchor = this.#realAnchor;
  /** The earliest first. */
  readonly #sleepers: Sleeper[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerDue = 0;
  #quietTimer: NodeJS.Timeout | undefined;
  #activity = 0;
  #postponements = 0;

  /** `ownTime`: what passes for real time, in milliseconds since 1970, such as a processor's. */
  constructor(atStart: ClockSpeed = realSpeed, ownTime?: () => number) {
    this.#atStart = atStart;
    this.#ownTime = ownTime;
    this.setSpeed(atStart);
  }

  now(): Date {
    return new Date(this.milliseconds());
  }

  /** Since 1970, with fractions. */
  milliseconds(): number {
    return this.#anchor + (this.#real() - this.#realAnchor) * this.#speed.factor;
  }

  get speed(): ClockSpeed {
    return this.#speed;
  }

  setSpeed(speed: ClockSpeed): void {
    if (!(speed.factor >= 1 && speed.factor <= 10_000))
      throw new RangeError('the factor is between 1 and 10000');
    const now = this.milliseconds();
    this.#speed = speed;
    this.#realAnchor = this.#real();
    this.#anchor = now;
    this.#rearm();
  }

  /** Forward only: the service's time never goes back. */
  advance(milliseconds: number): void {
    if (!Number.isFinite(milliseconds) || milliseconds < 0)
      throw new RangeError('the clock only goes forward');
    this.#anchor += milliseconds;
    this.#wakeDue();
  }

  /** Emulated milliseconds. Rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(asError(signal.reason));
    if (!(milliseconds > 0)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#forget(sleeper);
        reject(asError(signal?.reason));
      };
      const sleeper: Sleeper = {
        due: this.milliseconds() + milliseconds,
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#insert(sleeper);
      this.noteActivity();
    });
  }

  /** A request came, an answer went: nobody is to be overtaken by a jump. */
  noteActivity(): void {
    this.#activity += 1;
    this.#postponements = 0;
    this.#watchQuiet();
  }

  /** To real time, at the speed of the start; who sleeps wakes. */
  reset(): void {
    this.#speed = this.#atStart;
    this.#realAnchor = this.#real();
    this.#anchor = Date.now();
    for (const sleeper of this.#sleepers.splice(0)) sleeper.wake();
    this.#rearm();
  }

  #real(): number {
    if (this.#ownTime !== undefined) return this.#ownTime();
    // Sped up, a millisecond is too coarse; at real speed the system's own clock is followed, corrections included.
    return this.#speed.factor === 1 ? Date.now() : performance.timeOrigin + performance.now();
  }

  #insert(sleeper: Sleeper): void {
    let low = 0;
    let high = this.#sleepers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sleepers[middle]?.due ?? 0) <= sleeper.due) low = middle + 1;
      else high = middle;
    }
    this.#sleepers.splice(low, 0, sleeper);
    if (low === 0) this.#armTimer();
  }

  #forget(sleeper: Sleeper): void {
    const index = this.#sleepers.indexOf(sleeper);
    if (index >= 0) this.#sleepers.splice(index, 1);
    this.#rearm();
  }

  #rearm(): void {
    this.#timerDue = 0;
    this.#armTimer();
    this.#watchQuiet();
  }

  #armTimer(): void {
    const [first] = this.#sleepers;
    if (first !== undefined && this.#timerDue === first.due) return;
    clearTimeout(this.#timer);
    this.#timerDue = first?.due ?? 0;
    if (first === undefined) return;
    const realMilliseconds = Math.ceil((first.due - this.milliseconds()) / this.#speed.factor);
    this.#timer = realTimeout(() => this.#wakeDue(), Math.min(Math.max(1, realMilliseconds), longestTimer));
  }

  #wakeDue(): void {
    const now = this.milliseconds();
    for (let [first] = this.#sleepers; first !== undefined && first.due <= now; [first] = this.#sleepers) {
      this.#sleepers.shift();
      first.wake();
      this.#activity += 1;
    }
    this.#rearm();
  }

  #watchQuiet(): void {
    clearTimeout(this.#quietTimer);
    const quiet = this.#speed.skipWaitingAfterMilliseconds;
    if (quiet === undefined || this.#sleepers.length === 0) return;
    const since = performance.now();
    this.#quietTimer = realTimeout(() => {
      const seen = this.#activity;
      const isLate = performance.now() - since > 2 * quiet + 2;
      // Timers come before sockets in a turn of the loop: what has arrived meanwhile is heard first.
      setImmediate(() => {
        if (seen !== this.#activity) return;
        if (isLate && this.#postponements < mostPostponements) {
          this.#postponements += 1;
          this.#watchQuiet();
        } else this.#jump();
      });
    }, quiet);
  }

  #jump(): void {
    const [first] = this.#sleepers;
    if (first === undefined) return;
    this.#anchor += Math.max(0, first.due - this.milliseconds());
    this.#wakeDue();
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the sleep was aborted', { cause: reason });
}
