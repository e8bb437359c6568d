// Opens the databases of a data directory, or one on a PostgreSQL server, with this version's tables in them.
// A damaged or newer contactsync.db is left alone; ledger.db is a cache and gives way to a new one.

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Dialect, Kysely } from 'kysely';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { LedgerDatabase, LedgerTables, MainDatabase, MainTables } from './database-tables.ts';
import { modeOpenToOthers } from './directory-access.ts';
import { migrate, pendingMigrations, readAppliedMigrations, refuseNewer } from './migrate.ts';
import { LEDGER_MIGRATIONS, MAIN_MIGRATIONS, type MigrationSet } from './migrations/all.ts';
import { fileIdentity, refuseUnfinishedRestore } from './replace-data.ts';
import { copySqlite, inspectSqlite, openSqliteDialect } from './sqlite.ts';
import { fileFailure } from './storage-failures.ts';

/** Copies made before updates. */
const KEPT_COPIES = 3;

export interface DatabasePlace {
  readonly dataDirectory: string;
  /** PostgreSQL; otherwise SQLite files in the data directory. */
  readonly databaseUrl?: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Databases {
  readonly main: MainDatabase;
  readonly ledger: LedgerDatabase;
  /** To be called when a page of the ledger turns out damaged while in use: the next start sets the file aside. */
  reportLedgerDamage(): void;
  close(): Promise<void>;
}

export async function openDatabases(place: DatabasePlace): Promise<Databases> {
  ensureDataDirectory(place.dataDirectory);
  return place.databaseUrl === undefined ? openFiles(place) : openServer(place.databaseUrl, place);
}

/**
 * Made for its owner alone. One that exists keeps its mode, which may not be ours to change; but where others may write
 * they could put a database and a key of their own in the place of ours.
 */
export function ensureDataDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const mode = modeOpenToOthers(path);
    if (mode !== undefined)
      throw new Failure('dataDirectory', { details: { path, reason: 'others may write to it', mode } });
  } catch (thrown) {
    throw fileFailure(thrown, path);
  }
}

async function openServer(url: string, { log }: DatabasePlace): Promise<Databases> {
  const { openPostgresDialect } = await import('./postgres.ts');
  const main = new Kysely<MainTables>({ dialect: openPostgresDialect(url, log) });
  try {
    for (const set of [MAIN_MIGRATIONS, LEDGER_MIGRATIONS]) await bringUpToDate(main, set);
  } catch (thrown) {
    await main.destroy();
    throw thrown;
  }
  return {
    main,
    ledger: main as unknown as LedgerDatabase,
    reportLedgerDamage: () => log.warn('the ledger in the database is damaged'),
    close: () => main.destroy(),
  };
}

async function bringUpToDate<T>(db: Kysely<T>, set: MigrationSet): Promise<void> {
  const untyped = db as unknown as Kysely<unknown>;
  refuseNewer(await readAppliedMigrations(untyped, set), set);
  await migrate(untyped, set);
}

async function openFiles(place: DatabasePlace): Promise<Databases> {
  const ledgerPath = join(place.dataDirectory, 'ledger.db');
  const damageFlag = `${ledgerPath}.damaged`;
  const mainPath = join(place.dataDirectory, 'contactsync.db');
  refuseUnfinishedRestore(place.dataDirectory);
  const before = fileIdentity(mainPath);
  const main = await openMainFile<MainTables>(mainPath, MAIN_MIGRATIONS, place);
  try {
    // A restore that began meanwhile; and one that also ended has set aside the file that is open here.
    refuseUnfinishedRestore(place.dataDirectory);
    if (before !== undefined && fileIdentity(mainPath) !== before)
      throw new Failure('databaseBusy', { details: { file: basename(mainPath), reason: 'just restored' } });
    if (existsSync(damageFlag)) {
      setAside(ledgerPath, place);
      rmSync(damageFlag, { force: true });
    }
    const ledger = await openLedgerFile(ledgerPath, place);
    return {
      main,
      ledger,
      reportLedgerDamage: () => writeFileSync(damageFlag, '', { mode: 0o600 }),
      close: async () => {
        await ledger.destroy();
        await main.destroy();
      },
    };
  } catch (thrown) {
    await main.destroy();
    throw thrown;
  }
}

/** Exported for its tests, which bring their own migrations. */
export async function openMainFile<T>(
  path: string,
  set: MigrationSet,
  { clock }: DatabasePlace,
): Promise<Kysely<T>> {
  // In this order: of an installation that another process is just making, the database comes first.
  const isInstalled = hasTracesOfUse(dirname(path));
  const size = sizeOf(path);
  if (size === 0 && isInstalled)
    throw new Failure('databaseCorrupt', { details: { file: basename(path), finding: 'empty file' } });
  if (size !== undefined && size > 0) {
    const applied = inspectSqlite(path, size, set.table);
    refuseNewer(applied, set);
    const [next] = pendingMigrations(applied, set);
    if (next !== undefined && applied.length > 0) {
      // The end differs when two processes update at once: each keeps a copy, and neither is of a half-made change.
      copySqlite(path, `${path}.before-${next}-${stamp(clock)}-${randomBytes(2).toString('hex')}`);
      const db = await openAndMigrate<T>(openSqliteDialect(path), set);
      removeOldCopies(path);
      return db;
    }
  }
  return openAndMigrate<T>(openSqliteDialect(path), set);
}

/** Only after an update went well: until then the copies are all there is of the database as it was. */
function removeOldCopies(path: string): void {
  const start = `${basename(path)}.before-`;
  const madeAt = (name: string) => /\d{4}-\d\d-\d\dT[\d-]+Z/.exec(name)?.[0] ?? '';
  const copies = readdirSync(dirname(path)).filter((name) => name.startsWith(start) && madeAt(name) !== '');
  const oldestFirst = copies.sort((one, other) => (madeAt(one) < madeAt(other) ? -1 : 1));
  for (const name of oldestFirst.slice(0, -KEPT_COPIES)) rmSync(join(dirname(path), name), { force: true });
}

async function openLedgerFile(path: string, place: DatabasePlace): Promise<LedgerDatabase> {
  const size = sizeOf(path);
  try {
    if (size !== undefined && size > 0)
      refuseNewer(inspectSqlite(path, size, LEDGER_MIGRATIONS.table), LEDGER_MIGRATIONS);
    return await openAndMigrate<LedgerTables>(openSqliteDialect(path), LEDGER_MIGRATIONS);
  } catch (thrown) {
    const isReplaceable =
      thrown instanceof Failure && ['databaseCorrupt', 'databaseNewer'].includes(thrown.code);
    if (!isReplaceable) throw thrown;
    setAside(path, place);
    return openAndMigrate<LedgerTables>(openSqliteDialect(path), LEDGER_MIGRATIONS);
  }
}

async function openAndMigrate<T>(dialect: Dialect, set: MigrationSet): Promise<Kysely<T>> {
  const db = new Kysely<T>({ dialect });
  try {
    await migrate(db as unknown as Kysely<unknown>, set);
    return db;
  } catch (thrown) {
    await db.destroy();
    throw thrown;
  }
}

function setAside(path: string, { clock, log }: DatabasePlace): void {
  const suffix = `.damaged-${stamp(clock)}`;
  for (const companion of ['', '-wal', '-shm']) {
    if (existsSync(path + companion)) renameSync(path + companion, path + suffix + companion);
  }
  log.warn(
    'the ledger was damaged or of a newer version and is made anew; the next runs read every mailbox in full',
    {
      keptAs: basename(path) + suffix,
    },
  );
}

/** Then an empty database was a full one once. */
function hasTracesOfUse(directory: string): boolean {
  return ['key', 'ledger.db', 'certificates'].some((name) => existsSync(join(directory, name)));
}

/** undefined: there is none. */
function sizeOf(path: string): number | undefined {
  try {
    const { size, mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) chmodSync(path, 0o600);
    return size;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw fileFailure(thrown, path);
  }
}

/** In file names: the time without characters that Windows refuses. */
function stamp(clock: Clock): string {
  return clock.now().toISOString().replaceAll(/[:.]/g, '-');
}
