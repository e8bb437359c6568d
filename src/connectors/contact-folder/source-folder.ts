// A listed folder as a source of contacts shows it.

import { folderId as asFolderId } from '../../model/ids.ts';
import type { SourceFolder } from '../../ports/contact-folders.ts';
import type { ListedFolder } from './located-folder.ts';

export function sourceFolder(folder: ListedFolder & Pick<SourceFolder, 'holdsContacts'>): SourceFolder {
  const { folderId, parentId, name, holdsContacts, mark, itemCount, lastCommit } = folder;
  return {
    folderId,
    parentId: asFolderId(parentId),
    name,
    holdsContacts,
    isMarked: mark !== undefined,
    stamp: itemCount === undefined ? undefined : `${itemCount} ${lastCommit ?? ''}`,
  };
}
