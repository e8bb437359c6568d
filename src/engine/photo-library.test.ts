// What the library holds and asks for again, whatever the number of mailboxes.

import { describe, expect, it } from 'vitest';
import { PhotoLibrary } from './photo-library.ts';
import type { PhotoParts } from './run-ports.ts';
import { PhotosInMemory } from './testing/photos-in-memory.ts';
import { personId } from './testing/world.ts';

const signal = new AbortController().signal;
const PEOPLE = 100;

/** Photos of so many bytes, read in an earlier run; the reads of the cache since. */
async function known(bytes: number, mostBytes?: number) {
  const photos = new PhotosInMemory();
  const owners = Array.from({ length: PEOPLE }, (_, n) => ({
    id: personId(n),
    kind: 'userMailbox' as const,
  }));
  for (const [n, { id }] of owners.entries()) photos.byPerson.set(id, `${n} `.padEnd(bytes, '.'));
  await new PhotoLibrary(photos.parts).look(owners, signal);
  const reads: string[] = [];
  const { cache } = photos.parts;
  const watched: PhotoParts['cache'] = {
    ...cache,
    read(key) {
      reads.push(key);
      return cache.read(key);
    },
  };
  const library = new PhotoLibrary({ ...photos.parts, cache: watched }, mostBytes);
  const { digests } = await library.look(owners, signal);
  reads.length = 0;
  const takeAll = async () => {
    for (const { id } of owners) {
      const jpeg = await library.jpegOf(id, digests.get(id) ?? '', signal);
      expect(jpeg?.length).toBeGreaterThan(bytes);
    }
  };
  return { photos, reads, takeAll };
}

describe('the photo library', () => {
  it('reads each portion once for all mailboxes at once, and no photo again from the source', async () => {
    const { photos, reads, takeAll } = await known(10);
    await Promise.all([takeAll(), takeAll(), takeAll()]);
    await takeAll();
    expect(reads).toHaveLength(3);
    expect(photos.fetched).toHaveLength(PEOPLE);
  });

  it('holds no more than a bound, and then reads again what it let go', async () => {
    const { photos, reads, takeAll } = await known(100, (PEOPLE * 100) / 2);
    await takeAll();
    await takeAll();
    expect(reads.length).toBeGreaterThan(3);
    expect(photos.fetched).toHaveLength(PEOPLE);
  });
});
