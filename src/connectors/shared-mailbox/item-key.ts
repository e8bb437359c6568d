// Who a contact item is: a hash of its search key, the one property that is the same through EWS and Graph and stays
// when the item, or its whole mailbox, moves (docs/decisions/0012).

import { createHash } from 'node:crypto';
import { type SourceObjectId, sourceObjectId, uuidOfHash } from '../../model/ids.ts';
import type { DamagedItem, SourceItem } from '../../ports/contact-folders.ts';

export interface KeyedItem {
  readonly id: SourceObjectId;
  readonly item: SourceItem;
}

export interface KeyedItems {
  readonly items: readonly KeyedItem[];
  /** Whose item could not be opened, or who cannot be told from them. */
  readonly unreadable: ReadonlySet<SourceObjectId>;
}

/**
 * A copy has the search key of its original. The oldest keeps the plain key; where it is deleted, the next one takes its
 * place, and the contacts with it. Every item here has a search key.
 */
export function keyed(items: readonly SourceItem[], damaged: readonly DamagedItem[] = []): KeyedItems {
  const damagedByKey = Map.groupBy(damaged, ({ searchKey }) => searchKey);
  const found: KeyedItem[] = [];
  const unreadable = new Set<SourceObjectId>();
  for (const [searchKey, same] of Map.groupBy(items, (item) => item.searchKey)) {
    const among = damagedByKey.get(searchKey) ?? [];
    damagedByKey.delete(searchKey);
    for (const [copy, item] of inOrder(same, among).entries()) {
      const id = idOf(searchKey, copy);
      if (item === undefined) unreadable.add(id);
      else found.push({ id, item });
    }
  }
  for (const [searchKey, same] of damagedByKey) {
    for (const copy of same.keys()) unreadable.add(idOf(searchKey, copy));
  }
  return { items: found, unreadable };
}

/** undefined: the place of one that could not be opened. Of the same age only the contents tell which comes first. */
function inOrder(
  items: readonly SourceItem[],
  damaged: readonly DamagedItem[],
): readonly (SourceItem | undefined)[] {
  const isTold = damaged.every((one) => items.every(({ createdAt }) => createdAt !== one.createdAt));
  if (!isTold) return [...items, ...damaged].map(() => undefined);
  const ages = damaged.map(({ createdAt }) => ({ createdAt, item: undefined }));
  return [...items.toSorted(byAge).map((item) => ({ createdAt: item.createdAt, item })), ...ages]
    .toSorted((one, other) => compare(one.createdAt, other.createdAt))
    .map(({ item }) => item);
}

function byAge(one: SourceItem, other: SourceItem): number {
  return compare(one.createdAt, other.createdAt) || compare(contentOf(one), contentOf(other));
}

/** Both protocols tell the same content, but not the same item id. */
function contentOf({ properties }: SourceItem): string {
  return JSON.stringify(Object.entries(properties).sort(([one], [other]) => compare(one, other)));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function idOf(searchKey: string, copy: number): SourceObjectId {
  const hash = createHash('sha256').update('contactSync item key').update(Buffer.from(searchKey, 'base64'));
  if (copy > 0) hash.update(`copy ${copy}`);
  return sourceObjectId(uuidOfHash(hash.digest('hex')));
}
