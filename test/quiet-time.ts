// A time of day for schedules in tests that live by the real clock: what a test makes overdue itself is never joined, in
// the middle of the test, by what is really due.

export type QuietTime = '03:30' | '15:30';

/** At least five hours away from `now` on both sides. */
export function quietTime(timeZone: string, now: Date): QuietTime {
  const hour = Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit' }).format(now));
  return hour >= 9 && hour < 21 ? '03:30' : '15:30';
}
