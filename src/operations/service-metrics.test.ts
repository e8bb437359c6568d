// What others see of the service: numbers after runs, a pulse that stops, and a text that holds to its grammar.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OpenedOperations } from '../cli/context.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { World } from '../engine/testing/world.ts';
import { openOperations } from '../main.ts';
import { environmentId, runId } from '../model/ids.ts';
import { metricsText } from '../monitoring/metrics-text.ts';
import type { Monitored } from '../ports/monitoring.ts';
import type { OperationsDependencies } from './dependencies.ts';

const MINUTE_MS = 60_000;
const POLICY = 'aaaaaaaa-2222-4333-8444-555555555555';

let directory = '';
let world: World;
let clock: FakeClock;
let operations: OpenedOperations;
let inside: OperationsDependencies;
let monitored: Monitored | undefined;
let isClosed = false;
let stop: AbortController;
let served: Promise<void>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-metrics-'));
  world = new World(3, 2);
  const { ports } = world;
  clock = new FakeClock('2026-11-02T08:00:30.000Z', { sleepsAtOnce: false });
  isClosed = false;
  operations = await openOperations(join(directory, 'data'), (dependencies) => {
    inside = {
      ...dependencies,
      clock,
      async startMonitoring(_, watched) {
        monitored = watched;
        return {
          url: 'http://127.0.0.1:9464',
          isForThisComputerOnly: true,
          async close() {
            isClosed = true;
          },
        };
      },
      connect: async () => ({
        source: ports.source,
        directory: ports.directory,
        targets: ports.targets,
        traffic: {
          requests: () => 7,
          state: () => ({
            ...{ underWay: 0, limit: 1, waitingUntil: undefined, mailboxesWaiting: 0 },
            ...{ refusals: 2, waitedMs: 1_500 },
          }),
        },
        close: async () => {},
      }),
    };
    return inside;
  });
  await operations.environments.apply({
    text: JSON.stringify({
      kind: 'environment',
      version: 1,
      id: '11111111-2222-4333-8444-555555555555',
      name: 'contoso',
      scenario: 'exchangeOnline',
      exchangeOnline: {
        organization: 'contoso.onmicrosoft.com',
        applicationId: '11111111-2222-4333-8444-666666666666',
      },
    }),
  });
  await operations.policies.apply({
    text: JSON.stringify({
      ...{ kind: 'policy', version: 1, id: POLICY, name: 'All of Anna Schmidt', environment: 'contoso' },
      source: { type: 'exchangeOnline' },
    }),
  });
  stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  served = operations.service.serve(stop.signal, () => ready.resolve(), { address: '9464', hosts: [] });
  await Promise.race([ready.promise, served]);
});
afterEach(async () => {
  stop.abort();
  await served;
  await operations.close();
  rmSync(directory, { recursive: true, force: true });
});

function watched(): Monitored {
  if (monitored === undefined) throw new Error('nobody watches');
  return monitored;
}

async function runByHand(): Promise<void> {
  const { id } = await operations.runs.start({ policy: POLICY, mode: 'run' });
  const feed = operations.runs.events(id)[Symbol.asyncIterator]();
  while ((await feed.next()).done !== true);
}

/** By name and labels, as in the text. */
async function series(): Promise<ReadonlyMap<string, number>> {
  const lines = metricsText(await watched().metrics())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

it('counts what runs did, by policy', async () => {
  expect(
    (await series()).get(`contactsync_last_success_timestamp_seconds{policy="${POLICY}"}`),
  ).toBeUndefined();
  await runByHand();
  const seen = await series();
  const of = (name: string, labels = '') => seen.get(`contactsync_${name}{policy="${POLICY}"${labels}}`);
  expect(of('runs_total', ',state="finished"')).toBe(1);
  expect(of('runs_total', ',state="failed"')).toBe(0);
  expect(of('contacts_written_total', ',change="created"')).toBe(6);
  expect(of('mailboxes_written_total')).toBe(2);
  expect(of('mailboxes_failed_total')).toBe(0);
  expect(of('brake_engaged')).toBe(0);
  expect(of('last_success_timestamp_seconds')).toBe(clock.now().getTime() / 1_000);
  expect(seen.get('contactsync_queue_length{state="waiting"}')).toBe(0);
  const [requests, refused] = ['contactsync_requests_total', 'contactsync_throttled_requests_total'];
  expect([seen.get(requests), seen.get(refused)]).toEqual([7, 2]);
  // The connection is closed; what went over it stays counted, once.
  await runByHand();
  const later = await series();
  expect([later.get(requests), later.get('contactsync_throttled_seconds_total')]).toEqual([14, 3]);
  expect(later.get(`contactsync_runs_total{policy="${POLICY}",state="finished"}`)).toBe(2);
});

it('counts failures by their number, and tells a run without errors from one that came to its end', async () => {
  await runByHand();
  const success = clock.now().getTime() / 1_000;
  clock.advance(MINUTE_MS);
  world.box(2).trouble.refuse('mailboxAccessDenied');
  await runByHand();
  const seen = await series();
  expect(seen.get('contactsync_failures_total{number="15011"}')).toBe(1);
  const last = (what: string) => seen.get(`contactsync_last_${what}_timestamp_seconds{policy="${POLICY}"}`);
  expect([last('success'), last('completion')]).toEqual([success, success + 60]);
});

it('tells which policies are to run, and what nobody was told yet', async () => {
  const enabled = async () => (await series()).get(`contactsync_policy_enabled{policy="${POLICY}"}`);
  expect(await enabled()).toBe(1);
  await operations.policies.setEnabled(POLICY, false);
  expect(await enabled()).toBe(0);
  const waiting = async () => (await series()).get('contactsync_announcements_waiting{listener="syslog"}');
  expect(await waiting()).toBe(0);
  await inside.announcements.add({
    environmentId: environmentId('11111111-2222-4333-8444-555555555555'),
    ...{ listener: 'syslog', runId: runId('99999999-2222-4333-8444-555555555555'), event: 'run.ended' },
    // Not due.
    at: new Date(clock.now().getTime() + 60 * MINUTE_MS).toISOString(),
  });
  expect(await waiting()).toBe(1);
});

it('holds no names, and to the grammar of the format', async () => {
  await runByHand();
  const text = metricsText(await watched().metrics());
  expect(text).not.toMatch(/Anna|Schmidt|contoso|@/);
  const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
  const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
  const sample = new RegExp(
    `^${name}(?:\\{${label}(?:,${label})*\\})? (?:[+-]?(?:Inf|[0-9.]+(?:e[+-]?[0-9]+)?)|NaN)$`,
  );
  const comment = new RegExp(`^# (?:HELP ${name} .+|TYPE ${name} (?:counter|gauge))$`);
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.filter((line) => !sample.test(line) && !comment.test(line))).toEqual([]);
  const typed = lines.flatMap((line) => /^# TYPE (\S+) (\S+)$/.exec(line)?.slice(1, 3).join(' ') ?? []);
  expect(new Set(typed).size).toBe(typed.length);
  // Every series belongs to the type above it, and a counter says so by its name.
  let current = '';
  for (const line of lines) {
    if (line.startsWith('# TYPE')) current = line.split(' ')[2] ?? '';
    if (!line.startsWith('#')) expect(line.split(/[{ ]/)[0]).toBe(current);
  }
  for (const one of typed) expect(one.endsWith('_total counter'), one).toBe(one.endsWith('counter'));
});

it('lives as long as the scheduler takes its turns', async () => {
  expect(watched().health()).toEqual([]);
  // The clock goes on and nobody takes a turn.
  clock.set(6 * MINUTE_MS);
  expect(watched().health()).toEqual(['the scheduler has not looked at its schedules for minutes']);
  clock.advance(MINUTE_MS);
  while (watched().health().length > 0) await nextTurn();
});

it('is ready as long as the database answers and the lease is held, and gone with the service', async () => {
  expect(await watched().readiness()).toEqual([]);
  inside.settings.read = () => Promise.reject(new Error('busy'));
  expect(await watched().readiness()).toEqual(['the database does not answer']);
  stop.abort();
  await served;
  expect(await watched().readiness()).toContain('the service stops, or lost its lease');
  expect(isClosed).toBe(true);
});
