// Answers that mean the same for every service behind this pipeline.

import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpResponse } from './http-client.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Throttled for too long, or the service is down for the moment; undefined for any other answer. */
export function busyFailure(response: HttpResponse, clock: Clock): Failure | undefined {
  const { status, requestId } = response;
  if (status !== 429 && status < 500) return undefined;
  if (![429, 500, 502, 503, 504, 509].includes(status)) return undefined;
  const retryAfterMs = parseRetryAfter(response.headers['retry-after'], clock.now());
  return new Failure(status === 429 ? 'throttledTooLong' : 'serviceUnavailable', {
    details: { status },
    requestId,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
