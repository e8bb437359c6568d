// Node's own SQLite in the shape Kysely's dialect for SQLite wants. The only file that names node:sqlite (newer Node
// versions rename its class).

import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely';
import { Failure } from '../model/failure.ts';
import { fileFailure, sqliteFailure } from './storage-failures.ts';

/** While opening, when nothing else is going on yet, SQLite itself may wait for another process. */
const OPENING_TIMEOUT_MS = 10_000;

/**
 * Later it blocks the thread only shortly, and the driver tries again between other work. Otherwise leases could not be
 * renewed meanwhile, and two databases opened by one process could block each other for good.
 */
const BUSY_TIMEOUT_MS = 20;
const BUSY_PAUSE_MS = 20;
const BUSY_ATTEMPTS = 400;

/**
 * synchronous=FULL: in WAL mode NORMAL may lose the last commits when the power fails. An intent of the journal and
 * the ledger's dirty flag must be on disk before a mailbox is written, or an interrupted write would go unnoticed.
 */
const PRAGMAS = `pragma busy_timeout=${OPENING_TIMEOUT_MS}; pragma synchronous=full; pragma foreign_keys=on; pragma trusted_schema=off;`;

/** Above this size a check of every page would delay each command; a damaged page is then noticed when it is read. */
export const CHECKED_UP_TO_BYTES = 256 * 1024 * 1024;

class NodeSqliteDatabase implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #file: string;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#file = basename(path);
  }

  close(): void {
    this.#database.close();
  }

  prepare(sql: string): SqliteStatement {
    // Every transaction of ours writes. Begun as a reader it could not wait for another writer: SQLite refuses the
    // upgrade at once (SQLITE_BUSY_SNAPSHOT) without asking the busy timeout.
    const statement = this.#guard(() => this.#database.prepare(sql === 'begin' ? 'begin immediate' : sql));
    const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => this.#guard(() => statement.all(...values(parameters))),
      run: (parameters) => this.#guard(() => statement.run(...values(parameters))),
      iterate: (parameters) => this.#guard(() => statement.iterate(...values(parameters))),
    };
  }

  #guard<T>(act: () => T): T {
    try {
      return act();
    } catch (thrown) {
      throw sqliteFailure(thrown, this.#file);
    }
  }
}

class PatientSqliteDriver extends SqliteDriver {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync, path: string) {
    super({ database: new NodeSqliteDatabase(database, path) });
    this.#database = database;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    return {
      executeQuery: (query) => retryWhileBusy(() => connection.executeQuery(query)),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    };
  }

  /** A full disk, among others, has already undone the transaction; then ROLLBACK fails and would hide the reason. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** A statement that found the database busy has done nothing. On real time: it waits for another process. */
async function retryWhileBusy<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (thrown) {
      const isBusy = thrown instanceof Failure && thrown.code === 'databaseBusy';
      if (!isBusy || attempt === BUSY_ATTEMPTS) throw thrown;
      await pause(BUSY_PAUSE_MS);
    }
  }
}

/** SQLite can undo a schema change; Kysely leaves that off, and a failed migration would stay half done. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Opens the file, makes it when it is missing, readable by its owner alone. */
export function openSqliteDialect(path: string): Dialect {
  const database = openForWriting(path);
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => new PatientSqliteDriver(database, path),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function openForWriting(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (!existsSync(path)) makeFile(path);
    // Where no links exist it is made here, for a moment empty.
    closeSync(openSync(path, 'a', 0o600));
    database = new DatabaseSync(path);
    database.exec(PRAGMAS);
    const mode = database.prepare('pragma journal_mode').get()?.journal_mode;
    if (mode !== 'wal') database.exec('pragma journal_mode=wal');
    database.exec(`pragma busy_timeout=${BUSY_TIMEOUT_MS}`);
    return database;
  } catch (thrown) {
    database?.close();
    throw sqliteFailure(fileFailure(thrown, path), basename(path));
  }
}

/**
 * Makes a database that appears under its name with a header in it, so that an empty file is always a damaged one, also
 * for a process that starts at the same moment. Of two that do this at once the first one's file stays.
 */
function makeFile(path: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    // SQLite itself would create the file with the process's umask; its -wal and -shm files copy the mode.
    closeSync(openSync(draft, 'wx', 0o600));
    const database = new DatabaseSync(draft);
    try {
      database.exec('pragma journal_mode=wal');
    } finally {
      database.close();
    }
    try {
      linkSync(draft, path);
    } catch {
      // Somebody else was first, or the file system knows no links.
    }
  } finally {
    for (const companion of ['', '-wal', '-shm']) rmSync(draft + companion, { force: true });
  }
}

/**
 * Looks at an existing file without changing a byte of it (a read-only connection cannot even fold the WAL back) and
 * returns the names in its migration table. Throws `databaseCorrupt`.
 */
export function inspectSqlite(path: string, sizeBytes: number, migrationTable: string): readonly string[] {
  const file = basename(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    database.exec(`pragma busy_timeout=${OPENING_TIMEOUT_MS}`);
    if (sizeBytes <= CHECKED_UP_TO_BYTES) {
      const finding = database.prepare('pragma quick_check(1)').get()?.quick_check;
      // Several lines: where, and what.
      if (finding !== 'ok')
        throw new Failure('databaseCorrupt', { details: { file, finding: String(finding).split('\n') } });
    }
    const table = database.prepare('select 1 from sqlite_master where name = ?').get(migrationTable);
    const rows = table === undefined ? [] : database.prepare(`select name from "${migrationTable}"`).all();
    return rows.map((row) => String(row.name));
  } catch (thrown) {
    throw sqliteFailure(thrown, file);
  } finally {
    database?.close();
  }
}

/**
 * A consistent copy of the database as it is now, also while others write. It gets its name when it is complete: whoever
 * finds a backup must be able to trust it.
 */
export function copySqlite(path: string, target: string): void {
  const draft = `${target}.part`;
  let database: DatabaseSync | undefined;
  try {
    closeSync(openSync(draft, 'wx', 0o600));
    database = new DatabaseSync(path, { readOnly: true });
    database.exec(`pragma busy_timeout=${OPENING_TIMEOUT_MS}`);
    database.prepare('vacuum into ?').run(draft);
    renameSync(draft, target);
  } catch (thrown) {
    rmSync(draft, { force: true });
    throw sqliteFailure(fileFailure(thrown, target), basename(path));
  } finally {
    database?.close();
  }
}

/** One question to a database that nobody writes to, such as a copy. Not a byte of it changes. */
export function askSqlite(path: string, question: string): readonly Record<string, unknown>[] {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    return database.prepare(question).all();
  } catch (thrown) {
    throw sqliteFailure(thrown, basename(path));
  } finally {
    database?.close();
  }
}

/**
 * Folds the WAL into the file, which SQLite does only for the one connection there is: true when no other process has
 * the database open. Throws `databaseCorrupt` for what is none, which then nobody can be asked about.
 */
export function foldUnlessShared(path: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec(`pragma busy_timeout=${BUSY_TIMEOUT_MS}`);
    return database.prepare('pragma journal_mode=delete').get()?.journal_mode === 'delete';
  } catch (thrown) {
    const failure = sqliteFailure(thrown, basename(path));
    if (failure instanceof Failure && failure.code === 'databaseBusy') return false;
    throw failure;
  } finally {
    database?.close();
  }
}

/**
 * A lock that no other process gets until it is released, and that dies with its process. undefined: somebody else has it.
 * The file stays: a lock on one that is removed and made anew would be held twice.
 */
export function lockFile(path: string): (() => void) | undefined {
  let database: DatabaseSync | undefined;
  try {
    // Only then: closing any handle of a file lets go what this process locked in it (POSIX).
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    database = new DatabaseSync(path);
    database.exec('pragma busy_timeout=0');
    database.exec('begin exclusive');
    const held = database;
    return () => held.close();
  } catch (thrown) {
    database?.close();
    const failure = sqliteFailure(fileFailure(thrown, path), basename(path));
    if (failure instanceof Failure && failure.code === 'databaseBusy') return undefined;
    throw failure;
  }
}
