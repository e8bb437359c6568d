// Which folders a policy means: paths of names below Contacts or the top of the public folders, and what lies below those.

import { Failure } from '../../model/failure.ts';
import type { FolderId } from '../../model/ids.ts';
import type { SourceFolder, WantedFolder } from '../../ports/contact-folders.ts';

export interface ChosenFolders {
  /** Each once. */
  readonly folders: readonly SourceFolder[];
  readonly gaps: readonly Failure[];
}

const CONTACTS: readonly WantedFolder[] = [{ path: [], includeSubfolders: false }];

export function chooseFolders(
  all: readonly SourceFolder[],
  { folders }: { readonly folders: readonly WantedFolder[] },
): ChosenFolders {
  const chosen = new Map<FolderId, SourceFolder>();
  const gaps: Failure[] = [];
  for (const { path, includeSubfolders } of folders.length === 0 ? CONTACTS : folders) {
    const found = follow(all, path);
    if (found instanceof Failure) {
      gaps.push(found);
      continue;
    }
    const within = includeSubfolders ? [found, ...below(all, found)] : [found];
    for (const one of within) {
      chosen.set(one.folderId, one);
      if (includeSubfolders && one.closed !== undefined) gaps.push(one.closed);
    }
  }
  return { folders: [...chosen.values()], gaps };
}

/** A path is a list of names, so that a name may hold any character; folders differ in more than case. */
function follow(all: readonly SourceFolder[], path: readonly string[]): SourceFolder | Failure {
  let at = all.find(({ parentId }) => parentId === undefined);
  for (const name of path) {
    if (at?.closed !== undefined) return at.closed;
    const parent = at?.folderId;
    const lower = name.toLowerCase();
    at = all.find(
      (one) => parent !== undefined && one.parentId === parent && one.name.toLowerCase() === lower,
    );
  }
  if (at?.holdsContacts === true) return at;
  const reason = at === undefined ? {} : { reason: 'holdsNoContacts' };
  return new Failure('sourceFolderNotFound', { details: { path, ...reason } });
}

/** What contactSync made there belongs to no source, nor do the folders that Outlook keeps for itself. */
function below(all: readonly SourceFolder[], top: SourceFolder): readonly SourceFolder[] {
  return all
    .filter(({ parentId }) => parentId === top.folderId)
    .filter(({ holdsContacts, isMarked }) => holdsContacts && !isMarked)
    .flatMap((child) => [child, ...below(all, child)]);
}
