// What the refusals of EWS mean: the one table over all three levels, HTTP status, SOAP fault and response message of a
// single item. The codes are the same in a fault and in a message.
// https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
// https://learn.microsoft.com/exchange/client-developer/exchange-web-services/ews-throttling-in-exchange

import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import { acceptedWait } from './pace.ts';

/**
 * `busy`: nothing was done, nothing may be sent for a while. `stopped`: nothing was done, send it again. `transient`: it
 * may have been done. `smaller`: nothing was done because of what the request holds; less of it may pass. `final`: the
 * last word.
 */
export type Reaction = 'busy' | 'stopped' | 'transient' | 'smaller' | 'final';

export const CONTRADICTION = 'contradiction';

export interface FailureRow {
  readonly codes: readonly string[];
  readonly failure: FailureCode;
  readonly reaction: Reaction;
}

export const CODE_FAILURES: readonly FailureRow[] = [
  {
    codes: [
      'ErrorServerBusy',
      'ErrorExceededConnectionCount',
      'ErrorExceededFindCountLimit',
      'ErrorTooManyObjectsOpened',
    ],
    failure: 'throttledTooLong',
    reaction: 'busy',
  },
  { codes: ['ErrorBatchProcessingStopped'], failure: 'serviceUnavailable', reaction: 'stopped' },
  {
    codes: [
      'ErrorTimeoutExpired',
      'ErrorInternalServerTransientError',
      'ErrorConnectionFailed',
      'ErrorMailboxStoreUnavailable',
      'ErrorMailboxMoveInProgress',
      'ErrorMailboxFailover',
      'ErrorADUnavailable',
      'ErrorInternalServerError',
    ],
    failure: 'serviceUnavailable',
    reaction: 'transient',
  },
  // Not of the server: class and code of a message contradict each other.
  { codes: [CONTRADICTION], failure: 'unexpectedAnswer', reaction: 'transient' },
  // Of a single item. What is only unreadable now can be read soon; what stays so stops the mailbox, and nothing is lost.
  { codes: ['ErrorCorruptData', 'ErrorItemCorrupt'], failure: 'unexpectedAnswer', reaction: 'transient' },
  { codes: ['ErrorNonExistentMailbox'], failure: 'mailboxNotProvisioned', reaction: 'final' },
  {
    codes: ['ErrorImpersonateUserDenied', 'ErrorImpersonationDenied'],
    failure: 'impersonationDenied',
    reaction: 'final',
  },
  { codes: ['ErrorImpersonationFailed'], failure: 'impersonationFailed', reaction: 'final' },
  {
    codes: ['ErrorAccessDenied', 'ErrorCreateItemAccessDenied'],
    failure: 'mailboxAccessDenied',
    reaction: 'final',
  },
  {
    codes: [
      'ErrorAccountDisabled',
      'ErrorPasswordExpired',
      'ErrorPasswordChangeRequired',
      'ErrorMailboxConfiguration',
      'ErrorMissingEmailAddress',
    ],
    failure: 'exchangeAccountUnusable',
    reaction: 'final',
  },
  { codes: ['ErrorQuotaExceeded'], failure: 'mailboxFull', reaction: 'final' },
  {
    codes: [
      'ErrorDataSizeLimitExceeded',
      'ErrorMessageSizeExceeded',
      'ErrorInvalidPropertySet',
      'ErrorInvalidPropertyRequest',
      'ErrorInvalidExtendedProperty',
      'ErrorInvalidExtendedPropertyValue',
      'ErrorInvalidValueForProperty',
      'ErrorPropertyValidationFailure',
      'ErrorItemSavePropertyError',
      'ErrorItemSave',
      'ErrorPropertyUpdate',
    ],
    failure: 'contactRefused',
    reaction: 'final',
  },
  // The whole request for one wrong value: alone it is the contact's matter, see apply-changes.
  {
    codes: ['ErrorSchemaValidation', 'ErrorInvalidRequest'],
    failure: 'ewsRequestRefused',
    reaction: 'smaller',
  },
  {
    codes: ['ErrorInvalidServerVersion', 'ErrorIncorrectSchemaVersion'],
    failure: 'exchangeTooOld',
    reaction: 'final',
  },
];

export interface StatusRow {
  readonly status: number;
  readonly failure: FailureCode;
  readonly reaction: Reaction;
}

/** Of answers that are no SOAP. */
export const STATUS_FAILURES: readonly StatusRow[] = [
  // IIS answers either to a body above its limits.
  { status: 400, failure: 'ewsRequestRefused', reaction: 'smaller' },
  { status: 413, failure: 'ewsRequestRefused', reaction: 'smaller' },
  { status: 403, failure: 'mailboxAccessDenied', reaction: 'final' },
  { status: 404, failure: 'notExchangeWebServices', reaction: 'final' },
  { status: 405, failure: 'notExchangeWebServices', reaction: 'final' },
  { status: 429, failure: 'throttledTooLong', reaction: 'busy' },
  { status: 500, failure: 'serviceUnavailable', reaction: 'transient' },
  { status: 502, failure: 'serviceUnavailable', reaction: 'transient' },
  { status: 503, failure: 'serviceUnavailable', reaction: 'transient' },
  { status: 504, failure: 'serviceUnavailable', reaction: 'transient' },
];

const ROW_BY_CODE: ReadonlyMap<string, FailureRow> = new Map(
  CODE_FAILURES.flatMap((row) => row.codes.map((code) => [code, row] as const)),
);

export interface Refusal {
  readonly code: string;
  readonly reaction: Reaction;
  readonly failure: Failure;
  /** undefined: the server does not say. */
  readonly backOffMs: number | undefined;
}

interface Circumstances {
  readonly requestId: string;
  readonly backOffMs?: number | undefined;
  /** The property that the server names, never its value. */
  readonly property?: string | undefined;
}

/** Of a fault or a response message. */
export function refusalOf(code: string, { requestId, backOffMs: stated, property }: Circumstances): Refusal {
  const row = ROW_BY_CODE.get(code);
  const backOffMs = acceptedWait(stated);
  const details = { code, ...(property === undefined ? {} : { property }) };
  const isBusy = backOffMs !== undefined && (row === undefined || row.reaction === 'transient');
  // A busy server may hide behind another code; the wish to wait gives it away, but not whether the work was done.
  const reaction = isBusy ? 'transient' : (row?.reaction ?? 'final');
  const failure = new Failure(isBusy ? 'throttledTooLong' : (row?.failure ?? 'unexpectedAnswer'), {
    details,
    requestId,
    ...(backOffMs === undefined ? {} : { retryAfterMs: backOffMs }),
  });
  return { code, reaction, failure, backOffMs };
}

/** Of an answer that is no SOAP. */
export function refusalOfStatus(status: number, { requestId, backOffMs: stated }: Circumstances): Refusal {
  const row = STATUS_FAILURES.find((one) => one.status === status);
  const backOffMs = acceptedWait(stated);
  const isRedirect = status >= 300 && status < 400;
  const failure = row?.failure ?? (isRedirect ? 'notExchangeWebServices' : 'unexpectedAnswer');
  return {
    code: `HTTP ${status}`,
    reaction: row?.reaction ?? (status >= 500 ? 'transient' : 'final'),
    failure: new Failure(failure, {
      details: { status },
      requestId,
      ...(backOffMs === undefined ? {} : { retryAfterMs: backOffMs }),
    }),
    backOffMs,
  };
}

/** What says something of one item only can never stand for all the others. */
export function isOfSingleItem({ code, failure }: Refusal): boolean {
  return OF_AN_ITEM.has(code) || isConflict(code) || failure.code === 'contactRefused';
}

const OF_AN_ITEM: ReadonlySet<string> = new Set([
  'ErrorItemNotFound',
  'ErrorCorruptData',
  'ErrorItemCorrupt',
  'ErrorBatchProcessingStopped',
]);

/** The item is there, and the store cannot open it. */
export function isOfDamagedItem(code: string): boolean {
  return code === 'ErrorItemCorrupt' || code === 'ErrorCorruptData';
}

/** Of a request about nothing but a folder's name and mark, and the mark has been accepted before. */
export function isRefusedName(code: string): boolean {
  return REFUSED_NAME.has(code);
}

const REFUSED_NAME: ReadonlySet<string> = new Set([
  'ErrorFolderSave',
  'ErrorFolderSaveFailed',
  'ErrorFolderSavePropertyError',
  'ErrorInvalidPropertyRequest',
  'ErrorInvalidPropertySet',
  'ErrorInvalidValueForProperty',
  'ErrorPropertyUpdate',
  'ErrorPropertyValidationFailure',
]);

/** The item or folder is not there (any more); an id that the store cannot even read never was there. */
export function isGone(code: string): boolean {
  return GONE.has(code);
}

const GONE: ReadonlySet<string> = new Set([
  'ErrorItemNotFound',
  'ErrorFolderNotFound',
  'ErrorSyncFolderNotFound',
  'ErrorParentFolderNotFound',
  'ErrorInvalidId',
  'ErrorInvalidIdMalformed',
  'ErrorInvalidIdEmpty',
  'ErrorInvalidFolderId',
]);

/** The change key is not the current one. */
export function isConflict(code: string): boolean {
  return CONFLICT.has(code);
}

const CONFLICT: ReadonlySet<string> = new Set([
  'ErrorIrresolvableConflict',
  'ErrorStaleObject',
  'ErrorInvalidChangeKey',
  'ErrorChangeKeyRequired',
  'ErrorChangeKeyRequiredForWriteOperations',
]);

export function isFolderExists(code: string): boolean {
  return code === 'ErrorFolderExists';
}

/** Read everything. */
export function isUnusableSyncState(code: string): boolean {
  return code === 'ErrorInvalidSyncStateData' || code === 'ErrorSyncFolderNotFound';
}
