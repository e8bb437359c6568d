// Contacts of public folders as originals of copies: read as the source of a policy is, but nothing is selected, and each
// is told by search key and age, as its copy will show them.

import type { ItemId } from '../../model/ids.ts';
import type { SourceFolder, WantedFolder } from '../../ports/contact-folders.ts';
import type { OriginalContacts } from '../../ports/original-contacts.ts';
import { type PublicFolderOptions, publicFolderFailure } from './public-folder-source.ts';
import { readItems } from './read-folders.ts';

/** `folders` has to open every contact, and to remember none. */
export function createOriginalContacts(
  options: Pick<PublicFolderOptions, 'folders' | 'reader' | 'location'>,
): OriginalContacts {
  const { folders: contacts } = options;
  let folderOf: ReadonlyMap<ItemId, SourceFolder> = new Map();
  return {
    async read(wanted, signal) {
      try {
        const contents = await readItems(contacts, { folders: [wanted] }, signal);
        const { items, otherItems, gaps, remarks } = contents;
        folderOf = contents.folderOf;
        const placeOf = places(contents.folders, wanted);
        const own = items.filter(({ isMarked }) => !isMarked);
        return {
          contacts: own
            .filter(({ kind, searchKey }) => kind === 'contact' && searchKey !== '')
            .map(({ itemId, searchKey, createdAt, original, properties, further }) => ({
              itemId,
              original: { searchKey, createdAt: original?.createdAt ?? createdAt },
              place: placeOf(folderOf.get(itemId)),
              properties,
              further: further?.properties ?? {},
              pictureStamp: further?.pictureStamp ?? '',
              files: further?.files ?? [],
            })),
          contactLists: own.filter(({ kind }) => kind === 'contactList').length,
          otherItems,
          ofPolicies: items.length - own.length,
          gaps: [...gaps, ...remarks],
        };
      } catch (thrown) {
        throw publicFolderFailure(thrown, options, signal);
      }
    },
    readPictures: (itemIds, signal) =>
      readByFolder(folderOf, itemIds, (folder, ids) => contacts.readPictures(folder, ids, signal)),
    readFormattedNotes: (itemIds, signal) =>
      readByFolder(folderOf, itemIds, async (folder, ids) =>
        contacts.originals === undefined ? [] : contacts.originals.readFormattedNotes(folder, ids, signal),
      ),
    async readFile(itemId, fileId, signal) {
      const folder = folderOf.get(itemId);
      return folder === undefined ? undefined : contacts.originals?.readFile(folder, fileId, signal);
    },
  };
}

async function readByFolder<Part>(
  folderOf: ReadonlyMap<ItemId, SourceFolder>,
  itemIds: readonly ItemId[],
  read: (folder: SourceFolder, ids: readonly ItemId[]) => Promise<readonly (Part | undefined)[]>,
): Promise<readonly (Part | undefined)[]> {
  const found = new Map<ItemId, Part | undefined>();
  for (const [folder, ids] of Map.groupBy(itemIds, (id) => folderOf.get(id))) {
    if (folder === undefined) continue;
    const parts = await read(folder, ids);
    for (const [place, id] of ids.entries()) found.set(id, parts[place]);
  }
  return itemIds.map((id) => found.get(id));
}

/** Names of a folder from below the wanted one. */
function places(folders: readonly SourceFolder[], { path }: WantedFolder) {
  const byId = new Map(folders.map((folder) => [folder.folderId, folder]));
  return (folder: SourceFolder | undefined): readonly string[] => {
    const names: string[] = [];
    for (let at = folder; at?.parentId !== undefined; at = byId.get(at.parentId)) names.unshift(at.name);
    return names.slice(path.length);
  };
}
