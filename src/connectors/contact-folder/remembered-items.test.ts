import { describe, expect, it } from 'vitest';
import { type ItemId, itemId } from '../../model/ids.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import { silentLog } from '../../ports/log.ts';
import { createInMemoryDirectoryCache } from '../memory/stores/in-memory-directory-cache.ts';
import { type RememberedItem, type RememberedItems, rememberedItems } from './remembered-items.ts';

const item = (number: number, version = '1'): RememberedItem => ({
  itemId: itemId(`item ${number}`),
  version,
  kind: 'contact',
  searchKey: Buffer.from(`key ${number}`).toString('base64'),
  createdAt: '2026-01-01T00:00:00Z',
  isMarked: false,
  properties: { displayName: `Customer ${number}` },
  pictureStamp: '',
});

const mapOf = (items: readonly RememberedItem[]): ReadonlyMap<ItemId, RememberedItem> =>
  new Map(items.map((one) => [one.itemId, one]));

function folderOf(items: readonly RememberedItem[], change: Partial<RememberedItems> = {}): RememberedItems {
  const { itemId: id, searchKey, createdAt, isMarked } = item(0);
  return {
    position: 'here',
    stamp: { lastCommit: '2026-01-01T00:00:00Z', itemCount: 3, roundAt: '2026-01-02T00:00:00Z' },
    beyond: 1,
    items: mapOf(items),
    damaged: new Map([[id, { itemId: id, searchKey, createdAt, isMarked }]]),
    ...change,
  };
}

const many = (count: number) => Array.from({ length: count }, (_, number) => item(number + 1));

function bench() {
  const blobs = createInMemoryDirectoryCache();
  const saved: string[] = [];
  const cache: DirectoryCache = {
    read: blobs.read,
    async save(key, blob) {
      saved.push(key);
      await blobs.save(key, blob);
    },
  };
  return { cache, saved, memory: rememberedItems(cache, 'folder', '1', silentLog) };
}

const sorted = (remembered: RememberedItems | undefined) =>
  remembered === undefined
    ? undefined
    : {
        ...remembered,
        items: new Map([...remembered.items].sort(([one], [other]) => (one < other ? -1 : 1))),
      };

describe('what is remembered of a folder', () => {
  it.each([0, 1, 399, 2_000])('%i items come back as they were', async (count) => {
    const { memory } = bench();
    const folder = folderOf(many(count));
    await memory.save(folder);
    expect(sorted(await memory.load())).toEqual(sorted(folder));
    const bare = folderOf([], { stamp: undefined, beyond: undefined, damaged: new Map() });
    await memory.save(bare);
    expect(await memory.load()).toEqual(bare);
  });

  it('a change writes one portion anew, and the head', async () => {
    const { memory, saved } = bench();
    await memory.save(folderOf(many(4_000)));
    expect(saved).toHaveLength(11);
    saved.length = 0;
    const changed = folderOf([...many(3_999), item(4_000, '2')]);
    await memory.save(changed);
    expect(saved).toHaveLength(2);
    saved.length = 0;
    await memory.save(changed);
    expect(saved).toEqual(['folder']);
    expect((await memory.load())?.items.get(itemId('item 4000'))?.version).toBe('2');
  });

  it('a saving that breaks off anywhere leaves what was there before', async () => {
    const before = folderOf(many(900));
    for (let survivors = 0; survivors < 4; survivors += 1) {
      const { cache, saved, memory } = bench();
      await memory.save(before);
      saved.length = 0;
      const dying = rememberedItems(
        {
          read: cache.read,
          async save(key, blob) {
            if (saved.length === survivors) throw new Error('the power is off');
            await cache.save(key, blob);
          },
        },
        'folder',
        '1',
        silentLog,
      );
      const after = folderOf(many(900).map((one) => ({ ...one, version: '2' })));
      if (survivors === 0) await expect(dying.save(after)).rejects.toThrow('the power is off');
      else await dying.save(after).catch(() => {});
      const loaded = sorted(await memory.load());
      const isOver = saved.includes('folder');
      expect(loaded).toEqual(sorted(isOver ? after : before));
    }
  });

  it('two savings at once leave one of them or nothing, and never a mixture', async () => {
    const { cache, memory } = bench();
    await memory.save(folderOf(many(900)));
    const head = await cache.read('folder');
    await memory.save(folderOf(many(900).map((one) => ({ ...one, version: '2' }))));
    await memory.save(folderOf(many(900).map((one) => ({ ...one, version: '3' }))));
    // The head of the first with the portions of the third.
    await cache.save('folder', head ?? new Uint8Array());
    expect(await memory.load()).toBeUndefined();
  });

  it('of another format, or damaged, it is worth nothing', async () => {
    const { cache, memory } = bench();
    await memory.save(folderOf(many(3)));
    expect(await rememberedItems(cache, 'folder', '2', silentLog).load()).toBeUndefined();
    expect(await rememberedItems(cache, 'other', '1', silentLog).load()).toBeUndefined();
    await cache.save('folder/0/0', new Uint8Array([1, 2, 3]));
    expect(await memory.load()).toBeUndefined();
    await cache.save('folder', new Uint8Array([1, 2, 3]));
    expect(await memory.load()).toBeUndefined();
  });
});
