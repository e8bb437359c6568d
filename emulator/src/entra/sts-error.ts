// Entra's error answers: one JSON shape, the AADSTS number in text and as a number.

import { randomUUID } from 'node:crypto';
import { type EmulatorContext, type EmulatorRequest, Refusal } from '../server/exchange.ts';

interface ErrorKind {
  readonly status: number;
  readonly error: string;
}

const kinds = {
  50027: { status: 400, error: 'invalid_request' },
  50059: { status: 400, error: 'invalid_request' },
  70003: { status: 400, error: 'unsupported_grant_type' },
  90002: { status: 400, error: 'invalid_request' },
  900023: { status: 400, error: 'invalid_request' },
  900144: { status: 400, error: 'invalid_request' },
  500011: { status: 400, error: 'invalid_resource' },
  700016: { status: 400, error: 'unauthorized_client' },
  700021: { status: 400, error: 'invalid_request' },
  700023: { status: 401, error: 'invalid_client' },
  700024: { status: 401, error: 'invalid_client' },
  700027: { status: 401, error: 'invalid_client' },
  1002012: { status: 400, error: 'invalid_scope' },
  7000215: { status: 401, error: 'invalid_client' },
  7000218: { status: 401, error: 'invalid_client' },
} as const satisfies Record<number, ErrorKind>;

export type StsErrorNumber = keyof typeof kinds;

export function stsError(
  request: EmulatorRequest,
  context: EmulatorContext,
  number: StsErrorNumber,
  text: string,
): Refusal {
  const kind: ErrorKind = kinds[number];
  const timestamp = stsTime(context.clock.now());
  const traceId = request.requestId;
  const correlationId = request.headers['client-request-id'] ?? randomUUID();
  return new Refusal({
    status: kind.status,
    headers: { 'Cache-Control': 'no-store, no-cache', 'x-ms-request-id': traceId },
    body: {
      error: kind.error,
      error_description: `AADSTS${number}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [number],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    },
  });
}

export function stsTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
