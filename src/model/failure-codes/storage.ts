// 19xxx: data directory, databases and secrets.

import type { FailureFacts } from '../failure-codes.ts';

export const storageFailures = {
  dataDirectory: {
    number: 19010,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The data directory cannot be used.',
      causes: ['It cannot be created or written.', 'The disk is full.'],
      remedy: 'Check the path, its owner and the free space, or choose another with --data-dir.',
    },
  },
  databaseCorrupt: {
    number: 19011,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The database is damaged and was not touched.',
      causes: ['The disk failed.', 'The file was changed by another program.'],
      remedy: 'Restore contactsync.db from a backup. The ledger may simply be deleted.',
    },
  },
  databaseNewer: {
    number: 19012,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The database belongs to a newer version of contactSync.',
      causes: ['contactSync was downgraded.'],
      remedy: 'Install the newer version again, or restore the backup made before the update.',
    },
  },
  databaseBusy: {
    number: 19013,
    scope: 'run',
    advice: 'retryNow',
    whoActs: 'nobody',
    en: {
      sentence: 'The database is locked by another process.',
      causes: ['A backup or another contactSync holds it.'],
      remedy: 'Try again in a moment.',
    },
  },
  wrongKey: {
    number: 19020,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The key does not fit the stored secrets.',
      causes: ['The key file was replaced.', 'The data directory was restored without its key.'],
      remedy: 'Put the right key in place, or enter the secrets again.',
    },
  },
  keyUnusable: {
    number: 19021,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The key file cannot be used.',
      causes: ['Others may read it (mode 0600 is required).', 'It does not hold 32 bytes in base64.'],
      remedy: 'Set its mode to 0600 and its owner to the account that runs contactSync.',
    },
  },
  secretDamaged: {
    number: 19022,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A stored secret was changed and is not used.',
      causes: ['The database was edited.'],
      remedy: 'Enter the secret again.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
