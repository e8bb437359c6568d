// What the Exchange Online admin REST answers, as failures. Exchange names its errors by .NET exception types inside
// `details[0].message` (`id|type|text`); the type decides, never the text.

import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import type { Clock } from '../../ports/clock.ts';
import { busyFailure } from '../http/answer-failures.ts';
import type { HttpResponse } from '../http/http-client.ts';

export interface AdminErrorRow {
  /** End of the exception's type name. */
  readonly exception: string;
  readonly failure: FailureCode;
  readonly page: string;
}

const CMDLETS = 'https://learn.microsoft.com/powershell/module/exchange';

export const ADMIN_ERROR_ROWS: readonly AdminErrorRow[] = [
  { exception: 'ManagementObjectNotFoundException', failure: 'notFound', page: `${CMDLETS}/get-recipient` },
  {
    exception: 'ManagementObjectAmbiguousException',
    failure: 'ambiguousName',
    page: `${CMDLETS}/get-recipient`,
  },
  {
    exception: 'AmbiguousParameterSetException',
    failure: 'unexpectedAnswer',
    page: 'https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_parameter_sets',
  },
  {
    exception: 'ParsingException',
    failure: 'invalidFilter',
    page: 'https://learn.microsoft.com/powershell/exchange/recipient-filters',
  },
  {
    exception: 'MonadFilterException',
    failure: 'invalidFilter',
    page: 'https://learn.microsoft.com/powershell/exchange/recipient-filters',
  },
];

// Answered even with 400 (CIPP-API, New-ExoRequest).
const TRANSIENT = [
  'CmdletProxyNotAvailableFailure',
  'ServerBusyException',
  'TransientException',
  'BackendCommunicationException',
];

export interface AdminError {
  readonly code: string;
  /** Last part of the exception's type name. */
  readonly exception: string;
  readonly text: string;
}

export function readAdminError(response: HttpResponse): AdminError {
  const error = recordOf(recordOf(parse(response.body)).error);
  const details = Array.isArray(error.details) ? recordOf(error.details[0]) : {};
  const internal = recordOf(recordOf(error.innererror).internalexception);
  const parts = textOf(details.message).split('|');
  const type = parts.length > 1 ? (parts[1] ?? '') : textOf(internal.type);
  const text = textOf(internal.message) || (parts.at(-1) ?? '') || textOf(error.message);
  return { code: textOf(error.code), exception: type.split('.').at(-1) ?? '', text };
}

export function isTransient(error: AdminError): boolean {
  return TRANSIENT.some(
    (name) => error.exception.includes(name) || error.code.includes(name) || error.text.includes(name),
  );
}

/** The cursor of a paged reading lives 30 minutes; there is no code for its end, only this sentence. */
export function isExpiredCursor(response: HttpResponse, error: AdminError): boolean {
  return response.status === 400 && /Expired or Invalid pagination request/i.test(error.text);
}

export function explainAdminAnswer(response: HttpResponse, cmdlet: string, clock: Clock): Failure {
  const busy = busyFailure(response, clock);
  const error = readAdminError(response);
  if (busy !== undefined && error.exception === '') return busy;
  const details = {
    status: response.status,
    command: cmdlet,
    ...(error.code === '' ? {} : { code: error.code }),
    ...(error.exception === '' ? {} : { exception: error.exception }),
  };
  const context = { details, requestId: response.requestId };
  // An unknown cmdlet looks the same, but all of ours exist.
  if (response.status === 403) return new Failure('exchangeRoleMissing', context);
  if (response.status === 401) return new Failure('tokenRefused', context);
  if (isTransient(error)) return new Failure('serviceUnavailable', context);
  // The text is about the filter that the administrator wrote.
  if (isAboutFilter(error))
    return new Failure('invalidFilter', { ...context, details: { ...details, reason: error.text } });
  const row = ADMIN_ERROR_ROWS.find((one) => error.exception === one.exception);
  if (row !== undefined) return new Failure(row.failure, context);
  return busy ?? new Failure('unexpectedAnswer', context);
}

function isAboutFilter(error: AdminError): boolean {
  if (['ParsingException', 'MonadFilterException'].includes(error.exception)) return true;
  return (
    error.exception === 'ParameterBindingException' && /'(Filter|RecipientPreviewFilter)'/.test(error.text)
  );
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
