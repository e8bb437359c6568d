// Who may change what stands in a directory. Windows keeps that in access lists, which Node does not show.

import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const WRITABLE_BY_OTHERS = 0o022;

/** The mode as text, if group or others may write; undefined where all is well, or on Windows. */
export function modeOpenToOthers(path: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const { mode } = statSync(path);
  return (mode & WRITABLE_BY_OTHERS) === 0 ? undefined : (mode & 0o7777).toString(8).padStart(4, '0');
}

/**
 * Where code may be kept that is compiled, or unpacked from the single executable. undefined where somebody else could put code of their own for this account to run,
 * or where that cannot be told.
 */
export function codeDirectory(dataDirectory: string, userId: number | undefined): string | undefined {
  const cache = join(dataDirectory, 'cache');
  const isPrivate = (path: string) => statSync(path).uid === userId && modeOpenToOthers(path) === undefined;
  try {
    if (userId === undefined || !isPrivate(dataDirectory)) return undefined;
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    return isPrivate(cache) ? cache : undefined;
  } catch {
    return undefined;
  }
}
