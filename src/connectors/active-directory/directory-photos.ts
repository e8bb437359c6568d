// Photos of people in Active Directory: thumbnailPhoto, which has no stamp of its own, so that its digest is taken. Reading
// it is cheap beside making it fit, and only what changed is held. Exchange Server writes it whenever the photo in the
// mailbox changes, so it also tells whom to ask there (docs/decisions/0016).

import { createHash } from 'node:crypto';
import type { SourceObjectId } from '../../model/ids.ts';
import type { PhotoOwner, PhotoSource } from '../../ports/photos.ts';
import { and, equals, not, or, present } from '../ldap-client/filter.ts';
import type { RawEntry } from '../ldap-client/messages.ts';
import { guidBytes, guidText } from '../ldap-client/object-guid.ts';
import { bytesOf, textsOf } from '../ldap-client/values.ts';
import { smtpAddresses } from './decode-recipient.ts';
import { firstValue } from './directory-entry.ts';
import type { DirectoryParts } from './reading-directory.ts';
import { isRemote } from './recipient-kinds.ts';

const PHOTO = 'thumbnailPhoto';
/** As many ids as one filter may hold without costing the domain controller more than the way there. */
const IDS_PER_SEARCH = 50;
/** True of exactly the objects at which the attribute may be read: a photo that is hidden is not one that is gone. */
const IS_TOLD = or(present(PHOTO), not(present(PHOTO)));

/** Where the mailbox is, and its address. */
const OF_THE_MAILBOX = [
  'objectClass',
  'mail',
  'proxyAddresses',
  'homeMDB',
  'msExchHomeServerName',
  'msExchRecipientTypeDetails',
  'msExchRemoteRecipientType',
] as const;

export interface DirectoryPhotos extends PhotoSource {
  /** The stamps, and the addresses of those whose mailbox is on a server in the building. */
  readPeople(
    owners: readonly PhotoOwner[],
    signal: AbortSignal,
  ): Promise<{
    readonly stamps: ReadonlyMap<SourceObjectId, string>;
    readonly addresses: ReadonlyMap<SourceObjectId, string>;
  }>;
}

export function createDirectoryPhotos({ session, globalCatalog }: DirectoryParts): DirectoryPhotos {
  /** Calls `take` for everybody whose photo may be read. */
  async function read(
    owners: readonly PhotoOwner[],
    more: readonly string[],
    take: (id: SourceObjectId, photo: Buffer | undefined, entry: RawEntry) => void,
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
              attributes: ['objectGUID', PHOTO, ...more],
            },
            (entries) => {
              for (const entry of entries) {
                const [guid] = bytesOf(entry, 'objectGUID');
                const id = wanted.get((guid && guidText(guid)) ?? '');
                if (id !== undefined) take(id, bytesOf(entry, PHOTO).at(-1), entry);
              }
            },
            signal,
          ),
        signal,
      );
    }
  }

  const readPeople: DirectoryPhotos['readPeople'] = async (owners, signal) => {
    const stamps = new Map<SourceObjectId, string>();
    const addresses = new Map<SourceObjectId, string>();
    await read(
      owners,
      OF_THE_MAILBOX,
      (id, photo, entry) => {
        if (photo !== undefined) stamps.set(id, createHash('sha256').update(photo).digest('base64url'));
        // A global catalog may not hold the attribute at all.
        else if (!globalCatalog) stamps.set(id, '');
        const address = addressOfMailbox(entry);
        if (address !== undefined) addresses.set(id, address);
      },
      signal,
    );
    return { stamps, addresses };
  };

  return {
    readPeople,

    async readStamps(owners, signal) {
      const { stamps } = await readPeople(owners, signal);
      return { stamps, failures: [] };
    },

    async readPhotos(owners, signal) {
      const photos = new Map<SourceObjectId, Uint8Array | undefined>();
      await read(owners, [], (id, photo) => photos.set(id, photo && new Uint8Array(photo)), signal);
      return owners.map(({ id }) => photos.get(id));
    },
  };
}

function addressOfMailbox(raw: RawEntry): string | undefined {
  const values = OF_THE_MAILBOX.map((name) => [name, textsOf(raw, name)] as const);
  const entry = { guid: '', dn: '', sid: undefined, usn: '', values: Object.fromEntries(values) };
  const isHere = firstValue(entry, 'homeMDB') !== '' || firstValue(entry, 'msExchHomeServerName') !== '';
  return isHere && !isRemote(entry) ? smtpAddresses(entry)[0] : undefined;
}
