// The two ways a service counts use over time: everything within the last so many seconds, and a bucket that fills
// again at an even rate.

export interface WindowLimit {
  readonly most: number;
  readonly seconds: number;
}

export class SlidingWindow {
  #times: number[] = [];
  #amounts: number[] = [];
  #start = 0;
  #sum = 0;

  add(now: number, amount: number): void {
    this.#times.push(now);
    this.#amounts.push(amount);
    this.#sum += amount;
  }

  /** 0: `amount` more fits now; else the milliseconds until it does. */
  waitFor(now: number, amount: number, limit: WindowLimit): number {
    const length = limit.seconds * 1000;
    this.#forgetUntil(now - length);
    let sum = this.#sum + amount;
    if (sum <= limit.most) return 0;
    for (let index = this.#start; index < this.#times.length; index += 1) {
      sum -= this.#amounts[index] ?? 0;
      if (sum <= limit.most) return Math.max(1, (this.#times[index] ?? 0) + length - now);
    }
    // More than the limit in one piece: it never fits.
    return length;
  }

  #forgetUntil(time: number): void {
    while (this.#start < this.#times.length && (this.#times[this.#start] ?? 0) <= time) {
      this.#sum -= this.#amounts[this.#start] ?? 0;
      this.#start += 1;
    }
    if (this.#start > 1000 && this.#start * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#start);
      this.#amounts = this.#amounts.slice(this.#start);
      this.#start = 0;
    }
  }
}

export class TokenBucket {
  #left: number;
  #at: number;

  constructor(now: number, limit: WindowLimit) {
    this.#left = limit.most;
    this.#at = now;
  }

  /** Takes `amount` where there is as much (0), else says how many milliseconds that will take. */
  take(now: number, amount: number, limit: WindowLimit): number {
    const perMillisecond = limit.most / (limit.seconds * 1000);
    this.#left = Math.min(limit.most, this.#left + (now - this.#at) * perMillisecond);
    this.#at = now;
    if (this.#left < amount) return Math.max(1, (amount - this.#left) / perMillisecond);
    this.#left -= amount;
    return 0;
  }

  usedShare(limit: WindowLimit): number {
    return 1 - this.#left / limit.most;
  }
}
