// One promise of a port as a test. What an implementation declares as not supported is skipped under that name, so
// that the printed report shows the table connector x behavior.

import { it } from 'vitest';

export interface PromiseOptions<Behavior extends string> {
  /** Skips the promise where the implementation (or its test bed) declares that it lacks this. */
  readonly needs?: Behavior;
}

export type DeclarePromise<Behavior extends string> = (
  title: string,
  body: () => Promise<void>,
  options?: PromiseOptions<Behavior>,
) => void;

export function promisesExcept<Behavior extends string>(
  notSupported: readonly Behavior[],
): DeclarePromise<Behavior> {
  return (title, body, { needs } = {}) => {
    it(title, async (context) => {
      if (needs !== undefined && notSupported.includes(needs)) context.skip(`not supported: ${needs}`);
      await body();
    });
  };
}
