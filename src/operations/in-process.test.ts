// What is thrown inside leaves with its number and texts; a defect leaves its stack in the log and nothing of it outside.

import { OperationError } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import type { LogData } from '../ports/log.ts';
import { toOperationError } from './in-process.ts';

function recording() {
  const lines: { level: string; message: string; data: LogData | undefined }[] = [];
  const write = (level: string) => (message: string, data?: LogData) =>
    void lines.push({ level, message, data });
  return {
    lines,
    log: { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') },
  };
}

describe('an error', () => {
  it('of an administrator keeps number, details and remedy', () => {
    const { lines, log } = recording();
    const error = toOperationError(new Failure('notFound', { details: { policy: 'x' } }), log, '/log');
    expect(error).toBeInstanceOf(OperationError);
    expect(error.failure).toMatchObject({
      number: 10012,
      details: { policy: 'x' },
      whoActs: 'administrator',
    });
    expect(error.failure.remedy).not.toBe('');
    // Details may name people: they are for debugging only.
    expect(lines.map(({ level, data }) => [level, data])).toEqual([
      ['info', { number: 10012 }],
      ['debug', { details: { policy: 'x' } }],
    ]);
  });

  it('of ours says only where the log is, and the log has the cause', () => {
    const { lines, log } = recording();
    const error = toOperationError(new TypeError('secret internals'), log, '/log');
    expect(error.failure).toMatchObject({ number: 10001, details: { log: '/log' } });
    expect(JSON.stringify(error.failure)).not.toContain('secret internals');
    expect(lines[0]?.level).toBe('error');
    expect(lines[0]?.data?.error).toMatchObject({ cause: { message: 'secret internals' } });
  });
});
