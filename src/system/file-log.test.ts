import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { openFileLog } from './file-log.ts';
import { type LogDisk, realDisk } from './log-destination.ts';

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
    expect(statSync(join(directory, 'logs')).mode & 0o077).toBe(0);
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

const diskFull = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

/** Takes `room` bytes, then refuses. */
function smallDisk(room: number): LogDisk & { room: number } {
  return {
    ...realDisk,
    room,
    write(descriptor, bytes) {
      if (this.room === 0) throw diskFull();
      const written = realDisk.write(descriptor, bytes.subarray(0, this.room));
      this.room -= written;
      return written;
    },
  };
}

describe('a log that cannot be written', () => {
  const told: string[] = [];
  const tell = (sentence: string) => told.push(sentence);
  beforeEach(() => told.splice(0));

  it('says so once and ends nothing, and goes on when there is room again', () => {
    const disk = smallDisk(0);
    const log = openFileLog(file, 'info', { tell, disk });
    log.info('first');
    log.error('second', { error: new Error('boom') });
    expect(told).toEqual([
      `Warning 19050: the log ${file} cannot be written (disk full). The work goes on without it.`,
    ]);
    disk.room = 1_000;
    log.info('third');
    log.close();
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { msg: 'third' },
      { msg: 'lines of the log were lost', lines: 2 },
    ]);
    expect(told).toHaveLength(1);
  });

  it('keeps the next line apart from half of one', () => {
    const disk = smallDisk(10);
    const log = openFileLog(file, 'info', { tell, disk });
    log.info('torn');
    disk.room = 1_000;
    log.info('whole');
    log.close();
    const [torn, whole] = readFileSync(file, 'utf8').split('\n');
    expect(torn).toHaveLength(10);
    expect(JSON.parse(whole ?? '')).toMatchObject({ msg: 'whole' });
  });

  it('also closes where closing is what fails', () => {
    const disk: LogDisk = {
      ...realDisk,
      close: (descriptor) => {
        realDisk.close(descriptor);
        throw diskFull();
      },
    };
    const log = openFileLog(file, 'info', { tell, disk });
    log.info('written');
    log.close();
    log.info('too late');
    expect(readFileSync(file, 'utf8')).not.toContain('too late');
  });

  it('does not need the file at all', () => {
    writeFileSync(join(directory, 'logs'), 'in the way');
    const log = openFileLog(file, 'info', { tell });
    log.info('lost');
    log.close();
    expect(told).toHaveLength(1);
  });

  it.runIf(existsSync('/dev/full'))('meets the real error of a full device', () => {
    const log = openFileLog('/dev/full', 'info', { tell });
    log.info('lost');
    log.close();
    expect(told).toEqual([expect.stringContaining('(disk full)')]);
  });
});
