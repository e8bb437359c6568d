// Time that passes only when somebody lets it pass.

import type { Clock } from '../../ports/clock.ts';

interface Sleeper {
  /** In time that passed, whatever the clock on the wall was set to meanwhile. */
  readonly dueAt: number;
  readonly wake: () => void;
}

export interface FakeClockOptions {
  /** true (default): whoever sleeps moves the time on at once; false: sleepers wait for `advance`. */
  readonly sleepsAtOnce?: boolean;
}

export class FakeClock implements Clock {
  #passed = 0;
  #start: number;
  readonly #sleepsAtOnce: boolean;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = '2026-11-02T08:00:00.000Z', options: FakeClockOptions = {}) {
    this.#start = Date.parse(start);
    this.#sleepsAtOnce = options.sleepsAtOnce ?? true;
  }

  now(): Date {
    return new Date(this.#start + this.#passed);
  }

  /** How many wait in `sleep`. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Somebody sets the clock on the wall, forward or back. No time passes: who sleeps sleeps as long as before. */
  set(milliseconds: number): void {
    this.#start += milliseconds;
  }

  advance(milliseconds: number): void {
    this.#passed += milliseconds;
    const due = [...this.#sleepers].filter((sleeper) => sleeper.dueAt <= this.#passed);
    for (const sleeper of due.sort((a, b) => a.dueAt - b.dueAt)) sleeper.wake();
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#sleepsAtOnce) {
      this.advance(milliseconds);
      return;
    }
    if (milliseconds <= 0) return;
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        dueAt: this.#passed + milliseconds,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
