// Every promise of ports/run-queue.ts as a test.

import { describe, expect } from 'vitest';
import type { RunQueue } from '../../src/ports/run-queue.ts';
import { fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';
import { samplePolicyId } from './sample.ts';

const at = (hour: number): string => `2026-11-02T0${hour}:00:00.000Z`;
const due = (hour: number) => ({ dueAt: at(hour), reason: 'schedule' as const });
const [first, second] = [samplePolicyId(1), samplePolicyId(2)];

export function runQueueContract(
  name: string,
  make: () => Promise<StoreFixture<RunQueue>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);

  describe(`run queue: ${name}`, () => {
    promises(
      'is empty at first, and no schedule was looked at',
      withFixture(async ({ subject }) => {
        expect(await subject.list()).toEqual([]);
        expect(await subject.consideredUntil(first)).toBeUndefined();
        await subject.remove(first);
        await subject.setRunning(first, true);
        expect(await subject.list()).toEqual([]);
      }),
    );

    promises(
      'keeps the order in which policies were queued, whenever they were due',
      withFixture(async ({ subject }) => {
        expect(await subject.consider(second, at(8), due(8))).toBe(true);
        expect(await subject.consider(first, at(9), { dueAt: at(7), reason: 'missed' })).toBe(true);
        expect(await subject.list()).toEqual([
          { policyId: second, ...due(8), isRunning: false },
          { policyId: first, dueAt: at(7), reason: 'missed', isRunning: false },
        ]);
        await subject.remove(second);
        await subject.consider(second, at(9), due(9));
        expect((await subject.list()).map(({ policyId }) => policyId)).toEqual([first, second]);
      }),
    );

    promises(
      'holds a policy once, at its first place, also while it runs',
      withFixture(async ({ subject }) => {
        await subject.consider(first, at(8), due(8));
        await subject.setRunning(first, true);
        expect(await subject.consider(first, at(9), due(9))).toBe(false);
        expect(await subject.list()).toEqual([{ policyId: first, ...due(8), isRunning: true }]);
        await subject.setRunning(first, false);
        expect(await subject.list()).toEqual([{ policyId: first, ...due(8), isRunning: false }]);
      }),
    );

    promises(
      'remembers up to when a schedule was looked at, until the policy is forgotten',
      withFixture(async ({ subject }) => {
        expect(await subject.consider(first, at(8), undefined)).toBe(false);
        await subject.consider(first, at(9), due(9));
        expect(await subject.consideredUntil(first)).toBe(at(9));
        await subject.remove(first);
        expect(await subject.consideredUntil(first)).toBe(at(9));
        expect(await subject.consideredUntil(second)).toBeUndefined();
        await subject.consider(first, at(9), due(9));
        await subject.forget(first);
        expect(await subject.list()).toEqual([]);
        expect(await subject.consideredUntil(first)).toBeUndefined();
      }),
    );

    promises(
      'is durable',
      withFixture(async ({ subject, reopen }) => {
        await subject.consider(first, at(8), due(8));
        await subject.setRunning(first, true);
        const reopened = await reopen();
        expect(await reopened.list()).toEqual([{ policyId: first, ...due(8), isRunning: true }]);
        expect(await reopened.consideredUntil(first)).toBe(at(8));
      }),
      { needs: 'reopen' },
    );
  });
}
