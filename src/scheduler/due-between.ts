// Whether a policy is due now, given up to when its schedule was looked at before.

import type { Timetable } from '../core/timetable.ts';
import type { QueuedPolicy } from '../ports/run-queue.ts';

const HOUR = 60 * 60_000;

/** A moment that is longer gone than this was missed: the service looks every minute. */
const ON_TIME = 2 * 60_000;

/**
 * A clock that is set back by less than this does not repeat what was due meanwhile; one that is set back by more was
 * wrong before, and what it says now counts at once. The rule of Vixie's cron, which administrators know.
 */
const MOST_SET_BACK = 3 * HOUR;

/** What was looked at before lies ahead of a clock that was set back a little: wait until it is reached again. */
export function isAhead(consideredUntil: string | undefined, now: Date): boolean {
  if (consideredUntil === undefined) return false;
  const ahead = Date.parse(consideredUntil) - now.getTime();
  return ahead > 0 && ahead <= MOST_SET_BACK;
}

/** Whether a run that began then was for what was due. One from before the clock was set back tells nothing. */
export function isAnswered(dueAt: string, beganAt: string, now: Date): boolean {
  const began = Date.parse(beganAt);
  return began >= Date.parse(dueAt) && began <= now.getTime();
}

/** However many moments were missed, the policy is due once. undefined: not due. */
export function dueBetween(
  timetable: Timetable,
  missed: 'once' | 'skip',
  consideredUntil: string | undefined,
  now: Date,
): Pick<QueuedPolicy, 'dueAt' | 'reason'> | undefined {
  // A schedule that nobody has looked at yet is new: what lies before is not its own.
  if (consideredUntil === undefined) return undefined;
  const latest = latestBetween(timetable, Date.parse(consideredUntil), now);
  if (latest === undefined) return undefined;
  const isMissed = now.getTime() - latest.getTime() > ON_TIME;
  if (isMissed && missed === 'skip') return undefined;
  return { dueAt: latest.toISOString(), reason: isMissed ? 'missed' : 'schedule' };
}

/** Looks back step by step: after a year without a service there are half a million moments of every minute. */
function latestBetween(timetable: Timetable, after: number, until: Date): Date | undefined {
  for (let span = HOUR; ; span *= 4) {
    const from = Math.max(after, until.getTime() - span);
    const latest = timetable.momentsBetween(new Date(from), until).at(-1);
    if (latest !== undefined || from === after) return latest;
  }
}
