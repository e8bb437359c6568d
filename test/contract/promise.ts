// One promise of a port as a test. What an implementation declares as not supported is no test there, and is printed, so
// that the output of a run shows the table connector x behavior; a skipped test always means that something is missing.

import { it } from 'vitest';

export interface PromiseOptions<Behavior extends string> {
  /** Leaves the promise out where the implementation (or its test bed) declares that it lacks this. */
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
    if (needs === undefined || !notSupported.includes(needs)) it(title, body);
    else console.info(`not supported (${needs}): ${title}`);
  };
}
