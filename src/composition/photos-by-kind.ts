// Whose photo is read where: of contact items from their folders, of everybody else from the directory.

import type { SourceObjectId } from '../model/ids.ts';
import type { PhotoOwner, PhotoSource } from '../ports/photos.ts';

const isItem = ({ kind }: PhotoOwner): boolean => kind === 'contactItem' || kind === 'contactList';

export function photosByKind(people: PhotoSource, items: PhotoSource): PhotoSource {
  const sides = [
    { source: items, is: isItem },
    { source: people, is: (owner: PhotoOwner) => !isItem(owner) },
  ];
  return {
    async readStamps(owners, signal) {
      const stamps = new Map<SourceObjectId, string>();
      const rationed = new Set<SourceObjectId>();
      const failures = [];
      for (const { source, is } of sides) {
        const some = owners.filter(is);
        // Who is asked for nothing needs no right for it.
        if (some.length === 0) continue;
        const told = await source.readStamps(some, signal);
        for (const [id, stamp] of told.stamps) stamps.set(id, stamp);
        for (const id of told.rationed ?? []) rationed.add(id);
        failures.push(...told.failures);
      }
      return { stamps, rationed, failures };
    },

    async readPhotos(owners, signal) {
      const photos = new Map<SourceObjectId, Awaited<ReturnType<PhotoSource['readPhotos']>>[number]>();
      for (const { source, is } of sides) {
        const some = owners.filter(is);
        if (some.length === 0) continue;
        const read = await source.readPhotos(some, signal);
        for (const [place, { id }] of some.entries()) photos.set(id, read[place]);
      }
      return owners.map(({ id }) => photos.get(id));
    },
  };
}
