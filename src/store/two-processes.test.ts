// Several processes on one data directory: a service and command lines. Real processes, because only they show what
// a lock or a death does.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { runId } from '../model/ids.ts';
import { isLease } from '../ports/leases.ts';
import { silentLog } from '../ports/log.ts';
import { openStores } from './open-stores.ts';

let directory: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const modules = new URL('.', import.meta.url).href;
const logModule = new URL('../ports/log.ts', import.meta.url).href;

/** Runs the text as a module with `stores` open; what it prints is the answer. */
function startProcess(text: string): ChildProcess {
  const prelude = `
    import { openStores } from '${modules}open-stores.ts';
    import { silentLog } from '${logModule}';
    const clock = { now: () => new Date(), sleep: (ms) => new Promise((done) => setTimeout(done, ms)) };
    const place = { dataDirectory: ${JSON.stringify(directory)}, clock, log: silentLog, environmentVariables: {} };
    const stores = await openStores(place);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', prelude + text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function outputOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  return text;
}

const openHere = (clock = new FakeClock()) =>
  openStores({ dataDirectory: directory, clock, log: silentLog, environmentVariables: {} });

test.each([
  ['an empty directory', () => {}],
  [
    'a key made beforehand',
    () => writeFileSync(join(directory, 'key'), `${'A'.repeat(43)}=\n`, { mode: 0o600 }),
  ],
])('four processes that start at once on %s agree on tables and key', async (_, prepare) => {
  prepare();
  const text = `
    await stores.secrets.saveCertificate(
      { thumbprint: String(process.pid), thumbprintSha256: '', subject: '', friendlyName: '', notBefore: '', notAfter: '', certificatePem: '' },
      'key of ' + process.pid);
    await stores.close();
    console.log(process.pid);
  `;
  const pids = await Promise.all([1, 2, 3, 4].map(() => outputOf(startProcess(text))));
  const stores = await openHere();
  for (const pid of pids.map((line) => line.trim())) {
    expect(await stores.secrets.readPrivateKey(pid)).toBe(`key of ${pid}`);
  }
  await stores.close();
});

test('three processes write at once and nothing is lost or mixed up', async () => {
  const id = runId('11111111-0000-4000-8000-000000000001');
  const text = `
    for (let turn = 0; turn < 40; turn += 1) {
      const ids = await stores.journal.intend('${id}', { id: '${id}', primarySmtpAddress: 'a@example.com' },
        [0, 1, 2].map((place) => ({ change: 'create', folderKey: '', fields: [], label: process.pid + ' ' + turn + ' ' + place })));
      await stores.journal.record(ids, ids.map((id) => ({ status: 'applied', itemId: 'item' + id, version: 'v' })));
    }
    await stores.close();
    console.log(process.pid);
  `;
  const pids = (await Promise.all([1, 2, 3].map(() => outputOf(startProcess(text))))).map((line) =>
    line.trim(),
  );
  const stores = await openHere();
  const labels: string[] = [];
  for await (const entry of stores.journal.readRun(id)) {
    expect(entry.newItemId).toBe(`item${entry.id}`);
    labels.push(entry.label);
  }
  for (const pid of pids) {
    const own = labels.filter((label) => label.startsWith(`${pid} `));
    const expected = Array.from(
      { length: 120 },
      (_, index) => `${pid} ${Math.floor(index / 3)} ${index % 3}`,
    );
    expect(own).toEqual(expected);
  }
  expect(labels).toHaveLength(360);
  await stores.close();
});

/**
 * Adds one to a counter by reading, waiting and writing: without mutual exclusion additions get lost. Both wait for each
 * other first, or on a busy computer one would be done before the other begins. Without the lease they wait once more
 * between reading and writing: that they meet there by themselves is likely and no more.
 */
const counting = (isExclusive: boolean, own: number) => `
  const meet = async (where) => {
    await stores.settings.write(where + ' ${own}', 'yes');
    while (await stores.settings.read(where + ' ${3 - own}') === undefined) await clock.sleep(1);
  };
  await meet('ready');
  for (let turn = 0; turn < 25; turn += 1) {
    let lease;
    while (${isExclusive} && lease === undefined) {
      const answer = await stores.leases.acquire('counter', 'process ' + process.pid);
      if ('release' in answer) lease = answer;
      else await clock.sleep(1);
    }
    const value = Number(await stores.settings.read('counter') ?? '0');
    await clock.sleep(2);
    if (${!isExclusive} && turn === 0) await meet('read');
    await stores.settings.write('counter', String(value + 1));
    await lease?.release();
  }
  await stores.close();
`;

async function countWith(isExclusive: boolean): Promise<number> {
  await Promise.all([1, 2].map((own) => outputOf(startProcess(counting(isExclusive, own)))));
  const stores = await openHere();
  const count = Number(await stores.settings.read('counter'));
  await stores.close();
  return count;
}

test('The gate is per mailbox, not per process: two processes add up under a lease', async () => {
  expect(await countWith(true)).toBe(50);
});

test('twin: without the lease additions get lost', async () => {
  expect(await countWith(false)).toBeLessThan(50);
});

test('the lease of a killed process is free again after a minute and not before', async () => {
  // It ends itself, or on a busy computer it would live to renew the lease.
  const child = startProcess(`
    const before = Date.now();
    await stores.leases.acquire('policy 1', 'process that dies');
    console.log(JSON.stringify([before, Date.now()]));
    process.kill(process.pid, 'SIGKILL');
  `);
  if (child.stdout === null) throw new Error('the output is piped');
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const [before = 0, after = 0] = JSON.parse(said) as readonly number[];

  const clock = new FakeClock(new Date(before + 59_999).toISOString());
  const stores = await openHere(clock);
  expect(await stores.leases.acquire('policy 1', 'me')).toMatchObject({ holder: 'process that dies' });
  clock.advance(after - before + 1);
  const lease = await stores.leases.acquire('policy 1', 'me');
  expect(isLease(lease)).toBe(true);
  await stores.close();
});

test('a lease that is held does not keep the process alive', async () => {
  const child = startProcess(
    `await stores.leases.acquire('policy 1', 'forgetful'); console.log('end of script');`,
  );
  expect(await outputOf(child)).toBe('end of script\n');
});
