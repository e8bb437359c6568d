// Puts restored parts in the place of what a data directory holds. A marker stands there meanwhile, at which everybody
// else turns back: whoever is killed in between leaves a directory that says so, and no mixture that looks whole.

import { existsSync, statSync } from 'node:fs';
import { copyFile, cp, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../model/failure.ts';
import type { Clock } from '../ports/clock.ts';
import { DATABASE } from './backup-manifest.ts';
import { exists, syncDirectory, writeDurably } from './durable-files.ts';
import { askSqlite, foldUnlessShared } from './sqlite.ts';
import { fileFailure } from './storage-failures.ts';

const MARKER = 'restoring';
const KEY = 'key';
/** Of what a backup holds or what belongs to it; logs and compiled code stay. */
const MOVED = [
  'ledger.db',
  'ledger.db-wal',
  'ledger.db-shm',
  'ledger.db.damaged',
  'certificates',
  `${DATABASE}-wal`,
  `${DATABASE}-shm`,
];

/** A key alone is no use yet: it is put there before a restore. */
export async function refuseUsedDirectory(directory: string): Promise<void> {
  refuseUnfinishedRestore(directory);
  for (const name of [DATABASE, ...MOVED]) {
    if (await exists(join(directory, name)))
      throw new Failure('dataDirectoryNotEmpty', { details: { path: directory, found: name } });
  }
}

/** For whoever opens the databases. */
export function refuseUnfinishedRestore(directory: string): void {
  if (existsSync(join(directory, MARKER)))
    throw new Failure('restoreUnfinished', { details: { path: directory } });
}

/** Tells the file at a path from one that takes its place. */
export function fileIdentity(path: string): string | undefined {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? undefined : `${found.dev}:${found.ino}`;
  } catch (thrown) {
    throw fileFailure(thrown, path);
  }
}

/** Returns where what was there stands now, or undefined when there was nothing. Throws `dataDirectoryHeld`. */
export async function replaceData(
  { dataDirectory, clock }: { readonly dataDirectory: string; readonly clock: Clock },
  staging: string,
  { keepsKey }: { readonly keepsKey: boolean },
): Promise<string | undefined> {
  const marker = join(dataDirectory, MARKER);
  const isFirstTry = !(await exists(marker));
  if (isFirstTry) await writeDurably(marker, `${clock.now().toISOString()}\n`);
  await syncDirectory(dataDirectory);
  try {
    refuseHeld(join(dataDirectory, DATABASE), clock);
  } catch (thrown) {
    // Nothing has been changed, by this try.
    if (isFirstTry) await rm(marker, { force: true });
    throw thrown;
  }
  const hasNewKey = await exists(join(staging, KEY));
  const setAside = await setAsideData(dataDirectory, clock, { keepsKey, hasNewKey });
  // The database last: until then the marker alone keeps the parts from being used together.
  for (const name of [KEY, 'certificates', DATABASE]) {
    const part = join(staging, name);
    if (await exists(part)) await rename(part, join(dataDirectory, name));
  }
  await syncDirectory(dataDirectory);
  await rm(marker);
  await syncDirectory(dataDirectory);
  return setAside;
}

function refuseHeld(path: string, clock: Clock): void {
  if (!existsSync(path)) return;
  try {
    if (foldUnlessShared(path)) return;
  } catch (thrown) {
    // It is damaged, which is a reason to restore; whether somebody has it open cannot be told.
    if (thrown instanceof Failure && thrown.code === 'databaseCorrupt') return;
    throw thrown;
  }
  const now = clock.now().getTime();
  const question = `select holder, since from lease where expires_ms > ${now} order by name = 'service' desc, name`;
  const [lease] = askSqlite(path, question);
  const details = lease === undefined ? {} : { holder: String(lease.holder), since: String(lease.since) };
  throw new Failure('dataDirectoryHeld', { details });
}

async function setAsideData(
  directory: string,
  clock: Clock,
  { keepsKey, hasNewKey }: { readonly keepsKey: boolean; readonly hasNewKey: boolean },
): Promise<string | undefined> {
  const present = (await readdir(directory)).filter((name) => [DATABASE, KEY, ...MOVED].includes(name));
  if (present.every((name) => name === KEY && !hasNewKey)) return undefined;
  const stamp = clock.now().toISOString().replaceAll(/[:.]/g, '-');
  const folder = await newFolder(join(directory, `replaced-${stamp}`));
  // All of it is there before any of it goes here: killed in between, either folder is whole.
  for (const name of present) await copyAside(join(directory, name), join(folder, name));
  await syncDirectory(folder);
  for (const name of present) {
    // These keep their place until something else takes it.
    if (name === DATABASE || (name === KEY && keepsKey)) continue;
    await rm(join(directory, name), { recursive: true, force: true });
  }
  return folder;
}

/** A second try within one millisecond, or with a clock that was set back, must not mix with the first. */
async function newFolder(wished: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const path = number === 1 ? wished : `${wished}-${number}`;
    if (await exists(path)) continue;
    await mkdir(path, { mode: 0o700 });
    return path;
  }
}

async function copyAside(from: string, to: string): Promise<void> {
  if ((await stat(from)).isDirectory()) await cp(from, to, { recursive: true });
  else await link(from, to).catch(() => copyFile(from, to));
}
