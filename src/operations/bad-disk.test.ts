// A data directory on a disk that is full, damaged or not to be written: numbered errors, nothing made worse, and the next
// run goes on.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OperationError, RunView } from '@contactsync/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';
import type { RunEvent } from '../model/run.ts';
import type { RunStore } from '../ports/run-store.ts';

const PEOPLE = 40;
const MAILBOXES = 6;

let directory = '';
let data = '';
let world: World;
let operations: OpenedOperations | undefined;
/** Called after each event that was stored. */
let onStored: (event: RunEvent) => void = () => {};
const prepare = DatabaseSync.prototype.prepare;
/** The connections of the product: a limit of pages holds for one connection only. */
let connections: Set<DatabaseSync>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-bad-disk-'));
  data = join(directory, 'data');
  world = new World(PEOPLE, MAILBOXES);
  onStored = () => {};
  connections = new Set();
  DatabaseSync.prototype.prepare = function remembered(sql: string) {
    connections.add(this);
    return prepare.call(this, sql);
  };
});
afterEach(async () => {
  DatabaseSync.prototype.prepare = prepare;
  await close();
  rmSync(directory, { recursive: true, force: true });
});

async function close(): Promise<void> {
  await operations?.close();
  operations = undefined;
}

async function open(): Promise<OpenedOperations> {
  const { source, directory: mailboxes, targets } = world.ports;
  operations = await openOperations(data, (dependencies) => {
    const runs: RunStore = {
      ...dependencies.runs,
      async append(id, events, at) {
        await dependencies.runs.append(id, events, at);
        for (const event of events) onStored(event);
      },
    };
    const connect = async () => ({ source, directory: mailboxes, targets, close: async () => {} });
    return { ...dependencies, runs, connect };
  });
  return operations;
}

async function setUp(): Promise<OpenedOperations> {
  const opened = await open();
  await opened.environments.apply({
    text: JSON.stringify({
      ...{ kind: 'environment', version: 1, id: '11111111-2222-4333-8444-555555555555', name: 'contoso' },
      scenario: 'exchangeOnline',
      exchangeOnline: {
        organization: 'contoso.onmicrosoft.com',
        applicationId: '11111111-2222-4333-8444-666666666666',
      },
    }),
  });
  await opened.policies.apply({
    text: JSON.stringify({
      ...{ kind: 'policy', version: 1, id: 'aaaaaaaa-2222-4333-8444-555555555555', name: 'All staff' },
      environment: 'contoso',
      source: { type: 'exchangeOnline' },
    }),
  });
  return opened;
}

async function run(opened: OpenedOperations): Promise<void> {
  const { id } = await opened.runs.start({ policy: 'All staff', mode: 'run' });
  const feed = opened.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
}

const states = async (opened: OpenedOperations): Promise<readonly RunView['state'][]> =>
  (await opened.runs.list({})).map(({ state }) => state);

const numberOf = async (work: Promise<unknown>): Promise<number | undefined> =>
  work.then(
    () => undefined,
    (thrown: OperationError) => thrown.failure.number,
  );

function setAll(pragma: string): void {
  for (const connection of connections) prepare.call(connection, `pragma ${pragma}`).get();
}

function setPages(limit: (pages: number) => number): void {
  for (const connection of connections) {
    const pages = Number(prepare.call(connection, 'pragma page_count').get()?.page_count);
    if (pages > 0) prepare.call(connection, `pragma max_page_count = ${limit(pages)}`).get();
  }
}

function expectFilled(): void {
  for (let n = 1; n <= MAILBOXES; n += 1) {
    expect(world.managed(n).size, `mailbox ${n}`).toBe(PEOPLE);
    expect(world.box(n).items.length, `items of mailbox ${n}`).toBe(PEOPLE);
  }
}

function content(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    names
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => !/(?:-shm|-wal|\.log)$/.test(path))
      .map((path) => [path, readFileSync(path, 'base64')]),
  );
}

/** What the disk does to the connections of the product, and how it is over. */
const TROUBLES = {
  full: [() => setPages((pages) => pages), () => setPages(() => 1_000_000)],
  // As a file system that was mounted anew after an error of its disk.
  'read-only': [() => setAll('query_only = 1'), () => setAll('query_only = 0')],
} as const;

const MOMENTS = ['run.started', 'source.read', 'mailbox.planned', 'mailbox.applied'] as const;

describe.each(Object.entries(TROUBLES))('a disk that becomes %s', (_, [begin, end]) => {
  it.each(MOMENTS)('in the middle of a run (%s) leaves it to the next one', async (moment) => {
    const opened = await setUp();
    let isBad = false;
    onStored = ({ type }) => {
      if (type !== moment || isBad) return;
      isBad = true;
      begin();
    };
    expect(await numberOf(run(opened))).toBe(19_010);
    expect(isBad).toBe(true);
    end();
    await close();

    const database = new DatabaseSync(join(data, 'contactsync.db'));
    expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    // A lease that could not be given back is free after a minute.
    database.exec('update lease set expires_ms = 0');
    database.close();
    const again = await open();
    await run(again);
    expect((await states(again))[0]).toBe('finished');
    expectFilled();
    await run(again);
    expectFilled();
  });
});

describe('a damaged file', () => {
  it('contactsync.db is refused with a number and the remedy, and every byte stays', async () => {
    await run(await setUp());
    await close();
    const whole = join(directory, 'whole');
    cpSync(data, whole, { recursive: true });
    truncateSync(join(data, 'contactsync.db'), 20_000);
    const before = content(data);
    const refused = await open().then(
      () => undefined,
      (thrown: OperationError) => thrown.failure,
    );
    expect(refused).toMatchObject({ number: 19_011, remedy: expect.stringContaining('backup') });
    expect(content(data)).toEqual(before);
    // The remedy.
    rmSync(data, { recursive: true });
    cpSync(whole, data, { recursive: true });
    await run(await open());
    expectFilled();
  });

  it('ledger.db is set aside, and the next run has everybody once', async () => {
    await run(await setUp());
    await close();
    writeFileSync(join(data, 'ledger.db'), 'no database '.repeat(1_000));
    const opened = await open();
    expect(readdirSync(data).filter((name) => name.startsWith('ledger.db.damaged-'))).toHaveLength(1);
    await run(opened);
    expect((await states(opened))[0]).toBe('finished');
    expectFilled();
  });
});

describe('two services on one data directory', () => {
  it('are one: the second is refused with a number, and the first goes on', async () => {
    const first = await setUp();
    const stop = new AbortController();
    const ready = Promise.withResolvers<void>();
    const served = first.service.serve(stop.signal, () => ready.resolve());
    await Promise.race([ready.promise, served]);
    operations = undefined;
    const second = await open();
    expect(await numberOf(second.service.serve(new AbortController().signal))).toBe(17_050);
    await run(first);
    stop.abort();
    await served;
    await first.close();
    expectFilled();
  });
});
