// The service's pace from the outside: what it is started with, latency of the other faces, waiting by its clock.

import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EmulatorControl, type RunningEmulator, startEmulator } from '../src/index.ts';

const traffic = { latency: { milliseconds: 2000 }, limits: { mailboxConcurrency: true } } as const;
const speed = { skipWaitingAfterMilliseconds: 20 };

let emulator: RunningEmulator;
let control: EmulatorControl;
let agent: Agent;

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 6, mailboxes: 2, traffic, speed });
  control = new EmulatorControl(emulator.url, emulator.caPem);
  agent = new Agent({ connect: { ca: emulator.caPem } });
});
afterAll(async () => {
  await control.close();
  await agent.close();
  await emulator.close();
});

/** Emulated milliseconds until the answer. */
async function timeOf(path: string, method = 'GET'): Promise<number> {
  const { clock } = emulator;
  const start = clock.now().getTime();
  await (await fetch(`${emulator.url}${path}`, { method, dispatcher: agent })).text();
  return clock.now().getTime() - start;
}

test('a start with settings holds them, and a reset brings them back', async () => {
  expect(await control.clock()).toMatchObject({ factor: 1, ...speed });
  const before = await control.trafficSettings();
  expect(before).toMatchObject({ latency: { from: 2000, to: 2000 }, limits: { mailboxConcurrency: 4 } });
  await control.setTraffic({ batchDispatch: 'all-at-once' });
  await control.setClockSpeed({ factor: 7 });
  expect((await control.clock()).factor).toBe(7);
  expect((await control.trafficSettings()).limits.mailboxConcurrency).toBeUndefined();
  await control.reset({ recipients: 6, mailboxes: 2 });
  expect(await control.trafficSettings()).toEqual(before);
  expect(await control.clock()).toMatchObject({ factor: 1, ...speed });
});

test('a start without settings limits nothing and runs with real time', async () => {
  const plain = await startEmulator({ recipients: 0, mailboxes: 0 });
  expect(plain.context.traffic.settings).toEqual({
    latency: { from: 0, to: 0, seed: 1 },
    latencyFaces: ['graph'],
    limits: { retryAfter: true },
    batchDispatch: 'four-at-a-time',
  });
  expect(plain.context.clock.speed).toEqual({ factor: 1, skipWaitingAfterMilliseconds: undefined });
  await plain.close();
});

test('latency belongs to the faces that are named', async () => {
  const keys = '/contoso.onmicrosoft.com/discovery/v2.0/keys';
  const command = '/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand';
  const latency = { milliseconds: 3_600_000 };
  await control.setTraffic({ latency });
  expect(await timeOf(keys)).toBeLessThan(3_600_000);
  expect(await timeOf(command, 'POST')).toBeLessThan(3_600_000);
  await control.setTraffic({ latency, latencyFaces: ['entra', 'exchange-admin'] });
  expect(await timeOf(keys)).toBeGreaterThanOrEqual(3_600_000);
  expect(await timeOf(command, 'POST')).toBeGreaterThanOrEqual(3_600_000);
  await control.setTraffic({});
});

test('waiting by the clock from another process; who gives up is not waited for', async () => {
  const start = await control.now();
  const stop = new AbortController();
  const givingUp = control.waitByClock(86_400_000 * 300, stop.signal);
  stop.abort();
  await expect(givingUp).rejects.toThrow();
  const after = await control.waitByClock(3_600_000);
  expect(after.getTime() - start.getTime()).toBeGreaterThanOrEqual(3_600_000);
  expect(after.getTime() - start.getTime()).toBeLessThan(86_400_000);
});

test.each([
  ['clock/set-speed', { factor: 0.5 }],
  ['traffic/set-settings', { limits: { mailboxConcurency: 4 } }],
  ['traffic/set-settings', { latency: { from: 5, to: 1 } }],
  ['faults/add', { action: { kind: 'throttled', retryAfter: 1 } }],
  ['faults/set-random', { rate: 2 }],
  ['faults/set-random', { rate: 0.1, kinds: ['consent-revoked'] }],
])('%s with %j is refused', async (operation, body) => {
  const response = await fetch(`${emulator.url}/control/${operation}`, {
    method: 'POST',
    body: JSON.stringify(body),
    dispatcher: agent,
  });
  expect(response.status).toBe(400);
});
