// Stays below the 10,000 requests in 10 minutes that Outlook grants an application per mailbox. Waiting here is
// cheaper than being refused: after a refusal each write has to be looked for before it is repeated.
// https://learn.microsoft.com/graph/throttling-limits (Outlook service limits)

import type { Clock } from '../../ports/clock.ts';

const WINDOW_MS = 600_000;
/** Repetitions are not counted here, and a user's other applications have limits of their own. */
const MOST_REQUESTS = 9_500;

interface Window {
  readonly startedAt: number;
  used: number;
}

export interface MailboxBudget {
  /** Waits until the mailbox can take so many requests. */
  spend(mailboxKey: string, requests: number, signal: AbortSignal): Promise<void>;
}

export function createMailboxBudget(clock: Clock): MailboxBudget {
  const windows = new Map<string, Window>();
  return {
    async spend(mailboxKey, requests, signal) {
      for (;;) {
        const now = clock.now().getTime();
        const window = windows.get(mailboxKey);
        if (window === undefined || now - window.startedAt >= WINDOW_MS) {
          windows.set(mailboxKey, { startedAt: now, used: requests });
          return;
        }
        if (window.used + requests <= MOST_REQUESTS) {
          window.used += requests;
          return;
        }
        await clock.sleep(window.startedAt + WINDOW_MS - now, signal);
      }
    },
  };
}
