// Every migration by name, in order. Forward only; a name once released never changes. Static imports, so that a
// bundle holds them.

import type { Migration } from 'kysely/migration';
import * as firstTables from './0001-first-tables.ts';
import * as passwords from './0002-passwords.ts';
import * as withheldPeople from './0003-withheld-people.ts';
import * as offers from './0004-offers.ts';
import * as runQueue from './0005-run-queue.ts';
import * as reportMail from './0006-report-mail.ts';
import * as prunedRuns from './0007-pruned-runs.ts';
import * as refusedPasswords from './0008-refused-passwords.ts';
import * as announcements from './0009-announcements.ts';
import * as runsNotBegun from './0010-runs-not-begun.ts';
import * as askedToEnd from './0011-asked-to-end.ts';
import * as ledgerRecords from './ledger/0001-records.ts';
import * as directoryCache from './ledger/0002-directory-cache.ts';
import * as directoryCacheInPortions from './ledger/0003-directory-cache-in-portions.ts';

export interface MigrationSet {
  /** On PostgreSQL the sets share one database and need tables of their own to remember what was applied. */
  readonly table: string;
  readonly migrations: Readonly<Record<string, Migration>>;
}

export const MAIN_MIGRATIONS: MigrationSet = {
  table: 'contactsync_migration',
  migrations: {
    '0001-first-tables': firstTables,
    '0002-passwords': passwords,
    '0003-withheld-people': withheldPeople,
    '0004-offers': offers,
    '0005-run-queue': runQueue,
    '0006-report-mail': reportMail,
    '0007-pruned-runs': prunedRuns,
    '0008-refused-passwords': refusedPasswords,
    '0009-announcements': announcements,
    '0010-runs-not-begun': runsNotBegun,
    '0011-asked-to-end': askedToEnd,
  },
};

export const LEDGER_MIGRATIONS: MigrationSet = {
  table: 'contactsync_ledger_migration',
  migrations: {
    '0001-records': ledgerRecords,
    '0002-directory-cache': directoryCache,
    '0003-directory-cache-in-portions': directoryCacheInPortions,
  },
};
