// The log as files of JSON lines, readable by their owner alone. No secret is ever written, whoever put it there; and a
// disk that takes no more never shows in what a command does.

import { writeSync } from 'node:fs';
import { pino } from 'pino';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogData } from '../ports/log.ts';
import { KnownSecrets } from './known-secrets.ts';
import { type LogDisk, openLogDestination, realDisk } from './log-destination.ts';
import { type LogLimits, logLimitsOf } from './log-files.ts';
import { redact, withoutAddresses } from './redact.ts';
import { systemClock } from './system-clock.ts';

export interface FileLog extends Log {
  close(): void;
}

export interface FileLogOptions {
  /** Where a person is told that the log cannot be written. */
  readonly tell?: (sentence: string) => void;
  readonly disk?: LogDisk;
  /** Grows while the log is open. */
  readonly secrets?: KnownSecrets;
  readonly limits?: LogLimits;
  readonly clock?: Clock;
}

/** Never throws, whatever is wrong with the file. */
export function openFileLog(file: string, level: string, options: FileLogOptions = {}): FileLog {
  const { tell = tellOnStandardError, disk = realDisk, secrets = new KnownSecrets() } = options;
  const { limits = logLimitsOf({}), clock = systemClock } = options;
  const trouble = {
    onLost(reason: string) {
      const { number } = new Failure('logUnwritable');
      tell(`Warning ${number}: the log ${file} cannot be written (${reason}). The work goes on without it.`);
    },
    onRecovered: (lines: number) => log.warn('lines of the log were lost', { lines }),
    onNotRotated: (reason: string) => log.warn('the log cannot be rotated', { reason }),
  };
  const place = { file, limits, now: () => clock.now(), disk };
  const destination = openLogDestination(place, trouble);
  const logger = pino(
    {
      level: ['error', 'warn', 'info', 'debug'].includes(level) ? level : 'info',
      base: { pid: process.pid },
      timestamp: () => `,"time":"${clock.now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const write = (method: 'error' | 'warn' | 'info' | 'debug') => {
    // Whoever may read the log need not be allowed to know who works here.
    const hide = (text: string) =>
      method === 'debug' ? secrets.hide(text) : withoutAddresses(secrets.hide(text));
    return (message: string, data?: LogData) => {
      if (logger.isLevelEnabled(method)) logger[method](redact(data ?? {}, hide), hide(message));
    };
  };
  const log: FileLog = {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    close: () => destination.close(),
  };
  return log;
}

function tellOnStandardError(sentence: string): void {
  try {
    writeSync(2, `${sentence}\n`);
  } catch {
    // Nobody listens.
  }
}
