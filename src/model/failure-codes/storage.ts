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
  storedDocument: {
    number: 19024,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A policy or environment cannot be read as it is stored.',
      causes: [
        'Another version of contactSync stored it, and it does not fit the schema of this one.',
        'The database was edited.',
        'The disk failed.',
      ],
      remedy:
        'Apply it again from its file, with the id that is named here, or remove it. Whatever does not need it goes on; contacts that it wrote stay as they are.',
    },
  },
  backupDamaged: {
    number: 19030,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The backup is damaged, and nothing was restored.',
      causes: [
        'It was cut off while it was copied.',
        'It was changed.',
        'The file is no backup of contactSync.',
      ],
      remedy: 'Copy the file again from where it is kept, or take another backup.',
    },
  },
  backupNewer: {
    number: 19031,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The backup was made by a newer version of contactSync, and nothing was restored.',
      causes: ['contactSync was downgraded.', 'This computer has an older version.'],
      remedy: 'Install the version that made the backup, or a newer one, and restore with it.',
    },
  },
  backupPassphrase: {
    number: 19032,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The passphrase does not open the key in the backup, and nothing was restored.',
      causes: ['It was mistyped.', 'None was given.', 'The database in the backup was exchanged.'],
      remedy:
        'Try again. If the passphrase is lost but the key file is kept elsewhere, restore with --without-key and put that file back.',
    },
  },
  dataDirectoryNotEmpty: {
    number: 19033,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The data directory is in use already, and nothing was restored.',
      causes: ['contactSync has worked with it before.'],
      remedy: 'Name another with --data-dir, or set what is there aside with --replace.',
    },
  },
  dataDirectoryHeld: {
    number: 19034,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'Another process works in the data directory, and nothing was restored.',
      causes: ['The service runs.', 'A command runs.', 'Another program has contactsync.db open.'],
      remedy: 'Stop the service, wait for other commands to end, and restore again.',
    },
  },
  restoreUnfinished: {
    number: 19035,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'A restore of this data directory is under way or was broken off.',
      causes: ['The restore was killed.', 'The computer was switched off meanwhile.'],
      remedy:
        'Wait for the restore to end. If none runs, restore again with --replace; what was there before stands in the folder whose name begins with "replaced-".',
    },
  },
  databaseElsewhere: {
    number: 19036,
    scope: 'run',
    advice: 'doNotRetry',
    whoActs: 'administrator',
    en: {
      sentence: 'The database is on a PostgreSQL server, which contactSync neither backs up nor restores.',
      causes: ['CONTACTSYNC_DATABASE_URL is set.'],
      remedy: 'Use pg_dump and pg_restore for the database, and keep the key file of the data directory.',
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
