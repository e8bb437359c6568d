// Code that the single executable carries and the system loads from files alone: native code. It is unpacked once, and
// looked at before every use; what was damaged since is unpacked again.

import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export interface CarriedCode {
  readonly files: readonly CarriedFile[];
  readonly read: (path: string) => Uint8Array;
}

export interface CarriedFile {
  /** With forward slashes. */
  readonly path: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

const START = 'carried-';

/**
 * The folder of the files, in this directory, which must belong to this account alone. Several processes may ask at once:
 * a folder that is whole is left alone.
 */
export function unpackCarried(code: CarriedCode, directory: string): string {
  const name = START + sha256(JSON.stringify(code.files)).slice(0, 32);
  const folder = join(directory, name);
  if (isWhole(folder, code.files)) return folder;
  // Of other versions; what another process just unpacks begins with the same name.
  for (const other of readdirSync(directory))
    if (other.startsWith(START) && !other.startsWith(name)) remove(join(directory, other));
  const fresh = mkdtempSync(`${folder}.`);
  try {
    write(code, fresh);
    putInPlace(fresh, folder, code.files);
  } finally {
    remove(fresh);
  }
  return folder;
}

function write(code: CarriedCode, folder: string): void {
  for (const { path, sha256: expected } of code.files) {
    const bytes = code.read(path);
    if (sha256(bytes) !== expected) throw new Error(`${path} in the executable is damaged`);
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, bytes, { mode: 0o600, flag: 'wx' });
  }
}

function putInPlace(fresh: string, folder: string, files: readonly CarriedFile[]): void {
  try {
    renameSync(fresh, folder);
  } catch (thrown) {
    // A folder is never renamed over one with files in it.
    if (isWhole(folder, files)) return;
    const damaged = mkdtempSync(`${folder}.`);
    try {
      renameSync(folder, join(damaged, 'damaged'));
      renameSync(fresh, folder);
    } catch {
      if (!isWhole(folder, files)) throw thrown;
    } finally {
      remove(damaged);
    }
  }
}

function isWhole(folder: string, files: readonly CarriedFile[]): boolean {
  try {
    const found = readdirSync(folder, { recursive: true, withFileTypes: true });
    return (
      found.filter((entry) => !entry.isDirectory()).length === files.length &&
      files.every(({ path, sha256: expected }) => sha256(readFileSync(join(folder, path))) === expected)
    );
  } catch {
    return false;
  }
}

/** What cannot be removed costs space, and is tried again with the next version. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {}
}

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
