import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { expectFailure } from '../../../test/contract/mailbox-target/bench.ts';
import { inSteps } from './in-steps.ts';

const signal = new AbortController().signal;

it('all results in their order, and other work goes on between the steps', async () => {
  const items = Array.from({ length: 1_001 }, (_, index) => index);
  let others = 0;
  let isDone = false;
  const running = inSteps(items, (item) => item * 2, signal).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await turn();
    others += 1;
  }
  expect(await running).toEqual(items.map((item) => item * 2));
  expect(others).toBeGreaterThanOrEqual(5);
  expect(await inSteps([], () => 1, signal)).toEqual([]);
});

it('ends between two steps when the run is cancelled', async () => {
  const controller = new AbortController();
  let worked = 0;
  const items = Array.from({ length: 1_000 }, () => 0);
  const work = () => {
    worked += 1;
    if (worked === 10) controller.abort();
  };
  await expectFailure(inSteps(items, work, controller.signal), 'cancelled');
  expect(worked).toBeLessThan(1_000);
});
