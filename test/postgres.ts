// A PostgreSQL server for tests: the one at CONTACTSYNC_TEST_POSTGRES (a user who may make databases), or a throw-away
// cluster that listens on a socket in a temporary folder and nowhere else.

import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { silentLog } from '../src/ports/log.ts';
import { openDatabases } from '../src/store/open-database.ts';
import { systemClock } from '../src/system/system-clock.ts';
import { findPostgresBinaries } from './needs.ts';

export interface TestPostgres {
  /** Address of a new database: the product's tables, and nothing in them. */
  createDatabase(): Promise<string>;
  /** Everything in the tables of a database, bytes as they are. */
  dump(url: string): Promise<Buffer>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env.CONTACTSYNC_TEST_POSTGRES;
  if (given !== undefined) return onServer(given, (made) => drop(given, made));
  const binaries = findPostgresBinaries();
  if (binaries === undefined) throw new Error('no PostgreSQL here: ask needs.postgresql() first');
  return startCluster(binaries);
}

async function startCluster(binaries: string): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'contactsync-postgres-'));
  // PostgreSQL refuses to run as root.
  const account = process.getuid?.() === 0 ? accountOf('postgres') : undefined;
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  execFileSync(
    join(binaries, 'initdb'),
    // In the order of bytes everywhere, whatever language this computer speaks, or does not know.
    ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    {
      ...account,
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'full_page_writes=off',
    'autovacuum=off',
  ];
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    {
      ...account,
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async () => {
    // At once: nothing in it is needed any more.
    server.kill('SIGQUIT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `postgresql:///postgres?user=postgres&host=${encodeURIComponent(folder)}`;
  while (server.exitCode === null) {
    if (await answers(url)) return onServer(url, stop);
    await wait(50);
  }
  throw new Error(`PostgreSQL ended with code ${server.exitCode}`);
}

function accountOf(user: string): { readonly uid: number; readonly gid: number } {
  const id = (option: string) => Number(execFileSync('id', [option, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function answers(url: string): Promise<boolean> {
  try {
    await query(url, 'select 1');
    return true;
  } catch {
    return false;
  }
}

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function dump(url: string): Promise<Buffer> {
  const tables = await query(url, `select tablename from pg_tables where schemaname = 'public'`);
  const parts: Buffer[] = [];
  for (const { tablename } of tables) {
    const rows = await query(url, `select * from "${String(tablename)}"`);
    for (const value of rows.flatMap((row) => Object.values(row))) {
      parts.push(Buffer.isBuffer(value) ? value : Buffer.from(String(value)));
    }
  }
  return Buffer.concat(parts);
}

function onServer(url: string, stop: (made: readonly string[]) => Promise<void>): TestPostgres {
  const made: string[] = [];
  let pattern: Promise<string> | undefined;

  function addressOf(name: string): string {
    const address = new URL(url);
    address.pathname = `/${name}`;
    return address.href;
  }

  async function create(from: string): Promise<string> {
    const name = `contactsync_test_${randomUUID().replaceAll('-', '')}`;
    await query(url, `create database ${name} template ${from}`);
    made.push(name);
    return name;
  }

  /** The tables are made once, in the product's own way; a copy of them costs a tenth. */
  async function makePattern(): Promise<string> {
    const name = await create('template0');
    const dataDirectory = mkdtempSync(join(tmpdir(), 'contactsync-pattern-'));
    const place = { dataDirectory, databaseUrl: addressOf(name), clock: systemClock, log: silentLog };
    const { close } = await openDatabases(place);
    rmSync(dataDirectory, { recursive: true });
    await close();
    return name;
  }

  return {
    async createDatabase() {
      pattern ??= makePattern();
      return addressOf(await create(await pattern));
    },
    dump,
    stop: () => stop(made),
  };
}

async function drop(url: string, made: readonly string[]): Promise<void> {
  for (const name of made) await query(url, `drop database if exists ${name} with (force)`);
}
