import { describe, expect, it } from 'vitest';
import type { GraphAnswer } from '../graph-client/index.ts';
import {
  isConflict,
  isFolderExists,
  isGone,
  isUnusableSyncToken,
  MAILBOX_FAILURES,
  mailboxFailure,
} from './failures.ts';

const now = new Date('2026-11-02T08:00:00Z');

function answer(
  status: number,
  code = '',
  message = '',
  headers: Readonly<Record<string, string>> = {},
): GraphAnswer {
  return { status, headers, body: { error: { code, message } }, requestId: 'r-1' };
}

/** What the service says, and which row of the table it meets; every row is met. */
const CASES: readonly (readonly [number, string, string])[] = [
  [404, 'MailboxNotEnabledForRESTAPI', 'mailboxNotProvisioned'],
  [404, 'MailboxNotHostedInExchangeOnline', 'mailboxNotProvisioned'],
  [404, 'ErrorNonExistentMailbox', 'mailboxNotProvisioned'],
  [503, 'ErrorMailboxMoveInProgress', 'mailboxNotProvisioned'],
  [404, 'ErrorInvalidUser', 'mailboxNotFound'],
  [404, 'Request_ResourceNotFound', 'mailboxNotFound'],
  [403, 'ErrorQuotaExceeded', 'mailboxFull'],
  [507, '', 'mailboxFull'],
  [401, 'InvalidAuthenticationToken', 'tokenRefused'],
  [403, 'ErrorAccessDenied', 'mailboxAccessDenied'],
  [403, '', 'mailboxAccessDenied'],
  [429, 'ApplicationThrottled', 'throttledTooLong'],
  [503, 'serviceNotAvailable', 'serviceUnavailable'],
  [504, 'UnknownError', 'serviceUnavailable'],
  [509, '', 'serviceUnavailable'],
  [500, 'ErrorMailboxStoreUnavailable', 'serviceUnavailable'],
  [500, 'ErrorServerBusy', 'serviceUnavailable'],
  [413, 'RequestEntityTooLarge', 'contactRefused'],
  [400, 'ErrorInvalidRequest', 'contactRefused'],
  [400, 'ErrorPropertyValidationFailure', 'contactRefused'],
  [400, 'ErrorInvalidExtendedPropertyValue', 'contactRefused'],
  [400, 'UnableToDeserializePostBody', 'contactRefused'],
  [400, 'RequestBodyRead', 'contactRefused'],
];

describe('mailboxFailure', () => {
  it.each(CASES)('%i %s is %s', (status, code, expected) => {
    expect(mailboxFailure(answer(status, code), now).code).toBe(expected);
  });

  it('no row is unreachable, and each names its page', () => {
    for (const row of MAILBOX_FAILURES) {
      const isMet = CASES.some(([status, code]) => {
        const fits = MAILBOX_FAILURES.find(
          (one) => (one.status ?? status) === status && (one.code?.test(code) ?? true),
        );
        return fits === row;
      });
      expect(isMet, JSON.stringify(row)).toBe(true);
      expect(row.link).toMatch(/^https:\/\/learn\.microsoft\.com\//);
    }
  });

  it('keeps status, code, request id and the time to wait, and never the text, which may name people', () => {
    const failure = mailboxFailure(answer(429, 'X', 'Erika is throttled', { 'retry-after': '7' }), now);
    expect(failure.details).toEqual({ status: 429, code: 'X' });
    expect(failure.requestId).toBe('r-1');
    expect(failure.retryAfterMs).toBe(7_000);
    expect(JSON.stringify(failure.toRecord())).not.toContain('Erika');
  });

  it('what nobody knows is an unexpected answer with its code', () => {
    const failure = mailboxFailure(answer(418, 'Teapot'), now);
    expect(failure.code).toBe('unexpectedAnswer');
    expect(failure.details).toEqual({ status: 418, code: 'Teapot' });
  });
});

describe('answers that are no failure of the mailbox', () => {
  it('gone: item and folder not found, and an id that cannot be read', () => {
    expect(isGone(answer(404, 'ErrorItemNotFound'))).toBe(true);
    expect(isGone(answer(404, 'ErrorFolderNotFound'))).toBe(true);
    expect(isGone(answer(400, 'ErrorInvalidIdMalformed'))).toBe(true);
    expect(isGone(answer(404, 'MailboxNotEnabledForRESTAPI'))).toBe(false);
    expect(isGone(answer(404))).toBe(false);
  });

  it('conflict: the change key is not the current one', () => {
    expect(isConflict(answer(412, 'ErrorIrresolvableConflict'))).toBe(true);
    expect(isConflict(answer(409))).toBe(false);
  });

  it('the folder exists: told with either status', () => {
    expect(isFolderExists(answer(409, 'ErrorFolderExists'))).toBe(true);
    expect(isFolderExists(answer(400, 'ErrorFolderExists'))).toBe(true);
    expect(isFolderExists(answer(400, 'ErrorInvalidRequest'))).toBe(false);
  });

  it('a sync token that says nothing any more: 410, or 400 and 404 that speak of it', () => {
    expect(isUnusableSyncToken(answer(410, 'syncStateNotFound'))).toBe(true);
    expect(isUnusableSyncToken(answer(410))).toBe(true);
    expect(isUnusableSyncToken(answer(400, 'BadRequest', 'Badly formed token.'))).toBe(true);
    expect(isUnusableSyncToken(answer(400, 'SyncStateInvalid'))).toBe(true);
    expect(isUnusableSyncToken(answer(404, 'ErrorInvalidSyncStateData'))).toBe(true);
    expect(isUnusableSyncToken(answer(404, 'ErrorItemNotFound'))).toBe(true);
    expect(isUnusableSyncToken(answer(404, 'MailboxNotEnabledForRESTAPI'))).toBe(false);
    expect(isUnusableSyncToken(answer(503))).toBe(false);
  });
});
