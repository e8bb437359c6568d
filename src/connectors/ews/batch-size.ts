// How many contacts go into one request. A server ends a batch after a minute and counts each item against our budget
// (ews.md, section 3), and no limit is documented: so the size is found out by what the server makes of it.

const START = 50;
export const LARGEST_BATCH = 100;
const STEP = 25;
/** Quick enough for more, and so slow that the server's minute comes near. */
const QUICK_MS = 5_000;
const SLOW_MS = 20_000;
/** In a row, before more is tried. */
const GOOD_BATCHES = 2;

export class BatchSize {
  #current = START;
  #good = 0;

  get current(): number {
    return this.#current;
  }

  /** A batch of this size was carried out as a whole. */
  passed(size: number, durationMs: number): void {
    if (durationMs > SLOW_MS) {
      this.shrink(size);
      return;
    }
    if (durationMs > QUICK_MS || size < this.#current) return;
    this.#good += 1;
    if (this.#good < GOOD_BATCHES) return;
    this.#good = 0;
    this.#current = Math.min(LARGEST_BATCH, this.#current + STEP);
  }

  /** A batch of this size was too much. */
  shrink(size: number): void {
    this.#good = 0;
    this.#current = Math.max(1, Math.min(this.#current, Math.floor(size / 2)));
  }
}
