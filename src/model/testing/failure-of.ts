// What a test expects to go wrong, as the failure it is.

import { Failure } from '../failure.ts';

export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const thrown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Failure)) throw new Error('a Failure was expected', { cause: thrown });
  return thrown;
}
