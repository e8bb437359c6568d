// Files that are on disk, whole, before anything relies on them.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface FileDigest {
  readonly size: number;
  readonly sha256: string;
}

export async function digestOf(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  return { size, sha256: hash.digest('hex') };
}

export function digestOfBytes(bytes: Uint8Array): FileDigest {
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Windows cannot; there NTFS keeps the order by itself. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Gives a whole file its name, and never takes the place of another one: throws EEXIST. */
export async function nameFile(draft: string, path: string): Promise<void> {
  await chmod(draft, 0o600);
  try {
    await link(draft, path);
    await rm(draft);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') throw thrown;
    // A file system without links, such as exFAT.
    if (await exists(path)) throw Object.assign(new Error('exists'), { code: 'EEXIST', cause: thrown });
    await rename(draft, path);
  }
  await syncDirectory(dirname(path));
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}

export function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
