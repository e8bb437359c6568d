// When the service runs a policy.

import { z } from 'zod';

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

const weekdays = z
  .array(z.enum(WEEKDAYS))
  .min(1)
  .default([...WEEKDAYS]);
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 06:30');
const endOfWindow = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of day such as 19:00, or 24:00');

export const DailyWindow = z.strictObject({
  days: weekdays.describe('The days on which it begins.'),
  from: clockTime.describe('Its first minute.'),
  to: endOfWindow.describe('Not part of it. Earlier than from, or the same: on the next day.'),
});
export type DailyWindow = z.infer<typeof DailyWindow>;

export const Schedule = z.strictObject({
  timeZone: z
    .string()
    .min(1)
    .optional()
    .describe("An IANA name such as Europe/Berlin; otherwise the environment's time zone."),
  times: z
    .array(
      z.strictObject({
        days: weekdays.describe('Every day, if nothing else is said.'),
        at: z.array(clockTime).min(1).max(96).describe('Times of day, such as 06:30.'),
      }),
    )
    .min(1)
    .max(20)
    .optional()
    .describe('At these times of these days.'),
  interval: z
    .strictObject({
      minutes: z.int().min(5).max(1_440).describe('Elapsed time, also when the clocks change.'),
      window: DailyWindow.prefault({ from: '00:00', to: '24:00' }).describe(
        'From midnight to midnight, if nothing else is said.',
      ),
    })
    .optional()
    .describe('Every so many minutes from the beginning of the window on.'),
  cron: z.string().min(1).max(200).optional().describe('Minute, hour, day of month, month, day of week.'),
  blackouts: z.array(DailyWindow).max(20).default([]).describe('No run begins in one of these.'),
  missed: z
    .enum(['once', 'skip'])
    .default('once')
    .describe('Runs that were due while the service was not running: made up for by one, or not.'),
  maximumMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .optional()
    .describe('A run that takes longer is ended after the mailboxes in hand; the next run goes on.'),
  verifyEveryDays: z
    .int()
    .min(1)
    .max(365)
    .optional()
    .describe(
      'After a scheduled run, when the last verify run is so many days old, the mailboxes are read in full and compared with what was written. Writes nothing.',
    ),
});
export type Schedule = z.infer<typeof Schedule>;
