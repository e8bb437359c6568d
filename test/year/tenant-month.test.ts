// The simulated life for a month with the real connectors; random faults meet a part of the requests of every third run.

import { describe, it } from 'vitest';
import { simulateMonth } from './tenant-month.ts';

describe('simulated month on an emulated tenant', () => {
  for (const seed of [1]) {
    it(`seed ${seed}: 30 days`, async () => {
      await simulateMonth({ seed, days: 30 });
    });
  }
});
