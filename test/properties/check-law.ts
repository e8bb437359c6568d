// How a law is checked: with a fixed seed, so that a commit is judged the same everywhere, and with LAWS_SEARCH=1 also
// with a random one, so that the search goes on (`npm run search`). fast-check prints seed and path of a failure; a
// history that was found becomes a test of its own in found-histories.test.ts.

import fc from 'fast-check';
import { expect, it } from 'vitest';

const FIXED_SEED = 20_261_102;

export interface LawOptions {
  readonly fixedRuns?: number;
  readonly randomRuns?: number;
}

export function law<Args>(
  title: string,
  property: fc.IAsyncPropertyWithHooks<Args> | fc.IPropertyWithHooks<Args>,
  { fixedRuns = 40, randomRuns = 20 }: LawOptions = {},
): void {
  it(title, async () => {
    await fc.assert(property, { seed: FIXED_SEED, numRuns: fixedRuns });
    if (process.env.LAWS_SEARCH === '1') await fc.assert(property, { numRuns: randomRuns * 10 });
  });
}

/** A property inside a test, judged like a law. */
export function holds<Args>(property: fc.IPropertyWithHooks<Args>, fixedRuns?: number): void;
export function holds<Args>(property: fc.IAsyncPropertyWithHooks<Args>, fixedRuns?: number): Promise<void>;
export function holds<Args>(
  property: fc.IAsyncPropertyWithHooks<Args> | fc.IPropertyWithHooks<Args>,
  fixedRuns = 100,
): unknown {
  const search = () =>
    process.env.LAWS_SEARCH === '1' ? fc.assert(property, { numRuns: fixedRuns * 10 }) : undefined;
  const fixed: unknown = fc.assert(property, { seed: FIXED_SEED, numRuns: fixedRuns });
  return fixed instanceof Promise ? fixed.then(search) : search();
}

/** The twin: with something broken on purpose, the same law must be seen to fail, and for the reason meant. */
export function twin<Args>(
  title: string,
  because: RegExp,
  property: fc.IAsyncPropertyWithHooks<Args> | fc.IPropertyWithHooks<Args>,
  runs = 100,
): void {
  it(`twin: ${title}`, async () => {
    const details = await fc.check(property, { seed: FIXED_SEED, numRuns: runs, endOnFailure: true });
    if (!details.failed) throw new Error('the law held although something was broken on purpose');
    expect(String(details.errorInstance)).toMatch(because);
  });
}
