import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { openFileLog } from './file-log.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-log-'));
  file = join(directory, 'logs', 'contactsync.log');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function logged(
  level: string,
  write: (log: ReturnType<typeof openFileLog>) => void,
): Record<string, unknown>[] {
  const log = openFileLog(file, level);
  write(log);
  log.close();
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log file', () => {
  it('is JSON lines that only its owner reads', () => {
    const lines = logged('info', (log) => {
      log.info('run begun', { runId: 'r' });
      log.debug('request', { url: 'x' });
    });
    expect(lines).toMatchObject([{ level: 'info', msg: 'run begun', runId: 'r' }]);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('writes no secret, however deep', () => {
    const secret = 'hunter2';
    logged('debug', (log) => {
      log.warn('a', { password: secret, request: { headers: { authorization: secret }, token: secret } });
      log.debug('b', { privateKeyPem: secret, nested: { client_assertion: secret } });
    });
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
  });

  it('keeps the stack of a defect, and none of an administrator', () => {
    const [defect, mistake] = logged('info', (log) => {
      log.error('operation failed', {
        error: new Failure('internalError', { cause: new TypeError('boom') }),
      });
      log.warn('run stopped', { error: new Failure('notFound', { details: { policy: 'x' } }) });
    });
    expect(defect?.error).toMatchObject({ cause: { type: 'TypeError', message: 'boom' } });
    expect(JSON.stringify(defect)).toContain('file-log.test.ts');
    expect(mistake?.error).toEqual({ number: 10012, code: 'notFound', details: { policy: 'x' } });
  });
});
