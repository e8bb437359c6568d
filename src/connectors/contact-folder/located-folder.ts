// Folders as the list of those below Contacts shows them, whatever the protocol, and the wish for one of them.

import type { FolderId, PolicyId } from '../../model/ids.ts';
import type { SnapshotFolder } from '../../model/mailbox.ts';
import type { FolderPart } from '../../model/policy.ts';
import type { Stamped } from './folder-stamp.ts';
import { type FoundMark, isNewer } from './found-mark.ts';

export interface ListedFolder extends Stamped {
  readonly folderId: FolderId;
  readonly parentId: string;
  readonly name: string;
  readonly mark: FoundMark;
}

/** One of the contact folder with its sub-folders; '' is the contact folder itself. */
export type Located<Folder extends ListedFolder> = Folder & { readonly key: string };

export interface FolderWish {
  readonly policyId: PolicyId;
  readonly folder: FolderPart;
  /** What the mark of a folder says to which a policy gave this name. */
  readonly nameFingerprint: string;
}

/** Another policy made it under our name, and the user renamed or moved it: it is the folder of both all the same. */
export function wasGivenName({ mark }: ListedFolder, { nameFingerprint }: FolderWish): boolean {
  return mark !== undefined && !isNewer(mark) && mark.fingerprint === nameFingerprint;
}

/** In this spelling, or at least by this name. */
export function byName<T extends { readonly name: string }>(
  folders: readonly T[],
  name: string,
): T | undefined {
  const lower = name.toLowerCase();
  return folders.find((one) => one.name === name) ?? folders.find((one) => one.name.toLowerCase() === lower);
}

export function snapshotFolder(
  { key, folderId, name, mark }: Located<ListedFolder>,
  syncToken: string | undefined,
): SnapshotFolder {
  return { key, folderId, name, mark: isNewer(mark) ? undefined : mark, syncToken };
}
