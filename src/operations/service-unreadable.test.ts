// A policy or environment that cannot be read as it is stored: it is left out and told, everything else goes on, and it is
// mended by applying it anew.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';
import { policyId } from '../model/ids.ts';
import type { OperationsDependencies } from './dependencies.ts';

const MINUTE_MS = 60_000;
/** The queue, the prune, the alerts, the announcements, the mails. */
const SLEEPERS = 5;
const environmentOf = (n: number) => ({
  ...{ kind: 'environment', version: 1, id: `11111111-2222-4333-8444-00000000000${n}`, name: `place ${n}` },
  scenario: 'exchangeOnline',
  exchangeOnline: {
    organization: 'contoso.onmicrosoft.com',
    applicationId: '11111111-2222-4333-8444-666666666666',
  },
});
const policyOf = (n: number, more: object = {}) => ({
  ...{ kind: 'policy', version: 1, id: `aaaaaaaa-2222-4333-8444-00000000000${n}`, name: `policy ${n}` },
  ...{ environment: `place ${n}`, source: { type: 'exchangeOnline' } },
  ...{ schedule: { cron: `${3 * n} * * * *` }, folder: { name: `folder ${n}` }, ...more },
});

let directory = '';
let clock: FakeClock;
let operations: OpenedOperations;
let inside: OperationsDependencies;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-service-unreadable-'));
  const world = new World(3, 2);
  clock = new FakeClock('2026-11-02T08:00:30.000Z', { sleepsAtOnce: false });
  operations = await openOperations(join(directory, 'data'), (dependencies) => {
    inside = { ...dependencies, clock, connect: async () => ({ ...world.ports, close: async () => {} }) };
    return inside;
  });
  for (const n of [1, 2]) {
    await operations.environments.apply({ text: JSON.stringify(environmentOf(n)) });
    await operations.policies.apply({ text: JSON.stringify(policyOf(n)) });
  }
});
afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

function damage(kind: 'policy' | 'environment', body: string): void {
  const database = new DatabaseSync(join(directory, 'data', 'contactsync.db'), { timeout: 30_000 });
  database
    .prepare("update document_revision set body = ? where kind = ? and id like '%0001'")
    .run(body, kind);
  database.close();
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await nextTurn();
}

async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await until(() => clock.sleeping >= SLEEPERS);
    clock.advance(MINUTE_MS);
  }
  await until(() => clock.sleeping >= SLEEPERS);
}

async function served(work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const over = operations.service.serve(stop.signal);
  await work();
  stop.abort();
  await over;
}

/** Waits until so many runs are over. */
async function ended(count: number): Promise<readonly string[]> {
  const runs = () => operations.runs.list({});
  await until(async () => (await runs()).filter(({ endedAt }) => endedAt !== undefined).length === count);
  return (await runs()).map(({ policyName, state }) => `${policyName} ${state}`).sort();
}

async function endOf(policy: string) {
  const { id } = await operations.runs.start({ policy, mode: 'run' });
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
  const { run, failures } = await operations.runs.report(id);
  return { state: run.state, numbers: failures.map(({ failure }) => failure.number) };
}

it.each([
  ['policy', '{"kind":"policy"}'],
  ['policy', 'no document at all'],
  ['environment', '{"kind":"environment"}'],
] as const)('a %s stored as %s is left out and told; the others run', async (kind, body) => {
  damage(kind, body);
  await served(async () => {
    await pass(6);
    expect(await ended(1)).toEqual(['policy 2 finished']);
  });
  const name = kind === 'policy' ? 'policy 1' : 'place 1';
  expect((await operations.status()).unreadable).toMatchObject([{ kind, name, failure: { number: 19_024 } }]);
  const { troubled, turns } = await operations.service.upcoming(1);
  expect(troubled).toMatchObject([{ policy: 'policy 1', failure: { number: 19_024 } }]);
  expect(new Set(turns.map(({ policy }) => policy))).toEqual(new Set(['policy 2']));
});

it('twin: the same policies run both where both can be read', async () => {
  await served(async () => {
    await pass(3);
    expect(await ended(1)).toEqual(['policy 1 finished']);
    await pass(3);
    expect(await ended(2)).toEqual(['policy 1 finished', 'policy 2 finished']);
  });
  expect((await operations.status()).unreadable).toBeUndefined();
});

it('what was queued keeps its place, and runs when it was applied anew', async () => {
  await served(async () => {
    await inside.queue.consider(
      policyOf(1).id as Parameters<typeof inside.queue.consider>[0],
      clock.now().toISOString(),
      { dueAt: clock.now().toISOString(), reason: 'schedule' },
    );
    damage('policy', '{}');
    await pass(2);
    expect(await operations.service.queue()).toMatchObject([
      { policy: 'policy 1', isRunning: false, trouble: { number: 19_024 } },
    ]);
    await expect(operations.policies.get('policy 1')).rejects.toMatchObject({ failure: { number: 19_024 } });
    const mended = await operations.policies.apply({ text: JSON.stringify(policyOf(1)) });
    expect(mended).toMatchObject({ result: 'changed', revision: 2 });
    await pass(1);
    await until(async () => (await operations.service.queue()).length === 0);
    expect(await ended(1)).toEqual(['policy 1 finished']);
  });
});

it('a policy that shares its folder waits, because nobody knows whether the one that cannot be read fills it too', async () => {
  const merge = { folder: { name: 'folder 2', merge: { meetBy: 'emailAddress', priority: 1 } } };
  await operations.policies.apply({ text: JSON.stringify(policyOf(2, merge)) });
  damage('policy', '{}');
  expect(await endOf('policy 2')).toMatchObject({ state: 'failed', numbers: [19_024] });
  await operations.policies.remove('policy 1', { removeContacts: false });
  expect(await endOf('policy 2')).toMatchObject({ state: 'finished', numbers: [] });
});

it.each(['policy', 'environment'] as const)(
  'lists tell which %s cannot be read, beside the others',
  async (kind) => {
    const { policies, environments } = operations;
    const names = async () => [
      ...(await policies.list()).map(({ policy }) => policy.name),
      ...(await environments.list()).map(({ environment }) => environment.name),
    ];
    const unreadable = async () => [...(await policies.unreadable()), ...(await environments.unreadable())];
    const all = ['policy 1', 'policy 2', 'place 1', 'place 2'];
    expect([await names(), await unreadable()]).toEqual([all, []]);
    damage(kind, '{}');
    const lost = kind === 'policy' ? 'policy 1' : 'place 1';
    expect(await names()).toEqual(all.filter((name) => name !== lost));
    expect(await unreadable()).toMatchObject([{ kind, name: lost, failure: { number: 19_024 } }]);
    // What the command asks before it removes a policy.
    expect(await policies.writtenMailboxes('policy 1')).toBe(0);
    await policies.remove('policy 1', { removeContacts: false });
    if (kind === 'environment') await environments.remove(lost);
    expect(await unreadable()).toEqual([]);
  },
);

it('mails of the other policies are sent', async () => {
  const at = clock.now().toISOString();
  const waiting = { policyId: policyId(policyOf(2).id), runId: undefined, occasion: 'notBegun', at } as const;
  await inside.outbox.add({ key: 'one', ...waiting });
  damage('policy', '{}');
  expect(await operations.reports.send()).toEqual({ sent: 0, failed: 0, open: [] });
  // Nobody is named: it was looked at.
  expect(await inside.outbox.list({})).toMatchObject([{ state: 'notWanted' }]);
});

it('an environment that cannot be read is removed, or applied anew, like any other', async () => {
  damage('environment', '{}');
  await operations.policies.remove('policy 1', { removeContacts: false });
  await operations.environments.apply({ text: JSON.stringify(environmentOf(1)) });
  expect(await operations.environments.list()).toHaveLength(2);
  damage('environment', '{}');
  await operations.environments.remove('place 1');
  expect((await operations.environments.list()).map(({ environment }) => environment.name)).toEqual([
    'place 2',
  ]);
});
