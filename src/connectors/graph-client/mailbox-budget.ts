// Stays below the 10,000 requests in 10 minutes that Outlook grants an application per mailbox. Waiting here is
// cheaper than being refused: after a refusal each write has to be looked for before it is repeated.
// https://learn.microsoft.com/graph/throttling-limits (Outlook service limits)

import type { Clock } from '../../ports/clock.ts';

const WINDOW_MS = 600_000;
/** What was spent is kept in slices: exact enough, and sixty numbers instead of ten thousand. */
const SLICE_MS = 10_000;
/** Repetitions are not counted here, and a user's other applications have limits of their own. */
const MOST_REQUESTS = 9_500;

interface Slice {
  readonly startedAt: number;
  used: number;
}

export interface MailboxBudget {
  /** Waits until the mailbox can take so many requests: in no ten minutes more than it grants. */
  spend(mailboxKey: string, requests: number, signal: AbortSignal): Promise<void>;
}

export function createMailboxBudget(clock: Clock): MailboxBudget {
  const spent = new Map<string, Slice[]>();
  return {
    async spend(mailboxKey, requests, signal) {
      for (;;) {
        const now = clock.now().getTime();
        // A slice counts until its last moment is ten minutes old.
        const slices = (spent.get(mailboxKey) ?? []).filter(
          ({ startedAt }) => now - startedAt < WINDOW_MS + SLICE_MS,
        );
        spent.set(mailboxKey, slices);
        const used = slices.reduce((sum, slice) => sum + slice.used, 0);
        const [oldest] = slices;
        if (oldest === undefined || used + requests <= MOST_REQUESTS) {
          const last = slices.at(-1);
          if (last !== undefined && now - last.startedAt < SLICE_MS) last.used += requests;
          else slices.push({ startedAt: now, used: requests });
          return;
        }
        await clock.sleep(oldest.startedAt + WINDOW_MS + SLICE_MS - now, signal);
      }
    },
  };
}
