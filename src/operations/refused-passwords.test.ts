// A password that was refused: the service tries it once a day, however often it is started anew.

import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import type { Environment } from '../model/environment.ts';
import { Failure, type FailureRecord } from '../model/failure.ts';
import type { Settings } from '../ports/settings.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { createRefusedPasswordGuard } from './refused-passwords.ts';

const HOUR_MS = 60 * 60 * 1_000;
const environment = { id: '11111111-2222-4333-8444-555555555555' } as Environment;

let clock: FakeClock;
let stored: Map<string, string>;
let refusal: FailureRecord | undefined;

beforeEach(() => {
  clock = new FakeClock('2026-11-02T02:00:00.000Z');
  stored = new Map();
  refusal = new Failure('signInRefused').toRecord();
});

/** As after a start. */
function guard() {
  const settings: Settings = {
    read: async (key) => stored.get(key),
    write: async (key, value) => void stored.set(key, value),
    writeIfAbsent: async (_key, value) => value,
    remove: async (key) => void stored.delete(key),
  };
  const secrets = { readRefusal: async () => refusal } as unknown as OperationsDependencies['secrets'];
  return createRefusedPasswordGuard({ secrets, settings, clock });
}

const isTried = (of = guard()) =>
  of(environment).then(
    () => true,
    () => false,
  );

it('is tried once a day by a service that is started anew each night', async () => {
  const tried: boolean[] = [];
  for (let night = 0; night < 4; night += 1) {
    tried.push(await isTried());
    // A little earlier than the night before: no turn takes equally long.
    clock.advance(24 * HOUR_MS - 900);
  }
  expect(tried).toEqual([false, true, true, true]);
});

it('is tried once a day by a service that runs on, however often a policy is due', async () => {
  const service = guard();
  const tried: boolean[] = [];
  for (let hour = 0; hour < 48; hour += 1) {
    tried.push(await isTried(service));
    clock.advance(HOUR_MS);
  }
  expect(tried.flatMap((was, hour) => (was ? [hour] : []))).toEqual([23, 46]);
});

it('counts anew after it was accepted, and after a clock was set back', async () => {
  await isTried();
  clock.advance(30 * HOUR_MS);
  const refused = refusal;
  refusal = undefined;
  expect(await isTried()).toBe(true);
  expect([...stored]).toEqual([]);
  refusal = refused;
  expect(await isTried()).toBe(false);
  clock.advance(-100 * HOUR_MS);
  expect(await isTried()).toBe(false);
  clock.advance(24 * HOUR_MS);
  expect(await isTried()).toBe(true);
});
