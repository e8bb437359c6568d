// When a policy is due: the moments of its schedule, in its time zone. Pure.
//
// Where daylight saving begins, a time that does not exist falls on the first moment after the gap; where it ends, a
// time that exists twice counts once, the first time. Intervals are elapsed time: they go on evenly through both.

import { Cron } from 'croner';
import { Failure } from '../model/failure.ts';
import type { DailyWindow, Schedule } from '../model/policy.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** More than every 5 minutes for two weeks: whatever is left out for so long always is. */
const MOST_LEFT_OUT = 5_000;
/** A window is at most a day long, and a day at most 25 hours. */
const LONGEST_WINDOW = 26 * 60 * MINUTE;
/** The longest pause a calendar has: 29 February from 2096 to 2104. */
const LONGEST_PAUSE = 8 * 366 * DAY;

type Days = DailyWindow['days'];

const CRON_DAY: Record<Days[number], number> = {
  sunday: 0,
  monday: 1,
  tuesday: 2,
  wednesday: 3,
  thursday: 4,
  friday: 5,
  saturday: 6,
};

/** What the schedule says, ready to be asked. Throws Failure `invalidDocument`. */
export interface Timetable {
  /** All moments after this, in order, as far as they are asked for; those within a blackout are left out. */
  momentsAfter(after: Date): Iterable<Date>;
  /** Moments after `after`, up to and with `until`, in order; those within a blackout are left out. */
  momentsBetween(after: Date, until: Date): readonly Date[];
  /** The first moment after this; undefined when there is none within eight years. */
  next(after: Date): Date | undefined;
}

/** Throws Failure `invalidDocument` with the place. */
export function makeTimetable(schedule: Schedule, zoneOfEnvironment: string): Timetable {
  const timeZone = schedule.timeZone ?? zoneOfEnvironment;
  const moments = momentsOf(schedule, timeZone);
  const blackouts = schedule.blackouts.map((window) => spansOf(window, timeZone));
  const isBlackout = (moment: Date): boolean =>
    blackouts.some((spanAt) => spanAt(moment).begin !== undefined);

  function* from(after: Date): Generator<Date> {
    let last = after;
    let leftOut = 0;
    while (leftOut < MOST_LEFT_OUT) {
      const moment = moments(last);
      if (moment === undefined || moment.getTime() - last.getTime() > LONGEST_PAUSE) return;
      leftOut = isBlackout(moment) ? leftOut + 1 : 0;
      if (leftOut === 0) yield moment;
      last = moment;
    }
  }

  return {
    momentsAfter: from,
    momentsBetween(after, until) {
      const found: Date[] = [];
      for (const moment of from(after)) {
        if (moment > until) break;
        found.push(moment);
      }
      return found;
    },
    next(after) {
      const [first] = from(after);
      return first;
    },
  };
}

/** The first moment after a given one, blackouts not looked at. */
type Moments = (after: Date) => Date | undefined;

function momentsOf({ times, interval, cron }: Schedule, timeZone: string): Moments {
  const ways = [times, interval, cron].filter((way) => way !== undefined);
  if (ways.length !== 1) throw invalid('schedule', 'exactly one of times, interval and cron must be given');
  if (cron !== undefined) return momentsOfPattern(cron, timeZone);
  if (interval !== undefined) return momentsOfInterval(interval, timeZone);
  const each = (times ?? []).flatMap(({ days, at }) =>
    at.map((time) => momentsOfPattern(daily(time, days), timeZone)),
  );
  return (after) => earliest(each.map((moments) => moments(after)));
}

function momentsOfPattern(pattern: string, timeZone: string): Moments {
  try {
    const timer = new Cron(pattern, { timezone: timeZone, mode: '5-part', paused: true });
    // The first question is where the library looks at the time zone.
    timer.nextRun(new Date(0));
    return (after) => timer.nextRun(after) ?? undefined;
  } catch (thrown) {
    throw isZone(timeZone)
      ? invalid('schedule.cron', `${JSON.stringify(pattern)} is not a cron pattern of five parts`, thrown)
      : invalid('schedule.timeZone', `${JSON.stringify(timeZone)} is not a time zone such as Europe/Berlin`);
  }
}

function momentsOfInterval(
  { minutes, window }: NonNullable<Schedule['interval']>,
  timeZone: string,
): Moments {
  const step = minutes * MINUTE;
  const spanAt = spansOf(window, timeZone);
  return (after) => {
    const { begin, end } = spanAt(after);
    if (begin === undefined) return end;
    const steps = Math.floor((after.getTime() - begin.getTime()) / step) + 1;
    const moment = new Date(begin.getTime() + steps * step);
    if (end === undefined || moment < end) return moment;
    // The next window may begin the moment this one ends.
    const next = spanAt(end);
    return next.begin ?? next.end;
  };
}

/** An open window; or, without `begin`, the time until the next one begins (`end`, undefined: never). */
interface Span {
  readonly begin: Date | undefined;
  readonly end: Date | undefined;
}

/** The span that a moment lies in. The last answer is kept: the questions come in order of time, many to one span. */
function spansOf(window: DailyWindow, timeZone: string): (moment: Date) => Span {
  const begins = momentsOfPattern(daily(window.from, window.days), timeZone);
  const ends = momentsOfPattern(daily(window.to === '24:00' ? '00:00' : window.to, undefined), timeZone);
  let kept: { readonly from: Date; readonly span: Span } | undefined;
  return (moment) => {
    if (kept !== undefined && moment >= kept.from && isBefore(moment, kept.span.end)) return kept.span;
    const begin = latest(begins, new Date(moment.getTime() - LONGEST_WINDOW), moment);
    const end = begin === undefined ? undefined : ends(begin);
    const span = begin !== undefined && isBefore(moment, end) ? { begin, end } : gapAt(begins, moment);
    kept = { from: span.begin ?? moment, span };
    return span;
  };
}

const gapAt = (begins: Moments, moment: Date): Span => ({ begin: undefined, end: begins(moment) });

const isBefore = (moment: Date, end: Date | undefined): boolean => end === undefined || moment < end;

/** The last moment after `after`, up to and with `until`. */
function latest(moments: Moments, after: Date, until: Date): Date | undefined {
  let found: Date | undefined;
  for (let next = moments(after); next !== undefined && next <= until; next = moments(next)) found = next;
  return found;
}

function earliest(moments: readonly (Date | undefined)[]): Date | undefined {
  let found: Date | undefined;
  for (const moment of moments) {
    if (moment !== undefined && (found === undefined || moment < found)) found = moment;
  }
  return found;
}

function daily(time: string, days: Days | undefined): string {
  const [hour = '0', minute = '0'] = time.split(':');
  const week = days === undefined ? '*' : days.map((day) => CRON_DAY[day]).join(',');
  return `${Number(minute)} ${Number(hour)} * * ${week}`;
}

function isZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

const invalid = (place: string, reason: string, cause?: unknown): Failure =>
  new Failure('invalidDocument', { details: { places: [`${place}: ${reason}`] }, cause });
