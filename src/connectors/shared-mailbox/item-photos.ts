// Pictures of contact items as photos of people: found with the items, and read only when somebody wants them. What is not
// known from a reading of this connection is not told; nothing is taken away for that.

import { asFailure, type Failure } from '../../model/failure.ts';
import type { ItemId, SourceObjectId } from '../../model/ids.ts';
import type { ContactFolders, SourceFolder } from '../../ports/contact-folders.ts';
import type { PhotoSource } from '../../ports/photos.ts';

export interface FoundItem {
  readonly id: SourceObjectId;
  readonly itemId: ItemId;
  readonly folder: SourceFolder;
  /** As SourceItem has it. */
  readonly pictureStamp: string;
}

export interface ItemPhotos extends PhotoSource {
  remember(contacts: ContactFolders, items: readonly FoundItem[]): void;
}

interface Place extends FoundItem {
  readonly contacts: ContactFolders;
}

export function createItemPhotos(): ItemPhotos {
  const places = new Map<SourceObjectId, Place>();

  async function readTogether(
    group: readonly Place[],
    signal: AbortSignal,
  ): Promise<readonly (Uint8Array | Failure | undefined)[]> {
    const [first] = group;
    if (first === undefined) return [];
    try {
      const ids = group.map(({ itemId }) => itemId);
      return await first.contacts.readPictures(first.folder, ids, signal);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (signal.aborted || failure.facts.scope === 'run') throw failure;
      return group.map(() => failure);
    }
  }

  return {
    remember(contacts, items) {
      for (const item of items) places.set(item.id, { ...item, contacts });
    },

    async readStamps(owners) {
      const stamps = owners.flatMap(({ id }) => {
        const place = places.get(id);
        return place === undefined ? [] : [[id, place.pictureStamp] as const];
      });
      return { stamps: new Map(stamps), failures: [] };
    },

    async readPhotos(owners, signal) {
      const asked = owners.flatMap(({ id }) => places.get(id) ?? []);
      const photos = new Map<SourceObjectId, Uint8Array | Failure | undefined>();
      for (const group of Map.groupBy(asked, ({ folder }) => folder.folderId).values()) {
        const read = await readTogether(group, signal);
        for (const [place, { id }] of group.entries()) photos.set(id, read[place]);
      }
      return owners.map(({ id }) => photos.get(id));
    },
  };
}
