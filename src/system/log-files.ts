// Files of the log that are full: their names, how many are kept, and which are too old.

import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LogFiles } from '../ports/log-files.ts';

export interface LogLimits {
  readonly fileBytes: number;
  readonly fileHours: number;
  /** With the one in use. */
  readonly files: number;
}

const MEGABYTE = 1024 * 1024;
const DEFAULTS = { megabytes: 10, files: 30 } as const;
const HOURS_OF_DAY = 24;

/** What is no number within bounds is as if it were not said: no log is worse than a log of another size. */
export function logLimitsOf(variables: NodeJS.ProcessEnv): LogLimits {
  const number = (name: string, otherwise: number, most: number) => {
    const said = Number(variables[name] ?? '');
    return Number.isInteger(said) && said >= 1 && said <= most ? said : otherwise;
  };
  return {
    fileBytes: number('CONTACTSYNC_LOG_FILE_MB', DEFAULTS.megabytes, 1_000) * MEGABYTE,
    fileHours: HOURS_OF_DAY,
    files: number('CONTACTSYNC_LOG_FILES', DEFAULTS.files, 1_000),
  };
}

/** contactsync.log becomes contactsync.2026-11-02T08-00-00-000Z.123.log: by name in the order in which they ended. */
function nameOfFull(file: string, now: Date, processId: number): string {
  const time = now.toISOString().replaceAll(/[:.]/g, '-');
  return join(dirname(file), `${stem(file)}.${time}.${processId}.log`);
}

const stem = (file: string) => basename(file).replace(/\.log$/, '');

/** Oldest first. */
function fullFiles(file: string): readonly { readonly path: string; readonly endedAt: string }[] {
  const start = `${stem(file)}.`;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(start))
    .flatMap((name) => {
      const found = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)\.\d+\.log$/.exec(
        name.slice(start.length),
      );
      if (found === null) return [];
      const [, hour, minute, second, rest] = found;
      return [{ path: join(dirname(file), name), endedAt: `${hour}:${minute}:${second}.${rest}` }];
    })
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The oldest go; one that cannot be removed now is removed later. */
export function removeSurplus(file: string, kept: number): void {
  const full = fullFiles(file);
  for (const { path } of full.slice(0, Math.max(0, full.length - kept))) isGone(path);
}

export function openLogFiles(file: string): LogFiles {
  const olderThan = (before: string) => {
    try {
      return fullFiles(file).filter(({ endedAt }) => endedAt < before);
    } catch {
      // Nothing was logged yet.
      return [];
    }
  };
  return {
    count: (before) => olderThan(before).length,
    remove(before) {
      return olderThan(before).filter(({ path }) => isGone(path)).length;
    },
  };
}

function isGone(path: string): boolean {
  try {
    rmSync(path, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** Puts the file aside under a name that comes after all others, also when the clock stands or was set back. */
export function putAside(file: string, now: Date, processId: number): void {
  const newest = Date.parse(fullFiles(file).at(-1)?.endedAt ?? '');
  const time = Number.isNaN(newest) ? now.getTime() : Math.max(now.getTime(), newest + 1);
  let target = nameOfFull(file, new Date(time), processId);
  // Renaming would take the place of what another process put there just now.
  for (let later = 1; existsSync(target); later += 1)
    target = nameOfFull(file, new Date(time + later), processId);
  renameSync(file, target);
}
