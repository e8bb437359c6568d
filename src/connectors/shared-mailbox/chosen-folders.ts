// Which folders of the mailbox a policy means: paths of names below Contacts, and what lies below those.

import { Failure } from '../../model/failure.ts';
import type { FolderId } from '../../model/ids.ts';
import type { SharedMailboxSource } from '../../model/policy.ts';
import type { SourceFolder } from '../../ports/contact-folders.ts';

export interface ChosenFolders {
  /** Each once. */
  readonly folders: readonly SourceFolder[];
  readonly gaps: readonly Failure[];
}

const CONTACTS: SharedMailboxSource['folders'] = [{ path: [], includeSubfolders: false }];

export function chooseFolders(
  all: readonly SourceFolder[],
  { folders }: Pick<SharedMailboxSource, 'folders'>,
): ChosenFolders {
  const chosen = new Map<FolderId, SourceFolder>();
  const gaps: Failure[] = [];
  for (const { path, includeSubfolders } of folders.length === 0 ? CONTACTS : folders) {
    const found = follow(all, path);
    if (found === undefined) {
      gaps.push(new Failure('sourceFolderNotFound', { details: { path } }));
      continue;
    }
    chosen.set(found.folderId, found);
    if (includeSubfolders) for (const one of below(all, found)) chosen.set(one.folderId, one);
  }
  return { folders: [...chosen.values()], gaps };
}

/** A path is a list of names, so that a name may hold any character; folders differ in more than case. */
function follow(all: readonly SourceFolder[], path: readonly string[]): SourceFolder | undefined {
  let at = all.find(({ parentId }) => parentId === undefined);
  for (const name of path) {
    const parent = at?.folderId;
    const lower = name.toLowerCase();
    at = all.find(
      (one) => parent !== undefined && one.parentId === parent && one.name.toLowerCase() === lower,
    );
  }
  return at?.holdsContacts === true ? at : undefined;
}

/** What contactSync made there belongs to no source, nor do the folders that Outlook keeps for itself. */
function below(all: readonly SourceFolder[], top: SourceFolder): readonly SourceFolder[] {
  return all
    .filter(({ parentId }) => parentId === top.folderId)
    .filter(({ holdsContacts, isMarked }) => holdsContacts && !isMarked)
    .flatMap((child) => [child, ...below(all, child)]);
}
