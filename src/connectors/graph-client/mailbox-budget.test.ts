import { describe, expect, it } from 'vitest';
import type { Clock } from '../../ports/clock.ts';
import { createMailboxBudget } from './mailbox-budget.ts';

describe('mailbox budget', () => {
  function bed() {
    let now = 0;
    const sleptMs: number[] = [];
    const clock: Clock = {
      now: () => new Date(now),
      async sleep(milliseconds, signal) {
        signal?.throwIfAborted();
        sleptMs.push(milliseconds);
        now += milliseconds;
      },
    };
    const pass = (milliseconds: number) => {
      now += milliseconds;
    };
    return { budget: createMailboxBudget(clock), sleptMs, pass };
  }
  const signal = new AbortController().signal;

  it('never lets 10,000 requests into a mailbox within any 10 minutes of a steady run', async () => {
    const { budget, sleptMs, pass } = bed();
    for (let batch = 0; batch < 475; batch += 1) {
      await budget.spend('m', 20, signal);
      pass(1_000);
    }
    expect(sleptMs).toEqual([]);
    await budget.spend('m', 20, signal);
    // Until the first ten seconds of them are ten minutes old.
    expect(sleptMs).toEqual([610_000 - 475_000]);
  });

  it('nor within ten minutes that begin in the middle', async () => {
    const { budget, sleptMs, pass } = bed();
    await budget.spend('m', 1, signal);
    pass(480_000);
    let spent = 0;
    for (let second = 0; second < 400 && sleptMs.length === 0; second += 1) {
      await budget.spend('m', 40, signal);
      if (sleptMs.length === 0) spent += 40;
      pass(1_000);
    }
    expect(spent).toBeLessThanOrEqual(9_500);
    expect(sleptMs).toHaveLength(1);
  });

  it('mailboxes do not spend for each other, and a new window starts full', async () => {
    const { budget, sleptMs, pass } = bed();
    await budget.spend('m', 9_500, signal);
    await budget.spend('another', 9_500, signal);
    pass(610_000);
    await budget.spend('m', 9_500, signal);
    expect(sleptMs).toEqual([]);
  });

  it('ends waiting when aborted', async () => {
    const { budget } = bed();
    await budget.spend('m', 9_500, signal);
    const aborted = AbortSignal.abort(new Error('stop'));
    await expect(budget.spend('m', 1, aborted)).rejects.toThrow('stop');
  });
});
