// What happens to the contact folder and its sub-folders. A folder we did not mark is never renamed or removed.

import type { ManagedContact, SnapshotFolder } from '../model/mailbox.ts';
import type { FolderAction } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import { folderNameFingerprint } from './fingerprint.ts';

export interface RootVerdict {
  /** false: nothing may be written below this folder. */
  readonly mayUse: boolean;
  readonly actions: readonly FolderAction[];
  readonly renamedByUser: boolean;
}

/** The contact folder itself, for a mailbox that is to be filled. */
export function decideRoot(
  policy: Policy,
  root: SnapshotFolder | undefined,
  contacts: readonly ManagedContact[],
  hasWanted: boolean,
): RootVerdict {
  const use: RootVerdict = { mayUse: true, actions: [], renamedByUser: false };
  const name = policy.folder.name;
  if (policy.folder.useDefaultContacts) return use;
  if (root === undefined) {
    return hasWanted ? { ...use, actions: [{ kind: 'create', key: '', name }] } : use;
  }
  if (root.mark === undefined) {
    const holdsOurs = contacts.some((contact) => contact.mark.policyId === policy.id);
    if (holdsOurs || policy.folder.existing === 'adopt') {
      return policy.folder.existing === 'use'
        ? use
        : { ...use, actions: [{ kind: 'adopt', key: '', folderId: root.folderId, name: root.name }] };
    }
    return policy.folder.existing === 'use' ? use : { ...use, mayUse: false };
  }
  if (root.mark.policyId !== policy.id || root.name === name) return use;
  // The mark remembers the name we gave: it tells whether the user renamed the folder or the policy changed.
  if (root.mark.fingerprint === folderNameFingerprint(name)) return { ...use, renamedByUser: true };
  return { ...use, actions: [{ kind: 'rename', key: '', folderId: root.folderId, from: root.name, name }] };
}

/** Sub-folders that contacts to be created need and that are not there. */
export function missingSubfolders(
  folders: readonly SnapshotFolder[],
  neededKeys: Iterable<string>,
): readonly FolderAction[] {
  const present = new Set(folders.map((folder) => folder.key));
  return [...new Set(neededKeys)]
    .filter((key) => key !== '' && !present.has(key))
    .sort()
    .map((key) => ({ kind: 'create', key, name: key }));
}

/**
 * Folders that hold nothing any more after the plan. Only folders with this policy's mark; sub-folders first. The
 * target looks once more before it removes one: the user may have put something in meanwhile.
 */
export function emptiedFolders(
  policy: Policy,
  folders: readonly SnapshotFolder[],
  remainingKeys: ReadonlySet<string>,
  isLeaving: boolean,
  foreignCount: number,
): readonly FolderAction[] {
  // It is not known in which of the folders the user's items lie, so all of them stay.
  if (foreignCount > 0) return [];
  const ours = folders.filter((folder) => folder.mark?.policyId === policy.id);
  const subfolders = ours.filter((folder) => folder.key !== '' && !remainingKeys.has(folder.key));
  const root = ours.find((folder) => folder.key === '');
  const rootIsEmpty =
    isLeaving &&
    root !== undefined &&
    remainingKeys.size === 0 &&
    !policy.folder.useDefaultContacts &&
    folders.every((folder) => folder.key === '' || subfolders.includes(folder));
  return [...subfolders, ...(rootIsEmpty ? [root] : [])].map((folder) => ({
    kind: 'remove',
    key: folder.key,
    folderId: folder.folderId,
    name: folder.name,
  }));
}
