// The files of the repository, without what is installed or built. Needs no git, so that an unpacked archive can be
// tested as well.

import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');

const NOT_OURS: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist', 'coverage', '.contactsync']);

/** Paths from the root, with forward slashes, sorted. */
export function treeFiles(): readonly string[] {
  return filesBelow('').sort();
}

function filesBelow(folder: string): string[] {
  return readdirSync(resolve(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
