// What a refusing answer of Graph means when nothing more is known about the call. Connectors put their own, more
// telling rows in front (connectors/graph/failures.ts).
// https://learn.microsoft.com/graph/errors

import { Failure } from '../../model/failure.ts';
import { errorOf, type GraphAnswer, isForeignPage, isSuccess } from './answer.ts';

export type ToFailure = (answer: GraphAnswer) => Failure;

export function graphFailure(answer: GraphAnswer): Failure {
  const { code } = errorOf(answer);
  const context = {
    details: { status: answer.status, ...(code === '' ? {} : { code }) },
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
  };
  if (isForeignPage(answer) && answer.status < 429) return new Failure('unexpectedAnswer', context);
  if (answer.status === 401) return new Failure('tokenRefused', context);
  if (answer.status === 403) return new Failure('consentMissing', context);
  if (answer.status === 429) return new Failure('throttledTooLong', context);
  if (answer.status >= 500) return new Failure('serviceUnavailable', context);
  return new Failure('unexpectedAnswer', context);
}

export function requireSuccess(answer: GraphAnswer, toFailure: ToFailure = graphFailure): GraphAnswer {
  if (isSuccess(answer)) return answer;
  throw toFailure(answer);
}
