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
      causes: ['It cannot be created or written.', 'The disk is full.', 'Other accounts may write to it.'],
      remedy:
        'Check the path, its owner and the free space, or choose another with --data-dir. Close it to others with chmod 700.',
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
  databaseUnreachable: {
    number: 19014,
    scope: 'run',
    advice: 'retryNow',
    whoActs: 'administrator',
    en: {
      sentence: 'The database server cannot be used.',
      causes: [
        'It is not running or not reachable.',
        'Name, user or password in CONTACTSYNC_DATABASE_URL is wrong.',
        'The database does not exist or the user has no right to make tables in it.',
      ],
      remedy: 'Check CONTACTSYNC_DATABASE_URL and that the server runs.',
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
      remedy:
        'Put the right key in place. If it is lost, export environments and policies and apply them in a new data directory with a new certificate: the contacts in the mailboxes are recognized by their marks.',
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
  journalDamaged: {
    number: 19023,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'An entry of the journal was changed and is not used.',
      causes: ['The database was edited.', 'The disk failed.'],
      remedy: 'Restore contactsync.db from a backup and roll the run back with it.',
    },
  },
  logUnwritable: {
    number: 19050,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The log cannot be written. The work goes on without it.',
      causes: [
        'The disk is full.',
        'The log directory belongs to another account, or cannot be written.',
        'Its file system was taken away.',
      ],
      remedy:
        'Make room, or choose another directory with --log-dir or CONTACTSYNC_LOG_DIR. Lines are written again as soon as that is possible; the log then says how many were lost.',
    },
  },
} as const satisfies Record<string, FailureFacts>;
