// The contract suites of the ports, passed by the stores on both databases.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe } from 'vitest';
import { announcementsContract } from '../../test/contract/announcements.ts';
import { directoryCacheContract } from '../../test/contract/directory-cache.ts';
import { documentStoreContract } from '../../test/contract/document-store.ts';
import type { StoreFixture } from '../../test/contract/fixture.ts';
import { journalContract } from '../../test/contract/journal.ts';
import { type LeasesFixture, leasesContract } from '../../test/contract/leases.ts';
import { ledgerContract } from '../../test/contract/ledger.ts';
import { policyMemoryContract } from '../../test/contract/policy-memory.ts';
import { reportOutboxContract } from '../../test/contract/report-outbox.ts';
import { retentionContract } from '../../test/contract/retention.ts';
import { runQueueContract } from '../../test/contract/run-queue.ts';
import { runStoreContract } from '../../test/contract/run-store.ts';
import { secretStoreContract } from '../../test/contract/secret-store.ts';
import { withheldPeopleContract } from '../../test/contract/withheld-people.ts';
import { needs, titleWith } from '../../test/needs.ts';
import { startPostgres, type TestPostgres } from '../../test/postgres.ts';
import { temporaryDirectory } from '../../test/store-places.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { silentLog } from '../ports/log.ts';
import { openStores, type Stores, type StoresPlace } from './open-stores.ts';

type Address = () => Promise<{ readonly databaseUrl?: string }>;

function passContracts(
  name: string,
  address: Address,
  rawBytes: (place: StoresPlace) => Promise<Buffer>,
): void {
  async function openPlace() {
    const clock = new FakeClock();
    const dataDirectory = temporaryDirectory();
    const place: StoresPlace = {
      ...(await address()),
      dataDirectory,
      clock,
      log: silentLog,
      environmentVariables: {},
    };
    const opened: Stores[] = [];
    const open = async () => {
      const stores = await openStores(place);
      opened.push(stores);
      return stores;
    };
    const dispose = async () => {
      for (const stores of opened) await stores.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    };
    return { clock, place, open, dispose };
  }

  const fixtureOf =
    <Subject>(pick: (stores: Stores) => Subject) =>
    async (): Promise<StoreFixture<Subject>> => {
      const { place, open, dispose } = await openPlace();
      return {
        subject: pick(await open()),
        reopen: async () => pick(await open()),
        rawBytes: () => rawBytes(place),
        dispose,
      };
    };

  async function leases(): Promise<LeasesFixture> {
    const { clock, open, dispose } = await openPlace();
    const first = await open();
    return {
      subject: first.leases,
      otherProcess: async () => (await open()).leases,
      // Closing leaves the rows as a death does; that of a real process is in two-processes.test.ts.
      dies: () => first.close(),
      advance: async (milliseconds) => clock.advance(milliseconds),
      setClock: (milliseconds) => clock.set(milliseconds),
      dispose,
    };
  }

  ledgerContract(
    name,
    fixtureOf((stores) => stores.ledger),
  );
  journalContract(
    name,
    fixtureOf((stores) => stores.journal),
  );
  runStoreContract(
    name,
    fixtureOf((stores) => stores.runs),
  );
  reportOutboxContract(
    name,
    fixtureOf((stores) => stores.outbox),
  );
  announcementsContract(
    name,
    fixtureOf((stores) => stores.announcements),
  );
  policyMemoryContract(
    name,
    fixtureOf((stores) => stores.memory),
  );
  withheldPeopleContract(
    name,
    fixtureOf((stores) => stores.withheld),
  );
  runQueueContract(
    name,
    fixtureOf((stores) => stores.queue),
  );
  directoryCacheContract(
    name,
    fixtureOf((stores) => stores.directoryCache),
  );
  documentStoreContract(
    name,
    fixtureOf((stores) => stores.policies),
  );
  secretStoreContract(
    name,
    fixtureOf((stores) => stores.secrets),
  );
  retentionContract(
    name,
    fixtureOf((stores) => stores),
  );
  leasesContract(name, leases);
}

async function filesOf({ dataDirectory }: StoresPlace): Promise<Buffer> {
  const names = readdirSync(dataDirectory).filter((name) => name !== 'key');
  return Buffer.concat(names.map((name) => readFileSync(join(dataDirectory, name))));
}

describe('stores on SQLite', () => {
  passContracts(
    'SQLite',
    async () => ({}),
    async (place) => {
      const database = new DatabaseSync(join(place.dataDirectory, 'contactsync.db'));
      database.exec('pragma wal_checkpoint');
      database.close();
      return filesOf(place);
    },
  );
});

const need = needs.postgresql();
describe.runIf(need.available)(titleWith(need, 'stores on PostgreSQL'), () => {
  let server: TestPostgres | undefined;
  const running = (): TestPostgres => {
    if (server === undefined) throw new Error('the server is started before the tests');
    return server;
  };
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  passContracts(
    'PostgreSQL',
    async () => ({ databaseUrl: await running().createDatabase() }),
    async ({ databaseUrl }) => running().dump(databaseUrl ?? ''),
  );
});
