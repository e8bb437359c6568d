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

describe('photos that cost a request each', () => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ id: personId(n + 1), kind: 'userMailbox' as const }));

  function rationed(count: number, most: number) {
    const photos = new PhotosInMemory();
    const owners = people(count);
    for (const { id } of owners) photos.rationed.add(id);
    const look = async () => {
      photos.fetched.length = 0;
      const known = await new PhotoLibrary(photos.parts, 1_000_000, most).look(owners, signal);
      return { known: owners.map(({ id }) => known.digests.get(id)), postponed: known.postponed };
    };
    return { photos, look };
  }

  it('are asked for so many at a time, and what was known holds until then', async () => {
    const { photos, look } = rationed(5, 2);
    for (let n = 1; n <= 5; n += 1) photos.byPerson.set(personId(n), `${n}`);
    expect(await look()).toEqual({
      known: ['of-1', 'of-2', undefined, undefined, undefined],
      postponed: 3,
    });
    expect(await look()).toMatchObject({
      known: ['of-1', 'of-2', 'of-3', 'of-4', undefined],
      postponed: 1,
    });
    const all = ['of-1', 'of-2', 'of-3', 'of-4', 'of-5'];
    expect(await look()).toEqual({ known: all, postponed: 0 });
    expect(await look()).toEqual({ known: all, postponed: 0 });
    expect(photos.fetched).toEqual([]);

    photos.round = 2;
    photos.byPerson.set(personId(1), 'new').set(personId(5), 'newer');
    expect(await look()).toEqual({ known: ['of-new', ...all.slice(1)], postponed: 3 });
    await look();
    expect((await look()).known).toEqual(['of-new', 'of-2', 'of-3', 'of-4', 'of-newer']);
  });

  it('are known not to be there only when they were asked for, and then not asked for again', async () => {
    const { photos, look } = rationed(1, 10);
    expect(await look()).toEqual({ known: [''], postponed: 0 });
    await look();
    expect(photos.fetched).toEqual([]);
    photos.round = 2;
    photos.byPerson.set(personId(1), 'anna');
    expect((await look()).known).toEqual(['of-anna']);
    photos.round = 3;
    photos.byPerson.clear();
    expect((await look()).known).toEqual(['']);
  });

  it('twin: of others one that vanished between two readings is not known to be gone', async () => {
    const photos = new PhotosInMemory();
    photos.byPerson.set(personId(1), 'anna');
    const source = { ...photos.parts.source, readStamps: photos.readStamps.bind(photos) };
    const vanished = { ...source, readPhotos: async () => [undefined] };
    const { digests } = await new PhotoLibrary({ ...photos.parts, source: vanished }).look(people(1), signal);
    expect(digests.size).toBe(0);
  });
});
