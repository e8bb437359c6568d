// The trial: 21 days from the first run, 20 mailboxes per run. The latest time ever seen counts, so that setting the
// clock back does not prolong it.

import type { License, LicenseLimit } from '../ports/license.ts';
import type { Settings } from '../ports/settings.ts';

const TRIAL_DAYS = 21;
const TRIAL_MAILBOXES = 20;
const DAY_MS = 24 * 60 * 60 * 1000;

const FIRST_RUN = 'trial.firstRunAt';
const LATEST_RUN = 'trial.latestRunAt';

export function createTrial(settings: Settings): License {
  return {
    async current(now): Promise<LicenseLimit> {
      const limit = { kind: 'trial', maxMailboxes: TRIAL_MAILBOXES } as const;
      const firstRunAt = await readTime(settings, FIRST_RUN);
      if (firstRunAt === undefined) return { ...limit, mayWrite: true, endsAt: undefined };
      const endsAt = firstRunAt + TRIAL_DAYS * DAY_MS;
      const latest = Math.max(now.getTime(), (await readTime(settings, LATEST_RUN)) ?? firstRunAt);
      return { ...limit, mayWrite: latest < endsAt, endsAt: new Date(endsAt).toISOString() };
    },

    async recordRun(now) {
      await settings.writeIfAbsent(FIRST_RUN, now.toISOString());
      const latest = await readTime(settings, LATEST_RUN);
      if (latest === undefined || latest < now.getTime()) await settings.write(LATEST_RUN, now.toISOString());
    },
  };
}

async function readTime(settings: Settings, key: string): Promise<number | undefined> {
  const text = await settings.read(key);
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
