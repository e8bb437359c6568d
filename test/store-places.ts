// Where the stores of a test live: a temporary data directory, with SQLite files in it or beside a PostgreSQL
// database. For suites that both databases must pass.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { FakeClock } from '../src/connectors/memory/fake-clock.ts';
import { silentLog } from '../src/ports/log.ts';
import { openStores, type Stores, type StoresPlace } from '../src/store/open-stores.ts';
import { needs, titleWith } from './needs.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';

export interface TestPlace extends StoresPlace {
  readonly clock: FakeClock;
}

export interface StorePlaces {
  /** A new, empty place. */
  create(): Promise<TestPlace>;
  /** Opens the stores of a place, or of a new one; they are closed after the test. */
  open(place?: TestPlace): Promise<Stores>;
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'contactsync-'));
}

/** Calls the suite for SQLite and, where a server can be had, for PostgreSQL. */
export function describeOnEachDatabase(title: string, suite: (places: StorePlaces) => void): void {
  describe(`${title}, on SQLite`, () => suite(usePlaces(async () => ({}))));

  const need = needs.postgresql();
  describe.runIf(need.available)(titleWith(need, `${title}, on PostgreSQL`), () => {
    let server: TestPostgres | undefined;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server?.stop());
    suite(
      usePlaces(async () => {
        if (server === undefined) throw new Error('the server is started before the tests');
        return { databaseUrl: await server.createDatabase() };
      }),
    );
  });
}

function usePlaces(address: () => Promise<{ readonly databaseUrl?: string }>): StorePlaces {
  const directories: string[] = [];
  const opened: Stores[] = [];
  afterEach(async () => {
    for (const stores of opened.splice(0)) await stores.close();
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });

  async function create(): Promise<TestPlace> {
    const dataDirectory = temporaryDirectory();
    directories.push(dataDirectory);
    const clock = new FakeClock();
    return { ...(await address()), dataDirectory, clock, log: silentLog, environmentVariables: {} };
  }
  return {
    create,
    async open(place) {
      const stores = await openStores(place ?? (await create()));
      opened.push(stores);
      return stores;
    },
  };
}
