// The log as a file of JSON lines in the data directory, readable by its owner alone. Nothing with the name of a
// secret is ever written, whoever put it there.

import { pino } from 'pino';
import { Failure } from '../model/failure.ts';
import type { Log, LogData } from '../ports/log.ts';

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

/** Appends at once: a command line may end at any moment. */
export function openFileLog(file: string, level: string): FileLog {
  const destination = pino.destination({ dest: file, append: true, mkdir: true, mode: 0o600, sync: true });
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
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    close: () => destination.end(),
  };
}

/** A defect keeps its stack, also as the cause of another error; an administrator's mistake has none. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (error instanceof Failure && error.facts.whoActs !== 'us')
    return { number: error.number, code: error.code, details: error.details, ...cause };
  return { type: error.name, message: error.message, stack: error.stack, ...cause };
}
