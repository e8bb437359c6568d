// What a fault does to the course of a request: something is answered instead of the work, the work is done and
// something else answered, the answer travels badly, or the handler is to look for the fault itself.

import { troubleAnswer } from '../ews/trouble-answer.ts';
import type {
  Delivery,
  EmulatorContext,
  EmulatorRequest,
  EmulatorResponse,
  Face,
} from '../server/exchange.ts';
import type { FaultAction } from './fault-action.ts';
import { bearerOf, isMailboxRequest } from './meeting.ts';

export type Course =
  /** An absent answer: the connection is cut; a part of a $batch stays unanswered. */
  | { readonly kind: 'instead'; readonly answer: EmulatorResponse | undefined }
  | { readonly kind: 'afterwards'; readonly answer: EmulatorResponse | undefined; readonly always: boolean }
  | { readonly kind: 'delivered'; readonly delivery: Delivery }
  | { readonly kind: 'delayed'; readonly milliseconds: number }
  | { readonly kind: 'handled' };

export function courseOf(
  action: FaultAction,
  face: Face,
  request: EmulatorRequest,
  context: EmulatorContext,
): Course {
  const fail = (status: number, code: string, message: string, more: object = {}): EmulatorResponse =>
    failureOf({ status, code, message, ...more }, face, request, context);
  switch (action.kind) {
    case 'answer':
      return instead(answerOf(action));
    case 'drop':
      return instead(undefined);
    case 'process-then-drop':
    case 'answer-lost':
      return { kind: 'afterwards', answer: undefined, always: true };
    case 'process-then-answer':
      return { kind: 'afterwards', answer: answerOf(action), always: true };
    case 'delay':
      return { kind: 'delayed', milliseconds: action.milliseconds };
    case 'throttled':
      return instead(throttled(action.retryAfterSeconds, face, request, context));
    case 'throttled-after-success':
      return afterSuccess(throttled(action.retryAfterSeconds, face, request, context));
    case 'unavailable':
      return instead(unavailable(action.retryAfterSeconds, face, request, context));
    case 'gateway-timeout':
      return instead(fail(504, 'UnknownError', ''));
    case 'gateway-timeout-after-success':
      return afterSuccess(fail(504, 'UnknownError', ''));
    case 'answer-cut':
      return { kind: 'delivered', delivery: { kind: 'cut' } };
    case 'answer-dripped': {
      const { bytesAtOnce, everyMilliseconds } = action;
      return { kind: 'delivered', delivery: { kind: 'dripped', bytesAtOnce, everyMilliseconds } };
    }
    case 'proxy-page':
      return instead(proxyPage(action.status));
    case 'delta-token-gone':
      return instead(fail(410, 'syncStateNotFound', 'The sync state is not found; resync is required.'));
    case 'delta-token-malformed':
      return instead(fail(400, 'BadRequest', 'Badly formed token.'));
    case 'mailbox-without-license':
      return instead(
        fail(
          404,
          'MailboxNotEnabledForRESTAPI',
          'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
        ),
      );
    case 'quota-full':
      return instead(
        fail(action.status, 'ErrorQuotaExceeded', 'The mailbox has exceeded its storage quota.'),
      );
    case 'access-denied':
      return instead(
        fail(
          403,
          'ErrorAccessDenied',
          action.by === 'scope'
            ? 'Access is denied. Check credentials and try again.'
            : 'Access to OData is disabled.',
        ),
      );
    case 'token-expired':
      context.tokens.end(bearerOf(request) ?? '');
      return { kind: 'handled' };
    case 'consent-revoked':
      context.tokens.withdrawConsent(bearerOf(request) ?? '');
      return { kind: 'handled' };
    case 'batch-half-failed':
    case 'batch-incomplete':
    case 'batch-shuffled':
    case 'delta-empty-page':
      return { kind: 'handled' };
  }
}

export function unavailable(
  retryAfterSeconds: number | undefined,
  face: Face,
  request: EmulatorRequest,
  context: EmulatorContext,
): EmulatorResponse {
  return failureOf(
    {
      status: 503,
      code: 'serviceNotAvailable',
      message: 'The service is temporarily unavailable. Please retry.',
      retryAfterSeconds,
    },
    face,
    request,
    context,
  );
}

function throttled(
  retryAfterSeconds: number | undefined,
  face: Face,
  request: EmulatorRequest,
  context: EmulatorContext,
): EmulatorResponse {
  const failure = isMailboxRequest(request)
    ? { code: 'ApplicationThrottled', message: 'Application is over its MailboxConcurrency limit.' }
    : {
        code: 'TooManyRequests',
        message: 'Please retry again later.',
        inner: { code: '429', status: '429' },
      };
  return failureOf({ status: 429, ...failure, retryAfterSeconds }, face, request, context);
}

function instead(answer: EmulatorResponse | undefined): Course {
  return { kind: 'instead', answer };
}

function afterSuccess(answer: EmulatorResponse): Course {
  return { kind: 'afterwards', answer, always: false };
}

interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly inner?: Readonly<Record<string, string>>;
}

function failureOf(
  failure: Failure,
  face: Face,
  request: EmulatorRequest,
  context: EmulatorContext,
): EmulatorResponse {
  const { status, code, message, retryAfterSeconds, inner } = failure;
  if (face === 'ews') return troubleAnswer(status, retryAfterSeconds);
  const clientRequestId = request.headers['client-request-id'] ?? request.requestId;
  const headers = {
    'Content-Type': 'application/json',
    'client-request-id': clientRequestId,
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
  };
  if (face === 'entra') {
    const text = 'AADSTS90033: A transient error has occurred. Please try again.';
    const body = { error: 'temporarily_unavailable', error_description: text, error_codes: [90033] };
    return { status, headers, body };
  }
  if (face === 'exchange-admin') return { status, headers, body: { error: { code, message } } };
  const innerError = {
    ...inner,
    date: context.clock.now().toISOString().slice(0, 19),
    'request-id': request.requestId,
    'client-request-id': clientRequestId,
  };
  return { status, headers, body: { error: { code, message, innerError } } };
}

function proxyPage(status: number): EmulatorResponse {
  const page = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Proxy: sign in.</body></html>';
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: Buffer.from(page) };
}

function answerOf(
  action: Extract<FaultAction, { kind: 'answer' | 'process-then-answer' }>,
): EmulatorResponse {
  return {
    status: action.status,
    ...(action.headers === undefined ? {} : { headers: action.headers }),
    ...(action.body === undefined ? {} : { body: action.body }),
  };
}
