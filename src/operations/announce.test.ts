// What other programs are told of runs, from the run to the listener: what stands in it, its order, and what becomes of it
// where a listener cannot be told.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Announcement } from '@contactsync/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { person, World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';
import { Failure } from '../model/failure.ts';
import type { Listener, OutgoingAnnouncement } from '../ports/announcements.ts';
import { tellListeners } from './announce.ts';
import type { OperationsDependencies } from './dependencies.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let directory = '';
let world: World;
let operations: OpenedOperations;
let inside: OperationsDependencies;
let told: OutgoingAnnouncement[] = [];
let refusal: Failure | undefined;

const listener: Listener = {
  async tell(one) {
    if (refusal !== undefined) throw refusal;
    told.push(one);
    return { status: 204 };
  },
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-announce-'));
  world = new World(3, 2);
  told = [];
  refusal = undefined;
  operations = await openOperations(join(directory, 'data'), (dependencies) => {
    inside = {
      ...dependencies,
      clock: world.clock,
      connect: async () => {
        const { source, directory: mailboxes, targets } = world.ports;
        return { source, directory: mailboxes, targets, close: async () => {} };
      },
      connectListener: async (environment, kind) =>
        kind === 'webhook' && environment.announce?.webhook !== undefined
          ? listener
          : dependencies.connectListener(environment, kind),
    };
    return inside;
  });
});
afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

async function setUp(announce: object, more: object = {}): Promise<void> {
  const environment = {
    kind: 'environment',
    version: 1,
    id: '11111111-2222-4333-8444-555555555555',
    name: 'contoso',
    scenario: 'exchangeOnline',
    announce,
    exchangeOnline: {
      organization: 'contoso.onmicrosoft.com',
      applicationId: '11111111-2222-4333-8444-666666666666',
    },
  };
  await operations.environments.apply({ text: JSON.stringify(environment) });
  const policy = {
    kind: 'policy',
    version: 1,
    id: 'aaaaaaaa-2222-4333-8444-555555555555',
    name: 'All staff',
    environment: 'contoso',
    source: { type: 'exchangeOnline' },
    ...more,
  };
  await operations.policies.apply({ text: JSON.stringify(policy) });
}

async function run(mode: 'run' | 'test' = 'run'): Promise<string> {
  const { id } = await operations.runs.start({ policy: 'All staff', mode });
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
  return id;
}

const WEBHOOK = { webhook: 'https://monitor.contoso.example/runs' };
const signal = new AbortController().signal;
const later = async (milliseconds: number) => {
  world.clock.advance(milliseconds);
  await tellListeners(inside, signal);
};

it('a run is told when it starts and when it ends, by the published schema and with nobody named', async () => {
  const file = join(directory, 'runs.jsonl');
  await setUp({ file });
  const id = await run();
  const text = readFileSync(file, 'utf8');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => Announcement.parse(JSON.parse(line)));
  expect(lines).toMatchObject([
    { id: `${id} run.started`, event: 'run.started', run: { id, state: 'reading' }, failures: [] },
    {
      event: 'run.ended',
      environment: 'contoso',
      policy: { name: 'All staff', revision: 1 },
      run: { id, kind: 'run', state: 'finished', endedAt: expect.any(String) },
      counts: { selected: 3, mailboxes: 2, created: 6, updated: 0, deleted: 0, failed: 0 },
    },
  ]);
  expect(text).not.toMatch(/Person|box1|@/);
  expect(await inside.announcements.list()).toEqual([]);
});

it('a plan that waits is told with what it would do, also when it is told after it was given up', async () => {
  await setUp(WEBHOOK, { brake: { maxPeople: 0 } });
  await run();
  world.organization.removeObject(person(3).id);
  refusal = new Failure('listenerUnreachable');
  const id = await run();
  await operations.runs.cancel(id);
  refusal = undefined;
  told = [];
  await later(2 * MINUTE_MS);
  const told2 = told.map(({ severity, text }) => {
    const { event, run: of, counts } = Announcement.parse(JSON.parse(text));
    return [event, of.state, severity, counts?.deleted];
  });
  expect(told2).toEqual([
    ['run.started', 'reading', 'info', undefined],
    ['run.awaitingApproval', 'awaitingApproval', 'warning', 2],
    ['run.ended', 'cancelled', 'warning', 0],
  ]);
});

it('an approval that run after run waits for is told once, and then the end of the last one', async () => {
  await setUp(WEBHOOK, { brake: { maxPeople: 0 } });
  await run();
  world.organization.removeObject(person(3).id);
  told = [];
  const ids = [await run(), await run(), await run()];
  await operations.runs.cancel(ids[2] ?? '');
  await later(2 * MINUTE_MS);
  const events = told.map(({ text }) => {
    const { event, run: of } = Announcement.parse(JSON.parse(text));
    return [event, ids.indexOf(of.id), of.state];
  });
  expect(events).toEqual([
    ['run.started', 0, 'reading'],
    ['run.awaitingApproval', 0, 'awaitingApproval'],
    ['run.started', 1, 'reading'],
    ['run.started', 2, 'reading'],
    ['run.ended', 2, 'cancelled'],
  ]);
});

it('a test run is told nobody, and nobody is told where no listener is named', async () => {
  await setUp(WEBHOOK);
  await run('test');
  expect(told).toEqual([]);
  await setUp({});
  await run();
  expect(told).toEqual([]);
  expect(await inside.announcements.list()).toEqual([]);
});

it('a listener that cannot be told fails no run, is shown, and hears everything later in order', async () => {
  await setUp(WEBHOOK);
  refusal = new Failure('webhookRefused', { details: { status: 500 } });
  const first = await run();
  const second = await run();
  expect((await operations.runs.get(second)).state).toBe('finished');
  expect((await operations.status()).untold).toMatchObject([
    { environment: 'contoso', listener: 'webhook', waiting: 4, failure: { number: 18_025 } },
  ]);
  await later(0);
  refusal = undefined;
  await later(30_000);
  expect(told).toEqual([]);
  await later(5 * MINUTE_MS);
  expect(told.map(({ id }) => id)).toEqual([
    `${first} run.started`,
    `${first} run.ended`,
    `${second} run.started`,
    `${second} run.ended`,
  ]);
  expect((await operations.status()).untold).toBeUndefined();
});

it('a listener waits for no time that a clock was set to that was ahead', async () => {
  await setUp(WEBHOOK);
  refusal = new Failure('listenerUnreachable');
  world.clock.set(20 * DAY_MS);
  const ahead = await run();
  world.clock.set(-20 * DAY_MS);
  refusal = undefined;
  const now = await run();
  expect(told.map(({ id }) => id)).toEqual([
    `${ahead} run.started`,
    `${ahead} run.ended`,
    `${now} run.started`,
    `${now} run.ended`,
  ]);
});

it('what could not be told for three days is given up, and what came later is told', async () => {
  await setUp(WEBHOOK);
  refusal = new Failure('listenerUnreachable');
  await run();
  world.clock.advance(2 * DAY_MS);
  const later2 = await run();
  await later(DAY_MS + MINUTE_MS);
  expect((await inside.announcements.list()).map(({ runId }) => runId)).toEqual([later2, later2]);
  refusal = undefined;
  await later(60 * MINUTE_MS);
  expect(told.map(({ id }) => id)).toEqual([`${later2} run.started`, `${later2} run.ended`]);
});

it('a webhook without its secret is not told', async () => {
  await setUp({ webhook: 'http://127.0.0.1:9/runs' });
  const original = await inside.environments.readByName('contoso');
  expect(original?.document.announce?.webhook).toBe('http://127.0.0.1:9/runs');
  const { connectListener } = await import('../composition/connect-listener.ts');
  if (original === undefined) throw new Error('not stored');
  await expect(connectListener(original.document, 'webhook', inside, inside.log)).rejects.toMatchObject({
    code: 'webhookSecretMissing',
  });
  await expect(operations.environments.setPassword('contoso', 'webhook', 'short')).rejects.toMatchObject({
    failure: { code: 'usage' },
  });
  await operations.environments.setPassword('contoso', 'webhook', 'unmistakable-secret');
  expect(await connectListener(original.document, 'webhook', inside, inside.log)).toBeDefined();
  // Who changes the address does not get signatures sent there.
  await setUp({ webhook: 'http://127.0.0.1:10/runs' });
  expect((await operations.environments.get('contoso')).passwords).toEqual([]);
});
