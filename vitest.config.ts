import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'contract/src/**/*.test.ts',
      'emulator/**/*.test.ts',
      'test/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    // Two cores: more workers than that only make the property tests fight for time.
    maxWorkers: 2,
    // Against what hangs, and no judgement of speed: a computer may be ten times slower than the one at hand.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
