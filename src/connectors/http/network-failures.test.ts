// The one code of the system that is told of two troubles: only the first is certain not to have reached the service.

import { expect, it } from 'vitest';
import { explainNetworkError } from './network-failures.ts';

const timedOut = (syscall: string) => Object.assign(new Error(syscall), { code: 'ETIMEDOUT', syscall });

it.each([
  ['while connecting', timedOut('connect'), 'exchangeOnlineConnection', true],
  [
    'while connecting to each of its addresses',
    new AggregateError([timedOut('connect'), timedOut('connect')]),
    'exchangeOnlineConnection',
    true,
  ],
  ['of a connection that stands', timedOut('read'), 'answerLost', false],
])('a time-out %s', (_, thrown, code, notSent) => {
  const trouble = explainNetworkError(thrown, 'mail.contoso.example', undefined);
  expect(trouble.failure.code).toBe(code);
  expect(trouble.notSent).toBe(notSent);
});
