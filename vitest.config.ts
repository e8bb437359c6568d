import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** By experience; a long file that begins last keeps one core busy and the other one idle. */
const LONGEST = [
  'test/crash/random-points',
  'test/end-to-end/on-premises',
  'test/active-directory/',
  'test/year/',
  'test/crash/',
  'test/end-to-end/',
  'test/faults/',
  'test/properties/',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((part) => moduleId.includes(part));
      return found === -1 ? LONGEST.length : found;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

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
    sequence: { sequencer: LongestFirst },
    // Against what hangs, and no judgement of speed: a computer may be ten times slower than the one at hand.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
