// Verify runs by the schedule: after a run of the policy, when the last one is old enough.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';

const HOUR_MS = 60 * 60_000;
/** The queue, the prune, the alerts, the mails. */
const SLEEPERS = 4;

let directory = '';
let clock: FakeClock;
let world: World;
let operations: OpenedOperations;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-service-verify-'));
  world = new World(3, 2);
  clock = new FakeClock('2026-11-02T08:00:30.000Z', { sleepsAtOnce: false });
  operations = await openOperations(join(directory, 'data'), (dependencies) => ({
    ...dependencies,
    clock,
    connect: async () => ({ ...world.ports, close: async () => {} }),
  }));
  const environment = {
    ...{ kind: 'environment', version: 1, id: '11111111-2222-4333-8444-555555555555', name: 'contoso' },
    scenario: 'exchangeOnline',
    exchangeOnline: {
      organization: 'contoso.onmicrosoft.com',
      applicationId: '11111111-2222-4333-8444-666666666666',
    },
  };
  await operations.environments.apply({ text: JSON.stringify(environment) });
});
afterEach(async () => {
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

async function applyPolicy(schedule: object): Promise<void> {
  const policy = {
    ...{ kind: 'policy', version: 1, id: 'aaaaaaaa-2222-4333-8444-555555555555', name: 'All staff' },
    ...{ environment: 'contoso', source: { type: 'exchangeOnline' }, schedule },
  };
  await operations.policies.apply({ text: JSON.stringify(policy) });
}

const kinds = async () =>
  (await operations.runs.list({})).map(({ kind, state }) => `${kind} ${state}`).reverse();

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await nextTurn();
}

/** So many hours go by, and what is due by then is over. */
async function pass(hours: number, runs: number): Promise<void> {
  await until(() => clock.sleeping >= SLEEPERS);
  clock.advance(hours * HOUR_MS);
  await until(async () => (await kinds()).filter((text) => text.endsWith('finished')).length === runs);
}

it('begins after a run when the last one is so many days old, and not before', async () => {
  await applyPolicy({ interval: { minutes: 60 }, verifyEveryDays: 2 });
  const stop = new AbortController();
  const over = operations.service.serve(stop.signal);
  await pass(1, 2);
  expect(await kinds()).toEqual(['run finished', 'verify finished']);
  await pass(1, 3);
  await pass(40, 4);
  await pass(8, 6);
  expect((await kinds()).slice(2)).toEqual([
    'run finished',
    'run finished',
    'run finished',
    'verify finished',
  ]);
  stop.abort();
  await over;
});

const daily = { cron: '31 8 * * *', verifyEveryDays: 1 };

it('is due each day, though the run before it was faster than the day before', async () => {
  await applyPolicy(daily);
  const stop = new AbortController();
  const over = operations.service.serve(stop.signal);
  await pass(31 / 60, 2);
  await pass(24 - 2 / 3_600, 4);
  await pass(24 + 1 / 3_600, 6);
  expect(await kinds()).toEqual(Array(3).fill(['run finished', 'verify finished']).flat());
  stop.abort();
  await over;
});

it.each([
  { of: 'one mailbox by hand', addresses: ['box1@contoso.example'], runs: 5 },
  { of: 'all of them by hand', addresses: [], runs: 4 },
])('after a verify run of $of, $runs have been', async ({ addresses, runs }) => {
  await applyPolicy(daily);
  const stop = new AbortController();
  const over = operations.service.serve(stop.signal);
  await pass(31 / 60, 2);
  await pass(12, 2);
  const { id } = await operations.runs.verify({ policy: 'All staff', mailboxes: addresses });
  await until(async () =>
    (await operations.runs.list({})).some((run) => run.id === id && run.state === 'finished'),
  );
  await pass(12, runs);
  expect((await kinds()).filter((text) => text === 'verify finished')).toHaveLength(runs - 2);
  stop.abort();
  await over;
});

it('is due, though there is one by a clock that was ahead', async () => {
  await applyPolicy(daily);
  clock.set(20 * 24 * HOUR_MS);
  const { id } = await operations.runs.verify({ policy: 'All staff', mailboxes: [] });
  await until(async () => (await operations.runs.get(id)).state === 'finished');
  clock.set(-20 * 24 * HOUR_MS);
  const stop = new AbortController();
  const over = operations.service.serve(stop.signal);
  await pass(31 / 60, 3);
  await pass(24, 5);
  expect((await kinds()).toSorted()).toEqual(
    ['run', 'run', 'verify', 'verify', 'verify'].map((kind) => `${kind} finished`),
  );
  stop.abort();
  await over;
});

it('begins never when the schedule does not want one', async () => {
  await applyPolicy({ interval: { minutes: 60 } });
  const stop = new AbortController();
  const over = operations.service.serve(stop.signal);
  await pass(1, 1);
  await pass(100, 2);
  stop.abort();
  await over;
  expect(await kinds()).toEqual(['run finished', 'run finished']);
});

it('stands in the forecast of the week, and the runs of a removed policy are found by the name it had', async () => {
  await applyPolicy({ interval: { minutes: 60 }, verifyEveryDays: 2 });
  const stop = new AbortController();
  const over = operations.service.serve(stop.signal);
  await pass(1, 2);
  stop.abort();
  await over;
  const { turns } = await operations.service.upcoming(3);
  expect((await operations.service.upcoming(4_000)).days).toBe(31);
  const verifies = turns.flatMap((turn, index) => (turn.verifies ? [index] : []));
  expect(verifies).toHaveLength(1);
  expect(verifies[0]).toBeGreaterThan(40);

  await operations.policies.rename('All staff', 'Everybody');
  await operations.policies.remove('Everybody', { removeContacts: false });
  for (const policy of ['all staff', 'AAAAAAAA-2222-4333-8444-555555555555'])
    expect((await operations.runs.list({ policy, limit: 1 })).map(({ kind }) => kind)).toEqual(['verify']);
  await expect(operations.runs.list({ policy: 'Nobody' })).rejects.toMatchObject({
    failure: { code: 'notFound' },
  });
});
