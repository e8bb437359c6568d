// What a reading of a contact folder as a source leaves behind for the next one. It is kept in portions by item, so that
// a change writes one of them anew, and each has two places that it uses in turns, so that what the head names is never
// written over. Whatever is in doubt is forgotten: a full reading costs minutes, a wrong one costs contacts.

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type ItemId, itemId } from '../../model/ids.ts';
import type { DamagedItem, SourceItem } from '../../ports/contact-folders.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { Log } from '../../ports/log.ts';
import type { FolderStamp } from './folder-stamp.ts';

/** The version differs as soon as anything in the item changes; '' where it is not told. */
export interface RememberedItem extends SourceItem {
  readonly version: string;
}

/** With what its row told, where there is one. */
export type DamagedRow = DamagedItem & Partial<Pick<RememberedItem, 'version' | 'pictureStamp'>>;

export interface RememberedItems {
  /** Where the changes go on: Graph's delta link, or the sync state of Exchange Web Services. */
  readonly position: string;
  readonly stamp: FolderStamp | undefined;
  /** What the folder's own count has beyond the items here; undefined where it tells no count. */
  readonly beyond: number | undefined;
  readonly items: ReadonlyMap<ItemId, RememberedItem>;
  /** Could not be opened; tried again by every reading. */
  readonly damaged: ReadonlyMap<ItemId, DamagedRow>;
}

export interface ItemMemory {
  /** undefined: nothing, or nothing that is worth anything. */
  load(): Promise<RememberedItems | undefined>;
  /** Throws what the cache throws. */
  save(remembered: RememberedItems): Promise<void>;
}

/** Stands under the key itself and is written last. */
interface Head extends Pick<RememberedItems, 'position'> {
  readonly format: string;
  readonly stamp: FolderStamp | null;
  readonly beyond: number | null;
  readonly damaged: readonly DamagedRow[];
  /** The place of each portion, and the digest of its text: two processes that save at once leave no mixture. */
  readonly portions: readonly (readonly [place: 0 | 1, digest: string])[];
}

/** Milliseconds of work. */
const ITEMS_PER_PORTION = 400;

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** `format`: read in another way, it is worth nothing. */
export function rememberedItems(cache: DirectoryCache, key: string, format: string, log: Log): ItemMemory {
  return {
    async load() {
      const head = await readHead(cache, key, format);
      if (head === undefined) return undefined;
      const items = new Map<ItemId, RememberedItem>();
      for (const [number, [place, digest]] of head.portions.entries()) {
        const text = await readPortion(cache, placeOf(key, place, number));
        if (text === undefined || digestOf(text) !== digest) {
          log.info('what was remembered of a contact folder does not fit together and is forgotten');
          return undefined;
        }
        for (const item of JSON.parse(text) as readonly RememberedItem[]) items.set(item.itemId, item);
      }
      const { position, stamp, beyond, damaged } = head;
      return {
        position,
        stamp: stamp ?? undefined,
        beyond: beyond ?? undefined,
        items,
        damaged: new Map(damaged.map((item) => [itemId(item.itemId), item])),
      };
    },

    async save({ position, stamp, beyond, items, damaged }) {
      const before = await readHead(cache, key, format);
      const texts = portionsOf(items, before?.portions.length ?? 0);
      const portions: [0 | 1, string][] = [];
      for (const [number, text] of texts.entries()) {
        const digest = digestOf(text);
        const [place, known] = before?.portions[number] ?? [1, ''];
        const isSame = known === digest;
        const free = place === 0 ? 1 : 0;
        if (!isSame) await cache.save(placeOf(key, free, number), await compress(text, { level: 1 }));
        portions.push([isSame ? place : free, digest]);
      }
      const head: Head = {
        format,
        position,
        stamp: stamp ?? null,
        beyond: beyond ?? null,
        damaged: [...damaged.values()],
        portions,
      };
      await cache.save(key, Buffer.from(JSON.stringify(head)));
    },
  };
}

/** As many as before while that fits: another number would move every item into another portion. */
function portionsOf(items: ReadonlyMap<ItemId, RememberedItem>, before: number): readonly string[] {
  const wanted = Math.ceil(items.size / ITEMS_PER_PORTION);
  const number = before > wanted / 2 && before < wanted * 2 + 1 ? before : wanted;
  const portions = Array.from({ length: number }, (): RememberedItem[] => []);
  for (const item of items.values()) portions[portionOf(item.itemId, number)]?.push(item);
  return portions.map((some) =>
    JSON.stringify(some.toSorted((one, other) => (one.itemId < other.itemId ? -1 : 1))),
  );
}

function portionOf(id: ItemId, number: number): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) % number;
}

function placeOf(key: string, place: 0 | 1, number: number): string {
  return `${key}/${place}/${number}`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

async function readPortion(cache: DirectoryCache, place: string): Promise<string | undefined> {
  const blob = await cache.read(place);
  if (blob === undefined) return undefined;
  try {
    return (await expand(blob)).toString('utf8');
  } catch {
    return undefined;
  }
}

async function readHead(cache: DirectoryCache, key: string, format: string): Promise<Head | undefined> {
  const blob = await cache.read(key);
  if (blob === undefined) return undefined;
  try {
    const head: Head = JSON.parse(Buffer.from(blob).toString('utf8'));
    return head.format === format ? head : undefined;
  } catch {
    return undefined;
  }
}
