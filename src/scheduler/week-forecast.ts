// What the coming days will look like: every due moment, when its turn comes, how long it will take, and where in the
// day there is room. Pure; the queue's own rules applied to measured durations.

import type { Timetable } from '../core/timetable.ts';

/** Which policies run one after the other. */
type OneAtATime = 'environment' | 'all';

const MINUTE = 60_000;
const MINUTES_PER_DAY = 24 * 60;
const DAY = MINUTES_PER_DAY * MINUTE;
/** Two policies of every minute for a week, which a small computer works out in seconds. */
const MOST_MOMENTS = 25_000;

export interface Foreseen {
  /** Of each timetable, in order of time. */
  readonly moments: readonly (readonly Date[])[];
  /** Nothing is missing in so many. */
  readonly days: number;
}

/** So many days of all timetables, or fewer whole days where that would be too much. */
export function foresee(
  timetables: readonly Pick<Timetable, 'momentsAfter'>[],
  now: Date,
  days: number,
  most = MOST_MOMENTS,
): Foreseen {
  const asked = timetables.map((timetable) => {
    const ahead = timetable.momentsAfter(now)[Symbol.iterator]();
    return { ahead, moments: [] as Date[], next: ahead.next() };
  });
  let whole = 0;
  let found = 0;
  while (whole < days && found < most) {
    whole += 1;
    const until = new Date(now.getTime() + whole * DAY);
    for (const one of asked) {
      for (; !one.next.done && one.next.value <= until; one.next = one.ahead.next()) {
        one.moments.push(one.next.value);
        found += 1;
      }
    }
  }
  return { moments: asked.map(({ moments }) => moments), days: whole };
}

export interface DuePlan {
  readonly policy: string;
  readonly environment: string;
  /** In order of time. */
  readonly moments: readonly Date[];
  /** Measured; undefined: never ran. */
  readonly durationMs: number | undefined;
  /** Absent: never verified by its schedule. */
  readonly verify?: VerifyPlan;
}

/** A verify run comes after a run, in its turn, when the last one is old enough. */
export interface VerifyPlan {
  readonly pauseMs: number;
  /** undefined: never; the first one comes after the first run. */
  readonly lastBeganAt: number | undefined;
  /** Measured; undefined: never ran. */
  readonly durationMs: number | undefined;
}

export interface ForecastTurn {
  readonly policy: string;
  readonly environment: string;
  readonly dueAt: Date;
  /** Later than `dueAt` where others are before it; undefined: it still waits or runs, and is not queued again. */
  readonly beginsAt: Date | undefined;
  /** Of the run, and of the verify run after it. */
  readonly durationMs: number | undefined;
  readonly verifies: boolean;
}

/** A policy that is due again before a run of it can be over. */
export interface TooOften {
  readonly policy: string;
  readonly shortestPauseMs: number;
  readonly durationMs: number;
}

/** A time of day at which nothing of the environment ran on any of the days. */
export interface FreeSlot {
  readonly environment: string;
  /** Minutes since midnight in the zone that was asked for; `to` may lie on the next day. */
  readonly from: number;
  readonly to: number;
}

/** All turns in order of time. Policies that were due at the same moment keep the order in which they are given. */
export function forecastTurns(
  plans: readonly DuePlan[],
  oneAtATime: OneAtATime = 'environment',
): readonly ForecastTurn[] {
  const due = plans
    .flatMap((plan) => plan.moments.map((at) => ({ plan, at })))
    .sort((one, other) => one.at.getTime() - other.at.getTime());
  const freeAt = new Map<string, number>();
  const overAt = new Map<string, number>();
  const verifiedAt = new Map<string, number>();
  return due.map(({ plan: { policy, environment, durationMs: runMs, verify }, at }) => {
    const turn = { policy, environment, dueAt: at, durationMs: runMs, verifies: false };
    if ((overAt.get(policy) ?? 0) > at.getTime()) return { ...turn, beginsAt: undefined };
    const lane = oneAtATime === 'all' ? '' : environment;
    const begin = Math.max(at.getTime(), freeAt.get(lane) ?? 0);
    const runEnd = begin + (runMs ?? 0);
    const last = verifiedAt.get(policy) ?? verify?.lastBeganAt ?? Number.NEGATIVE_INFINITY;
    const verifies = verify !== undefined && runEnd - last >= verify.pauseMs;
    if (verifies) verifiedAt.set(policy, runEnd);
    const end = runEnd + (verifies ? (verify.durationMs ?? 0) : 0);
    freeAt.set(lane, end);
    overAt.set(policy, end);
    const durationMs = verifies && end > begin ? end - begin : runMs;
    return { ...turn, beginsAt: new Date(begin), durationMs, verifies };
  });
}

export function dueTooOften(plans: readonly DuePlan[]): readonly TooOften[] {
  return plans.flatMap(({ policy, moments, durationMs }) => {
    if (durationMs === undefined) return [];
    let shortestPauseMs = Number.POSITIVE_INFINITY;
    for (const [index, moment] of moments.entries()) {
      const before = moments[index - 1];
      if (before !== undefined)
        shortestPauseMs = Math.min(shortestPauseMs, moment.getTime() - before.getTime());
    }
    return shortestPauseMs < durationMs ? [{ policy, shortestPauseMs, durationMs }] : [];
  });
}

/** The longest first. `minuteOfDay`: of a moment, in the zone of the reader. */
export function freeSlots(
  turns: readonly ForecastTurn[],
  environment: string,
  minuteOfDay: (moment: Date) => number,
  atLeastMinutes: number,
  oneAtATime: OneAtATime = 'environment',
): readonly FreeSlot[] {
  const isTaken = new Uint8Array(MINUTES_PER_DAY);
  for (const turn of turns) {
    const isInTheWay = oneAtATime === 'all' || turn.environment === environment;
    if (!isInTheWay || turn.beginsAt === undefined) continue;
    const minutes = Math.min(MINUTES_PER_DAY, Math.ceil((turn.durationMs ?? 0) / MINUTE) + 1);
    const first = minuteOfDay(turn.beginsAt);
    for (let minute = 0; minute < minutes; minute += 1) isTaken[(first + minute) % MINUTES_PER_DAY] = 1;
  }
  const begin = isTaken.indexOf(1);
  if (begin < 0) return [{ environment, from: 0, to: MINUTES_PER_DAY }];
  const slots: FreeSlot[] = [];
  // Around the clock once, from a minute that is taken, so that no slot is cut in two at midnight.
  let from: number | undefined;
  for (let step = 0; step <= MINUTES_PER_DAY; step += 1) {
    const isFree = isTaken[(begin + step) % MINUTES_PER_DAY] === 0;
    if (isFree) from ??= begin + step;
    else if (from !== undefined) {
      const shift = from >= MINUTES_PER_DAY ? MINUTES_PER_DAY : 0;
      slots.push({ environment, from: from - shift, to: begin + step - shift });
      from = undefined;
    }
  }
  return slots
    .filter((slot) => slot.to - slot.from >= atLeastMinutes)
    .sort((one, other) => other.to - other.from - (one.to - one.from));
}
