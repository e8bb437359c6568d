// How a law is checked: with a fixed seed, so that a commit is judged the same everywhere, and with LAWS_SEARCH=1 also
// with a random one, so that the search goes on. fast-check prints seed and path of a failure.
//
// Debt: a search found one history that breaks the sync machine and is not mended yet (seed -1732831983): default
// Contacts folder, a create whose answer was lost, the user drags a managed contact out, the policy is edited, and a
// reading that stops at once: the contact then stands twice. Nothing of the user is touched.

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
    if (process.env.LAWS_SEARCH === '1') await fc.assert(property, { numRuns: randomRuns });
  });
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
