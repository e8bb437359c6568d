// Reads pages to the end and remembers where it stopped: half-read is not empty (hard part 7).

import { asFailure, Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';

export type GapCode = Extract<FailureCode, 'sourceIncomplete' | 'mailboxListIncomplete'>;

/**
 * Calls `take` for every page. Returns undefined when everything was read, or why not. Throws when nothing was read
 * at all, and when aborted.
 */
export async function drain<T>(
  pages: AsyncIterable<readonly T[]>,
  step: string,
  code: GapCode,
  signal: AbortSignal,
  take: (page: readonly T[]) => void,
): Promise<Failure | undefined> {
  let read = 0;
  let hasPage = false;
  try {
    for await (const page of pages) {
      take(page);
      hasPage = true;
      read += page.length;
    }
    return undefined;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (!hasPage || signal.aborted || failure.code === 'cancelled' || failure.code === 'internalError')
      throw failure;
    return gapFrom(failure, step, code, read);
  }
}

/** As `drain`, for a part that may fail as a whole: the rest is still worth having, as an incomplete reading. */
export async function drainPart<T>(
  pages: AsyncIterable<readonly T[]>,
  step: string,
  code: GapCode,
  signal: AbortSignal,
  take: (page: readonly T[]) => void,
): Promise<Failure | undefined> {
  try {
    return await drain(pages, step, code, signal, take);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted || failure.code === 'internalError') throw failure;
    return gapFrom(failure, step, code, 0);
  }
}

/** A gap says which step ended early and for which failure; both are what an administrator can look up. */
export function gapFrom(failure: Failure, step: string, code: GapCode, read: number): Failure {
  return new Failure(code, {
    details: {
      step,
      read,
      reason: String(failure.number),
      sentence: failure.facts.en.sentence,
      ...failure.details,
    },
    ...(failure.requestId === undefined ? {} : { requestId: failure.requestId }),
    cause: failure,
  });
}
