// 16xxx: license and trial. None of these ever deletes anything.

import type { FailureFacts } from '../failure-codes.ts';

export const licenseFailures = {
  trialOver: {
    number: 16010,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The trial is over; no run writes.',
      causes: ['21 days have passed since the first run.'],
      remedy: 'Add a license. Test runs still work and nothing is removed.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
