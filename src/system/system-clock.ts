// The time of this computer; the only place that asks for it.

import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(milliseconds, signal) {
    try {
      await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (thrown) {
      // Node wraps the reason into an AbortError of its own.
      throw signal?.aborted === true ? signal.reason : thrown;
    }
  },
};
