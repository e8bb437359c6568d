// Works on many mailboxes, a bounded number at a time. One that throws never stops the others, unless its failure
// reaches as far as the run.

import { asFailure, Failure } from '../model/failure.ts';

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
}

/**
 * Calls `work` for every item. What `work` throws goes to `onFailure`, except a failure of scope `run` and an abort:
 * these let the work under way finish, start no more, and are thrown at the end.
 */
export async function forEachBounded<T>(
  items: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
  onFailure: (item: T, failure: Failure) => Promise<void>,
): Promise<void> {
  let stop: Failure | undefined;
  const iterator = iterate(items);
  const worker = async (): Promise<void> => {
    for (;;) {
      if (signal.aborted) stop ??= new Failure('cancelled', { cause: signal.reason });
      if (stop !== undefined) return;
      const next = await iterator.next();
      if (next.done === true) return;
      try {
        await work(next.value);
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (signal.aborted || failure.facts.scope === 'run') {
          // Our own defect in one mailbox is no reason to leave the others without their contacts.
          if (failure.code !== 'internalError' || signal.aborted) {
            stop ??= signal.aborted ? new Failure('cancelled', { cause: thrown }) : failure;
            return;
          }
        }
        await onFailure(next.value, failure);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
  if (stop !== undefined) throw stop;
}

/** One iterator that several workers may pull from at once. */
function iterate<T>(items: Iterable<T> | AsyncIterable<T>): { next(): Promise<IteratorResult<T>> } {
  if (Symbol.iterator in items) {
    const iterator = items[Symbol.iterator]();
    return { next: async () => iterator.next() };
  }
  const iterator = items[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const next = last.then(() => iterator.next());
      last = next.catch(() => undefined);
      return next;
    },
  };
}
