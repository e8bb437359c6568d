// One question for all who ask at the same time. It goes on as long as anybody waits for it: who asked first may go,
// and the others still get their answer.

import { Failure } from '../model/failure.ts';

interface Question<T> {
  readonly answer: Promise<T>;
  readonly cancel: AbortController;
  waiting: number;
}

/** The first answer is kept, a failure is not. Throws `cancelled` when the signal of the one who asks is aborted. */
export function shareAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
): (signal: AbortSignal) => Promise<T> {
  let current: Question<T> | undefined;

  function begin(): Question<T> {
    const cancel = new AbortController();
    const begun: Question<T> = { answer: ask(cancel.signal), cancel, waiting: 0 };
    begun.answer.catch(() => {
      if (current === begun) current = undefined;
    });
    return begun;
  }

  return async (signal) => {
    if (signal.aborted) throw cancelled(signal);
    current ??= begin();
    const question = current;
    question.waiting += 1;
    try {
      return await untilAborted(question.answer, signal);
    } catch (thrown) {
      // What is about to end must not be joined by whoever asks next.
      if (question.waiting === 1 && current === question) current = undefined;
      throw thrown;
    } finally {
      question.waiting -= 1;
      if (question.waiting === 0) question.cancel.abort();
    }
  };
}

async function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = () => reject(cancelled(signal));
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Whoever aborts may say why. */
function cancelled({ reason }: AbortSignal): Failure {
  return reason instanceof Failure ? reason : new Failure('cancelled', { cause: reason });
}
