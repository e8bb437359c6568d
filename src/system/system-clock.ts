// The time of this computer; the only place that asks for it.

import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/** Node's timers end at once when they are told a longer time: almost 25 days. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(milliseconds, signal) {
    try {
      await wait(Math.min(milliseconds, LONGEST_WAIT_MS), undefined, signal === undefined ? {} : { signal });
    } catch (thrown) {
      // Node wraps the reason into an AbortError of its own.
      throw signal?.aborted === true ? signal.reason : thrown;
    }
  },
};
