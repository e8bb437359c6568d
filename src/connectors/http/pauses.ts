// Until when a service wants to be left alone, as a whole or in one mailbox, and how long that was waited for.

export class Pauses {
  readonly #until = new Map<string, number>();
  #refusals = 0;
  #waitedMs = 0;
  /** Up to here the waiting is counted, so that mailboxes that wait together are not added up. */
  #countedUntil = 0;

  get refusals(): number {
    return this.#refusals;
  }

  countRefusal(): void {
    this.#refusals += 1;
  }

  /** Milliseconds since 1970. A shorter wish does not end a longer one. */
  pause(key: string, until: number, now: number): void {
    this.#until.set(key, Math.max(until, this.#until.get(key) ?? 0));
    this.#waitedMs += Math.max(0, until - Math.max(now, this.#countedUntil));
    this.#countedUntil = Math.max(until, this.#countedUntil);
  }

  /** 0: not paused. */
  remaining(key: string, now: number): number {
    return Math.max(0, (this.#until.get(key) ?? 0) - now);
  }

  /** Those that last, by key. */
  current(now: number): ReadonlyMap<string, number> {
    for (const [key, until] of this.#until) if (until <= now) this.#until.delete(key);
    return this.#until;
  }

  /** So far. */
  waitedMs(now: number): number {
    return this.#waitedMs - Math.max(0, this.#countedUntil - now);
  }
}
