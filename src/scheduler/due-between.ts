// Whether a policy is due now, given up to when its schedule was looked at before.

import type { Timetable } from '../core/timetable.ts';
import type { QueuedPolicy } from '../ports/run-queue.ts';

/** A moment that is longer gone than this was missed: the service looks every minute. */
const ON_TIME = 2 * 60_000;

/** However many moments were missed, the policy is due once. undefined: not due. */
export function dueBetween(
  timetable: Timetable,
  missed: 'once' | 'skip',
  consideredUntil: string | undefined,
  now: Date,
): Pick<QueuedPolicy, 'dueAt' | 'reason'> | undefined {
  // A schedule that nobody has looked at yet is new: what lies before is not its own.
  if (consideredUntil === undefined) return undefined;
  const latest = timetable.momentsBetween(new Date(consideredUntil), now).at(-1);
  if (latest === undefined) return undefined;
  const isMissed = now.getTime() - latest.getTime() > ON_TIME;
  if (isMissed && missed === 'skip') return undefined;
  return { dueAt: latest.toISOString(), reason: isMissed ? 'missed' : 'schedule' };
}
