import { expect, test } from 'vitest';
import { errorIn, reachOf } from './refusal.ts';

const overConcurrency = 'Application is over its MailboxConcurrency limit.';

test.each([
  // status, code, message, known mailbox, reach
  [429, 'ApplicationThrottled', overConcurrency, 'm1', 'mailbox'],
  [429, 'ErrorTooManyRequests', overConcurrency, 'm1', 'mailbox'],
  [429, 'TooManyRequests', 'Please retry again later.', 'm1', 'application'],
  [429, 'TooManyRequests', 'Please retry again later.', undefined, 'application'],
  [429, 'ApplicationThrottled', overConcurrency, undefined, 'application'],
  [429, '', '', 'm1', 'unclear'],
  [503, 'serviceNotAvailable', '', 'm1', 'unclear'],
  [504, 'UnknownError', '', 'm1', 'unclear'],
  [503, 'serviceNotAvailable', '', undefined, 'application'],
  [504, '', '', undefined, 'application'],
  [509, '', '', undefined, 'application'],
  [500, 'ErrorInternalServerError', '', 'm1', undefined],
  [200, '', '', 'm1', undefined],
  [412, 'ErrorIrresolvableConflict', '', 'm1', undefined],
] as const)('%i %s %s of %s concerns: %5$s', (status, code, message, mailboxKey, reach) => {
  expect(reachOf({ status, code, message, mailboxKey })).toBe(reach);
});

test.each([
  ['', { code: '', message: '' }],
  ['<html>', { code: '', message: '' }],
  ['null', { code: '', message: '' }],
  ['{"error":"invalid_grant"}', { code: '', message: '' }],
  ['{"error":{"code":"TooManyRequests","message":7}}', { code: 'TooManyRequests', message: '' }],
])('the error in %j', (body, expected) => {
  expect(errorIn(Buffer.from(body))).toEqual(expected);
});
