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
      causes: [
        '21 days have passed since the first run.',
        'The stored license is not used, because it is altered or of an unknown key; the details say so.',
      ],
      remedy:
        'Add a license with "contactsync license add FILE". Test runs still work and nothing is removed.',
    },
  },
  licenseExpired: {
    number: 16011,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The license has expired; no run writes.',
      causes: [
        'Its last day, in the details, is over.',
        'The clock of this computer is wrong, or was when a run began: the latest time seen counts.',
      ],
      remedy:
        'Add the new license with "contactsync license add FILE". Test runs still work and nothing is removed. After a wrong clock, set it right and ask for the license to be issued anew.',
    },
  },
  licenseInvalid: {
    number: 16020,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The file is not a valid license.',
      causes: [
        'It is another file, or only a part of the license.',
        'It was changed after it was signed: any change makes it invalid, also of a blank.',
      ],
      remedy:
        'Use the file as it was sent to you; a mail program may have changed the copy in the text of a mail, but not the attachment. Nothing was stored.',
    },
  },
  licenseKeyUnknown: {
    number: 16021,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The license is signed with a key that this version does not know.',
      causes: ['The license is newer than this version.', 'It was not issued by us.'],
      remedy: 'Update contactSync and add the license again. Nothing was stored.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
