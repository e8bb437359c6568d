// What Graph's refusals mean for a mailbox: the one table from status and code to a Failure. What it does not know
// falls through to the meaning that holds for every Graph call.
// https://learn.microsoft.com/graph/errors · https://learn.microsoft.com/graph/resolve-auth-errors

import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import {
  errorOf,
  type GraphAnswer,
  graphFailure,
  isForeignPage,
  retryAfterMs,
} from '../graph-client/index.ts';

export interface FailureRow {
  readonly status?: number;
  readonly code?: RegExp;
  readonly failure: FailureCode;
  readonly link: string;
}

const errors = 'https://learn.microsoft.com/graph/errors';
const outlook = 'https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode';
const throttling = 'https://learn.microsoft.com/graph/throttling';

/** The first row that fits holds. */
export const MAILBOX_FAILURES: readonly FailureRow[] = [
  {
    status: 404,
    code: /^MailboxNotEnabledForRESTAPI$/i,
    failure: 'mailboxNotProvisioned',
    link: 'https://learn.microsoft.com/graph/api/resources/mail-api-overview',
  },
  { code: /^MailboxNotHostedInExchangeOnline$/i, failure: 'mailboxNotProvisioned', link: errors },
  {
    code: /^ErrorNonExistentMailbox$|^ErrorMailboxMoveInProgress$/i,
    failure: 'mailboxNotProvisioned',
    link: outlook,
  },
  {
    status: 404,
    code: /^ErrorInvalidUser$|^Request_ResourceNotFound$/i,
    failure: 'mailboxNotFound',
    link: errors,
  },
  { code: /^ErrorQuotaExceeded$|^ErrorMessageSizeExceeded$/i, failure: 'mailboxFull', link: outlook },
  { status: 507, failure: 'mailboxFull', link: errors },
  { status: 401, failure: 'tokenRefused', link: 'https://learn.microsoft.com/graph/resolve-auth-errors' },
  {
    status: 403,
    failure: 'mailboxAccessDenied',
    link: 'https://learn.microsoft.com/exchange/permissions-exo/application-rbac',
  },
  { status: 429, failure: 'throttledTooLong', link: throttling },
  { status: 503, failure: 'serviceUnavailable', link: throttling },
  { status: 504, failure: 'serviceUnavailable', link: errors },
  { status: 509, failure: 'serviceUnavailable', link: errors },
  { code: /^ErrorServerBusy$|^ErrorMailboxStoreUnavailable$/i, failure: 'serviceUnavailable', link: outlook },
  { status: 413, failure: 'contactRefused', link: errors },
  {
    status: 400,
    code: /^ErrorInvalidRequest$|^ErrorPropertyValidationFailure$|^ErrorInvalidExtendedProperty/i,
    failure: 'contactRefused',
    link: outlook,
  },
  {
    status: 400,
    code: /^UnableToDeserializePostBody$|^RequestBodyRead$/i,
    failure: 'contactRefused',
    link: errors,
  },
];

export function mailboxFailure(answer: GraphAnswer, now: Date): Failure {
  // The page of a proxy tells nothing about the mailbox.
  if (isForeignPage(answer) && answer.status < 429) return graphFailure(answer);
  const { code } = errorOf(answer);
  const row = MAILBOX_FAILURES.find(
    (one) =>
      (one.status === undefined || one.status === answer.status) &&
      (one.code === undefined || one.code.test(code)),
  );
  if (row === undefined) return graphFailure(answer);
  const wait = retryAfterMs(answer, now);
  return new Failure(row.failure, {
    details: { status: answer.status, ...(code === '' ? {} : { code }) },
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

/** The item or folder is not there (any more); an id that the store cannot even read never was there. */
export function isGone(answer: GraphAnswer): boolean {
  const { code } = errorOf(answer);
  if (answer.status === 400) return /^ErrorInvalidIdMalformed$/i.test(code);
  return answer.status === 404 && /^ErrorItemNotFound$|^ErrorFolderNotFound$/i.test(code);
}

/** https://learn.microsoft.com/graph/errors: 412, the change key is not the current one. */
export function isConflict(answer: GraphAnswer): boolean {
  return answer.status === 412;
}

/** Seen with both statuses (graph-exo 1.9). */
export function isFolderExists(answer: GraphAnswer): boolean {
  return [400, 409].includes(answer.status) && /^ErrorFolderExists$/i.test(errorOf(answer).code);
}

/** Of a request about nothing but a folder's name and mark, and the mark has been accepted before. */
export function isRefusedName(answer: GraphAnswer): boolean {
  return answer.status === 400 && !isForeignPage(answer);
}

/** The token says nothing any more: enumerate again. Some services answer 400 or 404 instead of 410 (graph-exo 1.5). */
export function isUnusableSyncToken(answer: GraphAnswer): boolean {
  if (answer.status === 410) return true;
  if (answer.status !== 400 && answer.status !== 404) return false;
  const { code, message } = errorOf(answer);
  return (
    /^(syncStateNotFound|SyncStateInvalid|ErrorInvalidSyncStateData|resyncRequired|ErrorItemNotFound)$/i.test(
      code,
    ) || /token/i.test(message)
  );
}
