// What is remembered comes back whole or not at all, and however large it is nothing else in the process waits for it.

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import { createInMemoryDirectoryCache } from '../memory/stores/in-memory-directory-cache.ts';
import type { DirectoryEntry } from './directory-entry.ts';
import { type Remembered, readRemembered, saveRemembered } from './remembered.ts';

const READ_AT = '2026-03-01T08:00:00.000Z';
const soon = new Date('2026-03-01T09:00:00.000Z');

function entry(number: number): [string, DirectoryEntry] {
  const guid = `guid-${number}`;
  const values = { displayName: [`Jörg Müller 🙂\n${number}`], info: ['x'.repeat(1_000)] };
  return [guid, { guid, dn: `CN=${number}`, sid: undefined, usn: `${number}`, values }];
}

function remembered(count: number, more: Partial<Remembered> = {}): Remembered {
  const entries = new Map(Array.from({ length: count }, (_, number) => entry(number)));
  return {
    readAt: READ_AT,
    highestUsn: '7',
    entries,
    members: new Map([
      ['group', { usn: '3', names: Array.from({ length: count }, (_, number) => `<GUID=${number}>;CN=é`) }],
      ['empty', { usn: '4', names: [] }],
    ]),
    wanted: [...entries.keys()],
    displayNames: new Map([['guid-0', 'Zero']]),
    addressLists: new Map([['list', '\\All']]),
    notFound: ['nobody@contoso.example'],
    ...more,
  };
}

const recall = (cache: DirectoryCache, now = soon, highestUsn = 7n) =>
  readRemembered(cache, 'key', now, highestUsn);

const plain = (one: Remembered | undefined) => (one === undefined ? undefined : { ...one });

function withPlaces() {
  const blobs = new Map<string, Uint8Array>();
  const cache: DirectoryCache = {
    read: async (key) => blobs.get(key),
    save: async (key, blob) => void blobs.set(key, blob),
  };
  return { blobs, cache };
}

describe('what is remembered of a directory', () => {
  it.each([0, 1, 3_000])('%i objects come back as they were', async (count) => {
    const cache = createInMemoryDirectoryCache();
    const what = remembered(count);
    await saveRemembered(cache, 'key', what);
    expect(plain(await recall(cache))).toEqual(plain(what));
    expect(await readRemembered(cache, 'other', soon, 7n)).toBeUndefined();
  });

  it('goes in portions of a bounded size, and other work goes on between them', async () => {
    const { blobs, cache } = withPlaces();
    const turnsDuring = async (work: Promise<unknown>) => {
      let turns = 0;
      let isDone = false;
      const finished = work.finally(() => {
        isDone = true;
      });
      while (!isDone) {
        await turn();
        turns += 1;
      }
      await finished;
      return turns;
    };
    const saving = await turnsDuring(saveRemembered(cache, 'key', remembered(3_000)));
    const portions = blobs.size - 1;
    expect(portions).toBeGreaterThanOrEqual(6);
    expect(saving).toBeGreaterThanOrEqual(portions);
    expect(await turnsDuring(recall(cache))).toBeGreaterThanOrEqual(portions);
  });

  it('the last one stands until the next is whole', async () => {
    const { cache } = withPlaces();
    await saveRemembered(cache, 'key', remembered(3_000));
    let left = 4;
    const breaking: DirectoryCache = {
      read: cache.read,
      async save(key, blob) {
        left -= 1;
        if (left < 0) throw new Error('disk');
        await cache.save(key, blob);
      },
    };
    // In another order, so that no portion is the same.
    const next = remembered(3_000, { entries: new Map([...remembered(3_000).entries].reverse()) });
    await expect(saveRemembered(breaking, 'key', next)).rejects.toThrow('disk');
    expect((await recall(cache))?.wanted).toHaveLength(3_000);
    for (const count of [3_001, 20, 3_002]) {
      await saveRemembered(cache, 'key', remembered(count));
      expect((await recall(cache))?.wanted).toHaveLength(count);
    }
  });

  it('a portion that is missing, changed or of another save: forgotten as a whole', async () => {
    const { blobs, cache } = withPlaces();
    const save = () => saveRemembered(cache, 'key', remembered(3_000));
    const placesNow = async () => {
      blobs.clear();
      await save();
      return [...blobs.keys()].filter((key) => key !== 'key');
    };
    const [first = '', second = ''] = await placesNow();
    expect(await recall(cache)).toBeDefined();
    blobs.delete(second);
    expect(await recall(cache)).toBeUndefined();
    await placesNow();
    blobs.set(first, blobs.get(second) ?? new Uint8Array());
    expect(await recall(cache)).toBeUndefined();
    await placesNow();
    blobs.set('key', new Uint8Array([1, 2, 3]));
    expect(await recall(cache)).toBeUndefined();
  });

  it('two that save at once leave one of both, or nothing', async () => {
    const { cache } = withPlaces();
    const one = remembered(3_000);
    const other = remembered(0, {
      entries: new Map([...one.entries].reverse()),
      wanted: one.wanted.toReversed(),
    });
    await Promise.all([saveRemembered(cache, 'key', one), saveRemembered(cache, 'key', other)]);
    const found = await recall(cache);
    if (found !== undefined) expect(found.entries.size).toBe(3_000);
    await saveRemembered(cache, 'key', one);
    expect(plain(await recall(cache))).toEqual(plain(one));
  });

  it('is trusted for a day, and never beyond the number the server is at', async () => {
    const cache = createInMemoryDirectoryCache();
    await saveRemembered(cache, 'key', remembered(1));
    expect(await recall(cache, new Date('2026-03-02T07:59:59.000Z'))).toBeDefined();
    expect(await recall(cache, new Date('2026-03-02T08:00:00.000Z'))).toBeUndefined();
    expect(await recall(cache, new Date('2026-03-01T07:00:00.000Z'))).toBeUndefined();
    expect(await recall(cache, soon, 8n)).toBeDefined();
    expect(await recall(cache, soon, 6n)).toBeUndefined();
  });
});
