// The beat of the service: the beginning of every minute of the clock on the wall.

import type { Clock } from '../ports/clock.ts';

export const MINUTE = 60_000;

/** Until the next minute begins, or until the signal. However the clock is set meanwhile, never longer than a minute. */
export async function restOfMinute(clock: Clock, signal: AbortSignal): Promise<void> {
  const left = MINUTE - (clock.now().getTime() % MINUTE);
  await clock.sleep(left, signal).catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown;
  });
}
