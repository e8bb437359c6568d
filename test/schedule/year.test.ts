// A year of schedules in many time zones, against the times that Python's time zone data give for the rules of the manual.

import { execFileSync, spawnSync } from 'node:child_process';
import { Schedule } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import { makeTimetable } from '../../src/core/timetable.ts';

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata', // half an hour off, no daylight saving
  'Australia/Lord_Howe', // daylight saving of half an hour, in the south
  'America/Santiago', // begins at midnight
  'Africa/Cairo', // begins at midnight, ends at midnight
  'Pacific/Chatham', // three quarters of an hour, in the south
  'UTC',
];

const SCHEDULES = {
  'every hour of the night': {
    times: [{ at: ['00:00', '00:30', '01:15', '02:00', '02:30', '03:00', '23:45'] }],
  },
  'office days': {
    times: [
      { days: ['monday', 'friday'], at: ['06:30'] },
      { days: ['sunday'], at: ['02:15'] },
    ],
  },
  'every 45 minutes': { interval: { minutes: 45 } },
  'every 20 minutes by day': {
    interval: { minutes: 20, window: { days: ['monday', 'tuesday', 'sunday'], from: '07:00', to: '19:10' } },
  },
  'over midnight': { interval: { minutes: 50, window: { days: ['saturday'], from: '22:30', to: '04:00' } } },
  'with blackouts': {
    interval: { minutes: 60 },
    blackouts: [
      { from: '01:30', to: '03:30' },
      { days: ['wednesday'], from: '20:00', to: '06:00' },
    ],
  },
} as const;

const AFTER = Date.parse('2025-12-31T12:00:00Z');
const UNTIL = Date.parse('2027-01-01T12:00:00Z');

const cases = ZONES.flatMap((timeZone) =>
  Object.entries(SCHEDULES).map(([name, given]) => ({ name, timeZone, schedule: Schedule.parse(given) })),
);

function byPython(): readonly (readonly number[])[] {
  const asked = cases.map(({ timeZone, schedule }) => ({
    timeZone,
    schedule,
    after: AFTER / 1000,
    until: UNTIL / 1000,
  }));
  const script = new URL('moments.py', import.meta.url).pathname;
  const answer = execFileSync('python3', [script], {
    input: JSON.stringify(asked),
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(answer.toString('utf8')) as number[][];
}

const hasPython =
  process.env.REQUIRE_ALL === '1' || spawnSync('python3', ['-c', 'import zoneinfo']).status === 0;

describe.runIf(hasPython)('a year of schedules', () => {
  const expected = hasPython ? byPython() : [];

  it.each(cases.map((one, index) => ({ ...one, index })))(
    '$name in $timeZone',
    ({ schedule, timeZone, index }) => {
      const moments = makeTimetable(schedule, timeZone).momentsBetween(new Date(AFTER), new Date(UNTIL));
      const times = moments.map((moment) => moment.toISOString());
      expect(times.length).toBeGreaterThan(50);
      expect(times).toEqual((expected[index] ?? []).map((second) => new Date(second * 1000).toISOString()));
    },
  );

  it('would notice another time zone', () => {
    const [berlin] = cases;
    if (berlin === undefined) throw new Error('no cases');
    const moments = makeTimetable(berlin.schedule, 'Europe/London').momentsBetween(
      new Date(AFTER),
      new Date(UNTIL),
    );
    expect(moments.map((moment) => moment.getTime() / 1000)).not.toEqual(expected[0]);
  });
});
