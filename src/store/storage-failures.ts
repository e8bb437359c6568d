// From what SQLite, PostgreSQL and the file system answer to our failures, in one place. Anything else passes as it
// is: it is either a constraint that the caller expects or a defect of ours.

import { Failure, type FailureDetails } from '../model/failure.ts';
import type { FailureCode } from '../model/failure-codes.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html; the low byte of an extended code. */
const SQLITE_FAILURES: Readonly<Record<number, FailureCode>> = {
  5: 'databaseBusy', // BUSY
  6: 'databaseBusy', // LOCKED
  8: 'dataDirectory', // READONLY
  10: 'dataDirectory', // IOERR
  11: 'databaseCorrupt', // CORRUPT
  13: 'dataDirectory', // FULL
  14: 'dataDirectory', // CANTOPEN
  26: 'databaseCorrupt', // NOTADB
};

/** FULL, and IOERR_SHMSIZE: the index beside the WAL cannot grow. */
const SQLITE_DISK_FULL: readonly number[] = [13, 4874];
export const DISK_FULL = 'disk full';
const SQLITE_READONLY = 8;

const FILE_ERRORS = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'EISDIR',
  'EIO',
  'ENAMETOOLONG',
  'ELOOP',
]);

/** SQLSTATE classes and codes, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const POSTGRES_FAILURES: readonly (readonly [start: string, code: FailureCode])[] = [
  ['08', 'databaseUnreachable'],
  ['28', 'databaseUnreachable'],
  ['3D000', 'databaseUnreachable'],
  ['42501', 'databaseUnreachable'],
  ['53300', 'databaseBusy'],
  ['53', 'dataDirectory'],
  ['55P03', 'databaseBusy'],
  ['40', 'databaseBusy'],
  ['57P', 'databaseUnreachable'],
  ['58', 'dataDirectory'],
  ['XX001', 'databaseCorrupt'],
  ['XX002', 'databaseCorrupt'],
];

const NETWORK_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ENOENT',
]);

function field(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;
}

export function sqliteFailure(thrown: unknown, file: string): unknown {
  const errcode = field(thrown, 'errcode');
  if (typeof errcode !== 'number') return thrown;
  const code = SQLITE_FAILURES[errcode & 0xff];
  if (code === undefined) return thrown;
  const reason = SQLITE_DISK_FULL.includes(errcode)
    ? { reason: DISK_FULL }
    : (errcode & 0xff) === SQLITE_READONLY
      ? { reason: 'read-only' }
      : {};
  return new Failure(code, { details: { file, ...reason, sqlite: errcode }, cause: thrown });
}

export function postgresFailure(thrown: unknown, details: FailureDetails): unknown {
  if (thrown instanceof Failure) return thrown;
  const code = field(thrown, 'code');
  if (typeof code !== 'string') {
    const isLost =
      thrown instanceof Error && /^Connection terminated|timeout exceeded when trying/.test(thrown.message);
    return isLost ? new Failure('databaseUnreachable', { details, cause: thrown }) : thrown;
  }
  const known = NETWORK_ERRORS.has(code)
    ? 'databaseUnreachable'
    : POSTGRES_FAILURES.find(([start]) => code.startsWith(start))?.[1];
  return known === undefined
    ? thrown
    : new Failure(known, {
        details: { ...details, reason: code === '53100' ? DISK_FULL : code },
        cause: thrown,
      });
}

export function fileFailure(thrown: unknown, path: string): unknown {
  const code = field(thrown, 'code');
  if (typeof code !== 'string' || !FILE_ERRORS.has(code)) return thrown;
  const reason = code === 'ENOSPC' || code === 'EDQUOT' ? DISK_FULL : code;
  return new Failure('dataDirectory', { details: { path, reason }, cause: thrown });
}

/** Both databases call it by another name. */
export function isUniqueViolation(thrown: unknown): boolean {
  // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE; unique_violation
  return [1555, 2067].includes(Number(field(thrown, 'errcode'))) || field(thrown, 'code') === '23505';
}

export function isForeignKeyViolation(thrown: unknown): boolean {
  // SQLITE_CONSTRAINT_FOREIGNKEY; foreign_key_violation
  return field(thrown, 'errcode') === 787 || field(thrown, 'code') === '23503';
}
