// Everything the product stores, opened at once: contactsync.db and ledger.db in the data directory, or one database on
// a PostgreSQL server with the key still in the data directory.

import type { Environment } from '../model/environment.ts';
import type { Policy } from '../model/policy.ts';
import type { Announcements } from '../ports/announcements.ts';
import type { Audit } from '../ports/audit.ts';
import type { DirectoryCache } from '../ports/directory-cache.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Journal } from '../ports/journal.ts';
import type { Leases } from '../ports/leases.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { PolicyMemory } from '../ports/policy-memory.ts';
import type { ReportOutbox } from '../ports/report-outbox.ts';
import type { Retention } from '../ports/retention.ts';
import type { RunQueue } from '../ports/run-queue.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { Settings } from '../ports/settings.ts';
import type { WithheldPeople } from '../ports/withheld-people.ts';
import { createAnnouncements } from './announcements.ts';
import { createAudit } from './audit.ts';
import { createDirectoryCache } from './directory-cache.ts';
import { createEnvironmentStore, createPolicyStore } from './document-store.ts';
import { createJournal } from './journal.ts';
import { createKeyHolder, keySource } from './key.ts';
import { createLeases } from './leases.ts';
import { createLedger } from './ledger.ts';
import { type DatabasePlace, openDatabases } from './open-database.ts';
import { createPolicyMemory } from './policy-memory.ts';
import { createReportOutbox } from './report-outbox.ts';
import { createRetention } from './retention.ts';
import { createRunQueue } from './run-queue.ts';
import { createRunStore } from './run-store.ts';
import { createSecretStore } from './secret-store.ts';
import { createSettings } from './settings.ts';
import { createWithheldPeople } from './withheld-people.ts';

export interface StoresPlace extends DatabasePlace {
  /** Where CONTACTSYNC_KEY and CONTACTSYNC_KEY_FILE are looked up; the process's own by default. */
  readonly environmentVariables?: NodeJS.ProcessEnv;
}

export interface Stores {
  readonly environments: DocumentStore<Environment>;
  readonly policies: DocumentStore<Policy>;
  readonly runs: RunStore;
  readonly outbox: ReportOutbox;
  readonly announcements: Announcements;
  readonly journal: Journal;
  readonly retention: Retention;
  readonly ledger: Ledger;
  readonly memory: PolicyMemory;
  readonly withheld: WithheldPeople;
  readonly queue: RunQueue;
  readonly directoryCache: DirectoryCache;
  readonly leases: Leases;
  readonly secrets: SecretStore;
  readonly settings: Settings;
  readonly audit: Audit;
  close(): Promise<void>;
}

/**
 * Throws `dataDirectory`, `databaseCorrupt`, `databaseNewer`, `databaseBusy` or `databaseUnreachable`. The key is not
 * read before it is needed, so that a wrong one does not keep anybody from reading the configuration.
 */
export async function openStores(place: StoresPlace): Promise<Stores> {
  const { clock, log, dataDirectory } = place;
  const databases = await openDatabases(place);
  const { main } = databases;
  const settings = createSettings(main);
  const key = createKeyHolder(keySource(dataDirectory, place.environmentVariables ?? process.env), settings);
  const leases = createLeases(main, { clock, log });
  return {
    environments: createEnvironmentStore(main, clock),
    policies: createPolicyStore(main, clock),
    runs: createRunStore(main),
    outbox: createReportOutbox(main),
    announcements: createAnnouncements(main),
    journal: createJournal(main, key),
    retention: createRetention(main),
    ledger: createLedger(databases.ledger, { log, onDamage: databases.reportLedgerDamage }),
    memory: createPolicyMemory(main),
    withheld: createWithheldPeople(main, key),
    queue: createRunQueue(main),
    directoryCache: createDirectoryCache(databases.ledger, clock),
    leases,
    secrets: createSecretStore(main, key),
    settings,
    audit: createAudit(main, clock),
    async close() {
      leases.close();
      await databases.close();
    },
  };
}
