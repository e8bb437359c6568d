// The emulated service's own time: real time plus an offset, so that tokens, cursors and directory sync
// states can be made to expire without waiting.

export class EmulatorClock {
  #offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Forward only: the service's time never goes back. */
  advance(milliseconds: number): void {
    if (!Number.isFinite(milliseconds) || milliseconds < 0)
      throw new RangeError('the clock only goes forward');
    this.#offsetMs += milliseconds;
  }

  reset(): void {
    this.#offsetMs = 0;
  }
}
