// What the service does once a minute beside the queue: mails that wait, old runs that go. A chore that is slow or fails
// keeps neither the queue nor another chore waiting.

import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { restOfMinute } from './each-minute.ts';
import { StandingTrouble } from './standing-trouble.ts';

export interface Chore {
  /** For the log. */
  readonly name: string;
  /**
   * Asked at the beginning of every minute, and not again before it is over: it decides by itself whether there is
   * anything to do, and asks nothing that costs more than a look. The signal: the service stops and waits for it.
   */
  carryOut(signal: AbortSignal): Promise<unknown>;
}

/** Until the signal; then until the chores in hand are over. */
export async function runChores(
  chores: readonly Chore[],
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    chores.map(async (chore) => {
      const { name } = chore;
      const trouble = new StandingTrouble(clock, {
        met: (data) => log.error('chore failed', { chore: name, ...data }),
        over: () => log.info('chore is done again', { chore: name }),
      });
      while (!signal.aborted) {
        try {
          await chore.carryOut(signal);
          trouble.over();
        } catch (thrown) {
          if (!signal.aborted) trouble.met(thrown);
        }
        await restOfMinute(clock, signal);
      }
    }),
  );
}
