// PostgreSQL for Kysely: a pool whose errors are our failures and whose 64-bit numbers are numbers.

import { type Dialect, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { Failure, type FailureDetails } from '../model/failure.ts';
import type { Log } from '../ports/log.ts';
import { postgresFailure } from './storage-failures.ts';

const INT8 = 20;

/** Our 64-bit columns hold counters and milliseconds, far below 2^53; pg itself would give text. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

export function openPostgresDialect(url: string, log: Log): Dialect {
  const server = describeServer(url);
  const pool = new pg.Pool({
    connectionString: url,
    types,
    max: 10,
    connectionTimeoutMillis: 15_000,
    application_name: 'contactsync',
    allowExitOnIdle: true,
  });
  // An idle connection that the server ends is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => log.warn('an idle database connection was lost', server));
  return new PostgresDialect({ pool: translate(pool, server) });
}

/** What may be shown of the address: never user or password. */
function describeServer(url: string): FailureDetails {
  try {
    const { host, pathname, searchParams } = new URL(url);
    return {
      server: host === '' ? (searchParams.get('host') ?? 'local') : host,
      database: pathname.slice(1),
    };
  } catch (thrown) {
    throw new Failure('databaseUnreachable', {
      details: { reason: 'the address is not a URL' },
      cause: thrown,
    });
  }
}

function translate(pool: pg.Pool, details: FailureDetails): PostgresPool {
  // Kysely remembers a connection by its client object, so that each client must keep one and the same wrapper.
  const wrappers = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await guard(pool.connect());
      const wrapper = wrappers.get(client) ?? wrap(client);
      wrappers.set(client, wrapper);
      return wrapper;
    },
  };

  function wrap(client: pg.PoolClient): PostgresPoolClient {
    const query = (sql: string, parameters: readonly unknown[]) => guard(client.query(sql, [...parameters]));
    // Kysely calls it in this one form; the other, with a cursor, needs a cursor class that is not given.
    const asKyselyCallsIt = query as unknown as PostgresPoolClient['query'];
    return { query: asKyselyCallsIt, release: (destroy) => client.release(destroy) };
  }

  async function guard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (thrown) {
      throw postgresFailure(thrown, details);
    }
  }
}
