// What Entra ID answers to a sign-in, as failures. Entra names its errors by AADSTS numbers.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes#aadsts-error-codes

import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';

export interface SignInRow {
  readonly aadsts: number;
  readonly failure: FailureCode;
  /** Microsoft's page on this number. */
  readonly page: string;
}

const row = (aadsts: number, failure: FailureCode): SignInRow => ({
  aadsts,
  failure,
  page: `https://login.microsoftonline.com/error?code=${aadsts}`,
});

export const SIGN_IN_ROWS: readonly SignInRow[] = [
  // Tenant not found; malformed; not of this cloud.
  row(90002, 'tenantUnknown'),
  row(900023, 'tenantUnknown'),
  row(50059, 'tenantUnknown'),
  row(900382, 'tenantUnknown'),
  row(90051, 'tenantUnknown'),
  row(50049, 'tenantUnknown'),
  // Application not found in the tenant.
  row(700016, 'applicationUnknown'),
  // Certificate not registered, signature wrong, outside its time, not for this application, revoked.
  row(700027, 'certificateRefused'),
  row(700024, 'certificateRefused'),
  row(700023, 'certificateRefused'),
  row(700021, 'certificateRefused'),
  row(700030, 'certificateRefused'),
  row(7000214, 'certificateRefused'),
  row(50012, 'certificateRefused'),
  row(50027, 'certificateRefused'),
  // Conditional access, risk, disabled application.
  row(53003, 'signInRefused'),
  row(53011, 'signInRefused'),
  row(530035, 'signInRefused'),
  row(7000112, 'signInRefused'),
  row(500021, 'signInRefused'),
  // No consent; the resource (Microsoft Graph, Office 365 Exchange Online) is not in the tenant or is disabled.
  row(65001, 'consentMissing'),
  row(65005, 'consentMissing'),
  row(500011, 'consentMissing'),
  row(500014, 'consentMissing'),
  row(650057, 'consentMissing'),
  row(501051, 'consentMissing'),
  // Trouble at Microsoft's side.
  row(90024, 'serviceUnavailable'),
  row(90033, 'serviceUnavailable'),
  row(90006, 'serviceUnavailable'),
  row(50196, 'throttledTooLong'),
];

/** Refusals that another try cannot change, so that there is none in this run (hard part 19, lock-out). */
export function isRefusal(failure: Failure): boolean {
  return (
    failure.code === 'tenantUnknown' ||
    failure.code === 'applicationUnknown' ||
    failure.code === 'certificateRefused' ||
    failure.code === 'signInRefused' ||
    failure.code === 'consentMissing' ||
    failure.code === 'adfsSignInRefused'
  );
}

export interface StsAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly requestId: string;
  readonly retryAfterMs?: number | undefined;
}

/** Whether asking again later may help, whatever the body says. */
export function isBusy(status: number): boolean {
  return [429, 503, 504].includes(status);
}

/** undefined: the answer is no refusal. */
export function explainSignIn(answer: StsAnswer): Failure | undefined {
  if (answer.status < 400) return undefined;
  const { error, numbers } = readErrors(answer.body);
  const known = SIGN_IN_ROWS.find((one) => numbers.includes(one.aadsts));
  const details = {
    status: answer.status,
    ...(error === undefined ? {} : { error }),
    ...(numbers.length === 0 ? {} : { aadsts: numbers.map(String) }),
  };
  const { requestId, retryAfterMs } = answer;
  const context = { details, requestId, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (known !== undefined) return new Failure(known.failure, context);
  if (answer.status === 429) return new Failure('throttledTooLong', context);
  if (answer.status >= 500) return new Failure('serviceUnavailable', context);
  // A number we do not know is still Entra saying no.
  return new Failure(
    numbers.length > 0 || error !== undefined ? 'signInRefused' : 'unexpectedAnswer',
    context,
  );
}

function readErrors(body: unknown): { error: string | undefined; numbers: readonly number[] } {
  if (typeof body !== 'object' || body === null) return { error: undefined, numbers: [] };
  const { error, error_codes: codes, error_description: text } = body as Record<string, unknown>;
  const listed = Array.isArray(codes) ? codes.filter((code): code is number => typeof code === 'number') : [];
  const written = typeof text === 'string' ? /AADSTS(\d+)/.exec(text)?.[1] : undefined;
  return {
    error: typeof error === 'string' ? error : undefined,
    numbers: listed.length > 0 || written === undefined ? listed : [Number(written)],
  };
}
