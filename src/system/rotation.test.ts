// Files of the log that are full or a day old: put aside by whichever process notices, and no line is lost or told twice.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { type FileLog, openFileLog } from './file-log.ts';
import { type LogDisk, realDisk } from './log-destination.ts';
import { logLimitsOf, openLogFiles } from './log-files.ts';

const HOUR_MS = 60 * 60 * 1000;

let directory: string;
let file: string;
let clock: FakeClock;
let open: FileLog[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'contactsync-log-'));
  file = join(directory, 'contactsync.log');
  clock = new FakeClock();
  open = [];
});
afterEach(() => {
  for (const log of open) log.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Wish {
  readonly fileBytes?: number;
  readonly files?: number;
  readonly disk?: LogDisk;
  readonly told?: string[];
}

function openLog({ fileBytes = 1_000, files = 100, disk = realDisk, told = [] }: Wish = {}): FileLog {
  const limits = { fileBytes, fileHours: 24, files };
  const log = openFileLog(file, 'info', {
    limits,
    disk,
    clock,
    tell: (sentence) => void told.push(sentence),
  });
  open.push(log);
  return log;
}

const names = () => readdirSync(directory).sort();

/** By the name of the file, in the order of their ends. */
function numbers(): readonly number[] {
  return [...names().filter((name) => name !== 'contactsync.log'), 'contactsync.log'].flatMap((name) =>
    readFileSync(join(directory, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { n?: number })
      .flatMap(({ n }) => (n === undefined ? [] : [n])),
  );
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('rotation', () => {
  it('begins a new file when one is full, also twice in a moment', () => {
    const log = openLog();
    for (const n of upTo(100)) log.info('line', { n });
    expect(names().length).toBeGreaterThan(5);
    expect(numbers()).toEqual(upTo(100));
  });

  it('keeps no more files than it should', () => {
    const log = openLog({ files: 3 });
    for (const n of upTo(100)) log.info('line', { n });
    expect(names()).toHaveLength(3);
    const kept = numbers();
    expect(kept).toEqual(upTo(100).slice(-kept.length));
    expect(kept.length).toBeGreaterThan(20);
  });

  it('begins a new file after a day, also when it was begun by an earlier process', () => {
    openLog().info('line', { n: 0 });
    clock.advance(23 * HOUR_MS);
    openLog().info('line', { n: 1 });
    expect(names()).toEqual(['contactsync.log']);
    clock.advance(HOUR_MS);
    openLog().info('line', { n: 2 });
    expect(names()).toHaveLength(2);
    expect(numbers()).toEqual([0, 1, 2]);
  });

  it('by several processes in turn loses no line and tells none twice', () => {
    const [one, two, three] = [openLog(), openLog(), openLog()];
    for (const n of upTo(150)) [one, two, three][(n * 7) % 3]?.info('line', { n });
    expect([...numbers()].sort((a, b) => a - b)).toEqual(upTo(150));
    expect(names().length).toBeGreaterThan(5);
  });

  it('by two processes at the same moment loses no line', () => {
    // Between the look of one and its renaming, the other has put the file aside and begun the next one.
    let isBusy = false;
    const other = openLog();
    let n = 0;
    const disk: LogDisk = {
      ...realDisk,
      putAside(path, now) {
        if (!isBusy) {
          isBusy = true;
          for (let line = 0; line < 3; line += 1) other.info('line', { n: n++ });
          isBusy = false;
        }
        realDisk.putAside(path, now);
      },
    };
    const log = openLog({ disk });
    for (let line = 0; line < 60; line += 1) log.info('line', { n: n++ });
    expect([...numbers()].sort((a, b) => a - b)).toEqual(upTo(n));
    expect(n).toBeGreaterThan(60);
  });

  it('that another process was faster with is no trouble', () => {
    let isFirst = true;
    const disk: LogDisk = {
      ...realDisk,
      putAside(path, now) {
        // The other one has renamed the file and not begun the next one yet.
        if (isFirst) realDisk.putAside(path, now);
        isFirst = false;
        realDisk.putAside(path, now);
      },
    };
    const log = openLog({ disk });
    for (const n of upTo(60)) log.info('line', { n });
    expect(numbers()).toEqual(upTo(60));
    for (const name of names())
      expect(readFileSync(join(directory, name), 'utf8')).not.toContain('cannot be rotated');
    expect(names().length).toBeGreaterThan(3);
  });

  it('is seen by a process that slept for long: its next line is not lost with a removed file', () => {
    const sleeper = openLog({ files: 2 });
    sleeper.info('line', { n: 0 });
    const busy = openLog({ files: 2 });
    for (const n of upTo(100)) busy.info('line', { n });
    sleeper.info('line', { n: 1_000 });
    expect(numbers().at(-1)).toBe(1_000);
  });

  it('that is not possible is said once in the log, which grows', () => {
    const refuse = () => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    };
    const log = openLog({ disk: { ...realDisk, putAside: refuse } });
    for (const n of upTo(50)) log.info('line', { n });
    expect(names()).toEqual(['contactsync.log']);
    expect(numbers()).toEqual(upTo(50));
    expect(readFileSync(file, 'utf8').match(/the log cannot be rotated/g)).toHaveLength(1);
  });

  it('keeps the line after half of one that a killed process or a full disk left', () => {
    writeFileSync(file, '{"level":"info","time":"2026-11-02T07:');
    openLog().info('line', { n: 1 });
    const [torn, whole] = readFileSync(file, 'utf8').split('\n');
    expect(torn).toBe('{"level":"info","time":"2026-11-02T07:');
    expect(JSON.parse(whole ?? '')).toMatchObject({ n: 1 });
  });
});

describe('files of the log', () => {
  it('that are too old are counted and removed, and nothing else is', () => {
    const log = openLog();
    log.info('old');
    clock.advance(25 * HOUR_MS);
    log.info('newer');
    clock.advance(25 * HOUR_MS);
    log.info('newest');
    const strangers = [
      'contactsync.notes.log',
      'contactsync.2020-01-01.log',
      'other.2020-01-01T00-00-00-000Z.1.log',
    ];
    for (const name of strangers) writeFileSync(join(directory, name), '');
    mkdirSync(join(directory, 'contactsync.2020-01-01T00-00-00-000Z.1.log'));
    const files = openLogFiles(file);
    const before = new Date(clock.now().getTime() - HOUR_MS).toISOString();
    expect(files.count(before)).toBe(2);
    // The folder under such a name is none of ours.
    expect(files.remove(before)).toBe(1);
    expect(names()).toEqual(
      expect.arrayContaining([...strangers, 'contactsync.log', 'contactsync.2020-01-01T00-00-00-000Z.1.log']),
    );
    expect(names()).toHaveLength(6);
  });

  it('are none where nothing was logged yet', () => {
    expect(openLogFiles(join(directory, 'none', 'contactsync.log')).remove('2030')).toBe(0);
  });

  it('have limits that can be set, and nonsense changes nothing', () => {
    const megabytes = (text: string) =>
      logLimitsOf({ CONTACTSYNC_LOG_FILE_MB: text }).fileBytes / 1024 / 1024;
    expect(megabytes('3')).toBe(3);
    for (const nonsense of ['', '0', '-1', 'x', '1e9', '0.5']) expect(megabytes(nonsense)).toBe(10);
    expect(logLimitsOf({ CONTACTSYNC_LOG_FILES: '5' }).files).toBe(5);
  });
});
