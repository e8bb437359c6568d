import { expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { recordLog } from './recorded-log.ts';

const clock = { now: () => new Date('2026-03-01T12:00:00Z'), sleep: async () => {} };

it('keeps every level with its data, and nothing that is named like a secret', () => {
  const { log, lines } = recordLog(clock);
  log.debug('request', {
    status: 401,
    requestId: 'id-1',
    Authorization: 'Bearer hidden',
    token: 'hidden',
    inner: { url: 'a', password: 'hidden' },
    missing: undefined,
  });
  log.warn('refused', { error: new Failure('notFound') });
  expect(lines).toEqual([
    {
      at: '2026-03-01T12:00:00.000Z',
      level: 'debug',
      message: 'request',
      data: { status: 401, requestId: 'id-1', inner: '{"url":"a"}' },
    },
    { at: '2026-03-01T12:00:00.000Z', level: 'warn', message: 'refused', data: { error: 10012 } },
  ]);
});

it('ends before it fills the memory', () => {
  const { log, lines } = recordLog(clock);
  for (let number = 0; number < 10_000; number += 1) log.debug('again');
  expect(lines).toHaveLength(2_000);
});
