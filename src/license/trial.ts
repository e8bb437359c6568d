// The trial: 21 days from the first run, 20 mailboxes per run.

import type { TrialLimit } from '../ports/license.ts';
import type { Settings } from '../ports/settings.ts';
import { createSeenTime } from './seen-time.ts';

const TRIAL_DAYS = 21;
const TRIAL_MAILBOXES = 20;
const DAY_MS = 24 * 60 * 60 * 1000;

const FIRST_RUN = 'trial.firstRunAt';
const LATEST_RUN = 'trial.latestRunAt';

export interface Trial {
  current(now: Date): Promise<TrialLimit>;
  recordRun(now: Date): Promise<void>;
}

export function createTrial(settings: Settings): Trial {
  const seen = createSeenTime(settings, LATEST_RUN);
  return {
    async current(now) {
      const limit = { kind: 'trial', maxMailboxes: TRIAL_MAILBOXES } as const;
      const firstRunAt = Date.parse((await settings.read(FIRST_RUN)) ?? '');
      if (Number.isNaN(firstRunAt)) return { ...limit, mayWrite: true, endsAt: undefined };
      const endsAt = firstRunAt + TRIAL_DAYS * DAY_MS;
      return {
        ...limit,
        mayWrite: (await seen.at(now)) < endsAt,
        endsAt: new Date(endsAt - (await seen.behind(now))).toISOString(),
      };
    },

    async recordRun(now) {
      await settings.writeIfAbsent(FIRST_RUN, now.toISOString());
      await seen.record(now);
    },
  };
}
