// Photos of people in Active Directory: thumbnailPhoto, which has no stamp of its own, so that its digest is taken. Reading
// it is cheap beside making it fit, and only what changed is held.

import { createHash } from 'node:crypto';
import type { SourceObjectId } from '../../model/ids.ts';
import type { PhotoOwner, PhotoSource } from '../../ports/photos.ts';
import { and, equals, not, or, present } from '../ldap-client/filter.ts';
import { guidBytes, guidText } from '../ldap-client/object-guid.ts';
import { bytesOf } from '../ldap-client/values.ts';
import type { DirectoryParts } from './reading-directory.ts';

const PHOTO = 'thumbnailPhoto';
/** As many ids as one filter may hold without costing the domain controller more than the way there. */
const IDS_PER_SEARCH = 50;
/** True of exactly the objects at which the attribute may be read: a photo that is hidden is not one that is gone. */
const IS_TOLD = or(present(PHOTO), not(present(PHOTO)));

export function createDirectoryPhotos({ session, globalCatalog }: DirectoryParts): PhotoSource {
  /** Calls `take` for everybody whose photo may be read. */
  async function read(
    owners: readonly PhotoOwner[],
    take: (id: SourceObjectId, photo: Buffer | undefined) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const wanted = new Map<string, SourceObjectId>(owners.map(({ id }) => [id, id]));
    for (let at = 0; at < owners.length; at += IDS_PER_SEARCH) {
      const ids = owners.slice(at, at + IDS_PER_SEARCH).map(({ id }) => equals('objectGUID', guidBytes(id)));
      await session.read(
        (reader) =>
          reader.search(
            {
              base: globalCatalog ? '' : reader.facts.defaultNamingContext,
              scope: 'sub',
              filter: and(or(...ids), IS_TOLD),
              attributes: ['objectGUID', PHOTO],
            },
            (entries) => {
              for (const entry of entries) {
                const [guid] = bytesOf(entry, 'objectGUID');
                const id = wanted.get((guid && guidText(guid)) ?? '');
                if (id !== undefined) take(id, bytesOf(entry, PHOTO).at(-1));
              }
            },
            signal,
          ),
        signal,
      );
    }
  }

  return {
    async readStamps(owners, signal) {
      const stamps = new Map<SourceObjectId, string>();
      await read(
        owners,
        (id, photo) => {
          if (photo !== undefined) stamps.set(id, createHash('sha256').update(photo).digest('base64url'));
          // A global catalog may not hold the attribute at all.
          else if (!globalCatalog) stamps.set(id, '');
        },
        signal,
      );
      return { stamps, failures: [] };
    },

    async readPhotos(owners, signal) {
      const photos = new Map<SourceObjectId, Uint8Array | undefined>();
      await read(owners, (id, photo) => photos.set(id, photo && new Uint8Array(photo)), signal);
      return owners.map(({ id }) => photos.get(id));
    },
  };
}
