// Time that only passes: setting the clock back wins nothing, and a clock that stays behind goes on from the latest time
// seen. A clock that is put right again counts as it is.

import type { Settings } from '../ports/settings.ts';

export interface SeenTime {
  /** Changes nothing: looking with a wrong clock ends nothing. Milliseconds since 1970. */
  at(now: Date): Promise<number>;
  record(now: Date): Promise<void>;
  /** How far the clock was set back; it says so when it ends something. */
  behind(now: Date): Promise<number>;
}

/** What is stored: the latest time seen, and by how much the clock was behind it. */
interface Seen {
  readonly latest: number;
  readonly behind: number;
}

export function createSeenTime(settings: Settings, key: string): SeenTime {
  const behind = async (now: Date) => timePassed(await readSeen(settings, key), now).behind;
  return {
    behind,
    at: async (now) => now.getTime() + (await behind(now)),
    async record(now) {
      const seen = timePassed(await readSeen(settings, key), now);
      await settings.write(key, `${new Date(seen.latest).toISOString()} ${seen.behind}`);
    },
  };
}

function timePassed(seen: Seen | undefined, now: Date): Seen {
  const time = now.getTime();
  if (seen === undefined || time >= seen.latest) return { latest: time, behind: 0 };
  const latest = Math.max(seen.latest, time + seen.behind);
  return { latest, behind: latest - time };
}

async function readSeen(settings: Settings, key: string): Promise<Seen | undefined> {
  const [iso = '', behind = '0'] = ((await settings.read(key)) ?? '').split(' ');
  const latest = Date.parse(iso);
  return Number.isNaN(latest) ? undefined : { latest, behind: Math.max(0, Number(behind) || 0) };
}
