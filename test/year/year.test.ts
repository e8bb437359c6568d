// A month of the simulated year with a few fixed seeds; `npm run soak` lives whole years.

import { describe, it } from 'vitest';
import { simulateYear } from './year.ts';

describe('simulated year', () => {
  for (const seed of [1, 3, 4]) {
    it(`seed ${seed}: 30 days`, async () => {
      await simulateYear({ seed, days: 30 });
    });
  }
});
