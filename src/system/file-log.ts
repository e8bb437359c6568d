// The log as a file of JSON lines in the data directory, readable by its owner alone. Nothing with the name of a
// secret is ever written, whoever put it there; and a disk that takes no more never shows in what a command does.

import { writeSync } from 'node:fs';
import { pino } from 'pino';
import { Failure } from '../model/failure.ts';
import type { Log, LogData } from '../ports/log.ts';
import { type LogDisk, openLogDestination, realDisk } from './log-destination.ts';

const SECRET_KEYS = [
  'password',
  'passphrase',
  'privateKeyPem',
  'privateKey',
  'secret',
  'token',
  'accessToken',
  'authorization',
  'Authorization',
  'client_assertion',
  'cookie',
];

export interface FileLog extends Log {
  close(): void;
}

export interface FileLogOptions {
  /** Where a person is told that the log cannot be written. */
  readonly tell?: (sentence: string) => void;
  readonly disk?: LogDisk;
}

/** Never throws, whatever is wrong with the file. */
export function openFileLog(file: string, level: string, options: FileLogOptions = {}): FileLog {
  const { tell = tellOnStandardError, disk = realDisk } = options;
  const trouble = {
    onLost: (reason: string) =>
      tell(`The log ${file} cannot be written (${reason}). The work goes on without it.`),
    onRecovered: (lines: number) => log.warn('lines of the log were lost', { lines }),
  };
  const destination = openLogDestination(file, trouble, disk);
  const logger = pino(
    {
      level: ['error', 'warn', 'info', 'debug'].includes(level) ? level : 'info',
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: '[redacted]',
      },
      serializers: { error: describeError },
    },
    destination,
  );
  const write = (method: 'error' | 'warn' | 'info' | 'debug') => (message: string, data?: LogData) =>
    logger[method](data ?? {}, message);
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

/** A defect keeps its stack, also as the cause of another error; an administrator's mistake has none. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (error instanceof Failure && error.facts.whoActs !== 'us')
    return { number: error.number, code: error.code, details: error.details, ...cause };
  return { type: error.name, message: error.message, stack: error.stack, ...cause };
}
