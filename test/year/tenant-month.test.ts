// The simulated life for a month with the real connectors; random faults meet a part of the requests of every third run.

import { randomEwsKinds } from '@contactsync/emulator';
import { describe, expect, it } from 'vitest';
import { miscounts } from './miscounts.ts';
import { simulateMonth } from './tenant-month.ts';

describe('simulated month on an emulated tenant', () => {
  for (const seed of [1]) {
    it(`seed ${seed}: 30 days`, async () => {
      await simulateMonth({ seed, days: 30 });
    });
  }

  it('over EWS, seed 1: 30 days', async () => {
    const counts = await simulateMonth({ wire: 'ews', seed: 1, days: 30 });
    expect(randomEwsKinds.filter((kind) => counts.has(`fault: ${kind}`)).length).toBeGreaterThan(5);
  });

  it('twin: a report that miscounts', async () => {
    await expect(simulateMonth({ seed: 1, days: 3, alter: miscounts })).rejects.toThrow(/are claimed/);
  });
});
