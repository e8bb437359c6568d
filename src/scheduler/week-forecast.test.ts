import { describe, expect, it } from 'vitest';
import { type DuePlan, dueTooOften, forecastTurns, foresee, freeSlots } from './week-forecast.ts';

const MINUTE = 60_000;
const at = (clock: string, day = 2): Date => new Date(`2026-11-0${day}T${clock}:00.000Z`);
const minuteOfDay = (moment: Date): number => moment.getUTCHours() * 60 + moment.getUTCMinutes();

const plan = (
  policy: string,
  minutes: number | undefined,
  moments: readonly Date[],
  more: Partial<DuePlan> = {},
) => ({
  policy,
  environment: 'contoso',
  moments,
  durationMs: minutes === undefined ? undefined : minutes * MINUTE,
  ...more,
});

const begins = (plans: readonly DuePlan[]) =>
  forecastTurns(plans).map(
    ({ policy, beginsAt }) => `${policy} ${beginsAt?.toISOString().slice(11, 16) ?? 'not again'}`,
  );

describe('how far it looks ahead', () => {
  const every = (minutes: number) => ({
    asked: 0,
    *momentsAfter(after: Date) {
      for (let time = after.getTime() + minutes * MINUTE; ; time += minutes * MINUTE) {
        this.asked += 1;
        yield new Date(time);
      }
    },
  });

  it('is so many days, for all', () => {
    const { moments, days } = foresee([every(60), every(24 * 60)], at('00:00'), 31);
    expect(days).toBe(31);
    expect(moments.map(({ length }) => length)).toEqual([31 * 24, 31]);
  });

  it('is fewer whole days where policies are due too many times, and no more is worked out', () => {
    const often = every(1);
    const { moments, days } = foresee([often, every(24 * 60)], at('00:00'), 400, 3_000);
    expect(days).toBe(3);
    expect(moments.map(({ length }) => length)).toEqual([3 * 24 * 60, 3]);
    expect(often.asked).toBe(3 * 24 * 60 + 1);
  });

  it('is one day at least', () => {
    expect(foresee([every(1)], at('00:00'), 7, 10).days).toBe(1);
  });

  it('ends where a schedule does', () => {
    const { moments, days } = foresee([{ momentsAfter: () => [at('06:00')] }], at('00:00'), 7);
    expect([days, moments]).toEqual([7, [[at('06:00')]]]);
  });
});

describe('the forecast of turns', () => {
  it('lets policies of one environment wait for each other, and those of another not', () => {
    expect(
      begins([
        plan('staff', 30, [at('06:00')]),
        plan('guests', 10, [at('06:00')]),
        plan('partners', 5, [at('06:35')]),
        plan('fabrikam', 60, [at('06:10')], { environment: 'fabrikam' }),
      ]),
    ).toEqual(['staff 06:00', 'guests 06:30', 'fabrikam 06:10', 'partners 06:40']);
  });

  it('lets all policies wait for each other where one runs at a time in all', () => {
    const turns = forecastTurns(
      [plan('staff', 120, [at('06:00')]), plan('fabrikam', 60, [at('06:10')], { environment: 'fabrikam' })],
      'all',
    );
    expect(turns.map(({ beginsAt }) => beginsAt)).toEqual([at('06:00'), at('08:00')]);
    expect(freeSlots(turns, 'contoso', minuteOfDay, 60, 'all')).toEqual([
      { environment: 'contoso', from: 9 * 60 + 1, to: 30 * 60 },
    ]);
  });

  it('counts a verify run that is due after a run, and whoever comes next waits for both', () => {
    const days = [2, 3, 4, 5].map((day) => at('06:00', day));
    const DAY = 24 * 60 * MINUTE;
    const verify = { pauseMs: 2 * DAY - 60 * MINUTE, lastBeganAt: undefined, durationMs: 40 * MINUTE };
    const staff = plan('staff', 20, days, { verify });
    const turns = forecastTurns([staff, plan('guests', 10, days)]).map(
      ({ policy, beginsAt, durationMs = 0, verifies }) =>
        `${policy} ${beginsAt?.toISOString().slice(8, 16)} ${durationMs / MINUTE} ${verifies}`,
    );
    expect(turns).toEqual([
      ...['staff 02T06:00 60 true', 'guests 02T07:00 10 false'],
      ...['staff 03T06:00 20 false', 'guests 03T06:20 10 false'],
      ...['staff 04T06:00 60 true', 'guests 04T07:00 10 false'],
      ...['staff 05T06:00 20 false', 'guests 05T06:20 10 false'],
    ]);
    const verified = plan('staff', 20, days, { verify: { ...verify, lastBeganAt: days[0]?.getTime() } });
    expect(forecastTurns([verified]).map(({ verifies }) => verifies)).toEqual([false, false, true, false]);
  });

  it('does not queue a policy twice, also while it only waits', () => {
    expect(
      begins([
        plan('staff', 45, [at('06:00')]),
        plan('guests', 10, [at('06:05'), at('06:20'), at('06:50'), at('07:00')]),
      ]),
    ).toEqual(['staff 06:00', 'guests 06:45', 'guests not again', 'guests not again', 'guests 07:00']);
  });

  it('counts a policy that never ran as one that takes no time', () => {
    expect(begins([plan('new', undefined, [at('06:00')]), plan('staff', 30, [at('06:00')])])).toEqual([
      'new 06:00',
      'staff 06:00',
    ]);
  });
});

describe('a policy that is due too often', () => {
  it('is one whose shortest pause is shorter than it takes', () => {
    const moments = [at('06:00'), at('06:30'), at('06:45')];
    expect(dueTooOften([plan('staff', 15, moments)])).toEqual([]);
    expect(dueTooOften([plan('staff', 16, moments), plan('new', undefined, moments)])).toEqual([
      { policy: 'staff', shortestPauseMs: 15 * MINUTE, durationMs: 16 * MINUTE },
    ]);
  });
});

describe('free slots', () => {
  it('are the times of day at which nothing ran on any day, the longest first, over midnight in one piece', () => {
    const turns = forecastTurns([
      plan('staff', 59, [at('06:00'), at('06:00', 3)]),
      plan('guests', 119, [at('20:00', 3)]),
      plan('fabrikam', 600, [at('08:00')], { environment: 'fabrikam' }),
    ]);
    expect(freeSlots(turns, 'contoso', minuteOfDay, 60)).toEqual([
      { environment: 'contoso', from: 7 * 60, to: 20 * 60 },
      { environment: 'contoso', from: 22 * 60, to: 30 * 60 },
    ]);
    expect(freeSlots(turns, 'contoso', minuteOfDay, 9 * 60)).toHaveLength(1);
  });

  it('are the whole day where nothing runs, and none where something always does', () => {
    expect(freeSlots([], 'contoso', minuteOfDay, 60)).toEqual([
      { environment: 'contoso', from: 0, to: 1440 },
    ]);
    const always = forecastTurns([plan('endless', 3_000, [at('06:00')])]);
    expect(freeSlots(always, 'contoso', minuteOfDay, 1)).toEqual([]);
  });
});
