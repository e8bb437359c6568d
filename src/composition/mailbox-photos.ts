// Photos of people in the building: the one in the mailbox, which is larger, and thumbnailPhoto of whom has none there or no
// mailbox here. Exchange Server changes the small one together with the large one, which tells whom to ask; beyond that
// everybody is asked now and then (docs/decisions/0016).

import type { DirectoryPhotos } from '../connectors/active-directory/active-directory.ts';
import type { MailboxPhotos } from '../connectors/ews/index.ts';
import { Failure } from '../model/failure.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { PhotoOwner, PhotoSource } from '../ports/photos.ts';

export interface LocalPhotos {
  readonly directory: DirectoryPhotos;
  readonly mailboxes: MailboxPhotos;
  readonly clock: Clock;
}

/** A photo may change without the small one, where somebody else writes that. */
const ASKED_EVERY_DAYS = 14;
/** So many people are asked for nothing but whether the server answers at all. */
const MOST_PROBED = 3;

export function createLocalPhotos({ directory, mailboxes, clock }: LocalPhotos): PhotoSource {
  /** Whose photo is asked for in the mailbox; kept from the stamps, which are read first. */
  let addresses: ReadonlyMap<SourceObjectId, string> = new Map();

  /** undefined: the server gives out photos. */
  async function probe(some: readonly string[], signal: AbortSignal): Promise<Failure | undefined> {
    let failure: Failure | undefined;
    for (const address of some.slice(0, MOST_PROBED)) {
      const [photo] = await mailboxes.read([address], signal);
      if (!(photo instanceof Failure)) return undefined;
      failure = photo;
    }
    return failure;
  }

  return {
    async readStamps(owners, signal) {
      const people = await directory.readPeople(owners, signal);
      const stamps = new Map(people.stamps);
      const failure = await probe([...people.addresses.values()], signal);
      const failures = failure === undefined ? [] : [failure];
      // For good: then the small ones are better than nothing.
      const isClosed = failure?.code === 'mailboxPhotosRefused';
      addresses = isClosed ? new Map() : people.addresses;
      const today = Math.floor(clock.now().getTime() / 86_400_000);
      for (const id of addresses.keys()) {
        // Nobody can say whether the photo in the directory is the one that counts.
        if (failure !== undefined) stamps.delete(id);
        else stamps.set(id, `mailbox ${stamps.get(id) ?? ''} ${roundOf(id, today)}`);
      }
      return { stamps, rationed: new Set(addresses.keys()), failures };
    },

    async readPhotos(owners, signal) {
      const photos = new Map<SourceObjectId, Uint8Array | Failure | undefined>();
      const asked = owners.flatMap(({ id }) => {
        const address = addresses.get(id);
        return address === undefined ? [] : [{ id, address }];
      });
      const found = await mailboxes.read(
        asked.map(({ address }) => address),
        signal,
      );
      for (const [place, { id }] of asked.entries()) photos.set(id, ofPerson(found[place], id));
      const others = owners.filter(({ id }) => photos.get(id) === undefined);
      if (others.length > 0) await readSmall(others, photos, signal);
      return owners.map(({ id }) => photos.get(id));
    },
  };

  async function readSmall(
    owners: readonly PhotoOwner[],
    photos: Map<SourceObjectId, Uint8Array | Failure | undefined>,
    signal: AbortSignal,
  ): Promise<void> {
    const found = await directory.readPhotos(owners, signal);
    for (const [place, { id }] of owners.entries()) photos.set(id, found[place]);
  }
}

/** Another number every so many days, for some of the people on each of them. */
function roundOf(id: SourceObjectId, today: number): number {
  const offset = Number.parseInt(id.slice(0, 8), 16) % ASKED_EVERY_DAYS;
  return Math.floor((today + offset) / ASKED_EVERY_DAYS);
}

function ofPerson(
  photo: Uint8Array | Failure | undefined,
  person: SourceObjectId,
): Uint8Array | Failure | undefined {
  if (!(photo instanceof Failure)) return photo;
  const { requestId } = photo;
  return new Failure(photo.code, {
    details: { ...photo.details, person },
    ...(requestId === undefined ? {} : { requestId }),
    cause: photo,
  });
}
