// How many contacts go into one request. A server ends a batch after a minute and counts each item against our budget
// (ews.md, section 3), and no limit is documented: so the size is found out by what the server makes of it.

const START = 50;
export const LARGEST_BATCH = 100;
/** Before anything was too much; after that, a quarter more at a time, and never as much as was too much lately. */
const FIRST_STEP = 25;
/** Quick enough for more, and so slow that the server's minute comes near. */
const QUICK_MS = 5_000;
const SLOW_MS = 20_000;
/** In a row, before more is tried. */
const GOOD_BATCHES = 2;
/** Good batches at the highest size allowed, until a little more is allowed again. */
const FORGET_AFTER = 20;

export class BatchSize {
  #current = START;
  #most = LARGEST_BATCH;
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
    if (this.#current < this.#most) {
      if (this.#good >= GOOD_BATCHES) this.#grow();
    } else if (this.#good >= FORGET_AFTER && this.#most < LARGEST_BATCH) {
      this.#most += 1;
      this.#grow();
    }
  }

  /** A batch of this size was too much. */
  shrink(size: number): void {
    this.#good = 0;
    this.#most = Math.max(1, Math.min(this.#most, size - 1));
    this.#current = Math.max(1, Math.min(this.#current, Math.floor(size / 2)));
  }

  #grow(): void {
    this.#good = 0;
    const step = this.#most === LARGEST_BATCH ? FIRST_STEP : Math.ceil(this.#current / 4);
    this.#current = Math.min(this.#most, this.#current + step);
  }
}
