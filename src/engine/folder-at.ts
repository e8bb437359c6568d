// A folder by its path: how one that was made again is found.

import { foldCase } from '../core/case-folding.ts';
import type { ContactFolder } from '../ports/leftover-items.ts';

export function folderAt(
  folders: readonly ContactFolder[],
  path: readonly string[],
): ContactFolder | undefined {
  const wanted = path.map(foldCase);
  return folders.find(
    (one) => one.path.length === wanted.length && one.path.every((name, at) => foldCase(name) === wanted[at]),
  );
}
