// Whatever an abort looks like below, the engine gets it as one Failure.

import { Failure } from '../../model/failure.ts';

export async function cancellable<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    signal.throwIfAborted();
    return await work();
  } catch (thrown) {
    if (!signal.aborted || thrown instanceof Failure) throw thrown;
    throw signal.reason instanceof Failure
      ? signal.reason
      : new Failure('cancelled', { cause: signal.reason });
  }
}
