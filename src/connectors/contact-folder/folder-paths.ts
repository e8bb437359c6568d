// Contact folders with their paths, whatever the protocol: how a folder is found again when it was made anew.

import type { FolderId } from '../../model/ids.ts';
import type { ContactFolder } from '../../ports/leftover-items.ts';
import type { FoundMark } from './found-mark.ts';

interface PathFolder {
  readonly folderId: FolderId;
  readonly parentId: string;
  readonly name: string;
  readonly mark: FoundMark;
  readonly holdsContacts: boolean;
}

/** `below`: a folder after the one it lies in. Those of other kinds, and what lies in them, are left out. */
export function contactFolders(
  contacts: Pick<PathFolder, 'folderId'>,
  below: readonly PathFolder[],
): readonly ContactFolder[] {
  return [
    { folderId: contacts.folderId, path: [], isMarked: false },
    ...pathsBelow(contacts, below).map(({ folder: { folderId, mark }, path }) => ({
      ...{ folderId, path, isMarked: mark !== undefined },
    })),
  ];
}

export interface FolderPath<Folder> {
  readonly folder: Folder;
  /** Names from below Contacts down. */
  readonly path: readonly string[];
}

export function pathsBelow<Folder extends PathFolder>(
  contacts: Pick<PathFolder, 'folderId'>,
  below: readonly Folder[],
): readonly FolderPath<Folder>[] {
  const found: FolderPath<Folder>[] = [];
  const paths = new Map<string, readonly string[]>([[contacts.folderId, []]]);
  for (const folder of below) {
    const parent = paths.get(folder.parentId);
    if (parent === undefined || !folder.holdsContacts) continue;
    const path = [...parent, folder.name];
    paths.set(folder.folderId, path);
    found.push({ folder, path });
  }
  return found;
}

/** Names are compared as Exchange does. */
export function folderAt(
  folders: readonly ContactFolder[],
  path: readonly string[],
): ContactFolder | undefined {
  const isSame = (name: string, index: number) => name.toLowerCase() === path[index]?.toLowerCase();
  return folders.find((one) => one.path.length === path.length && one.path.every(isSame));
}
