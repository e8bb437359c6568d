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

interface Aged {
  /** undefined: could not be opened. */
  readonly item: SourceItem | undefined;
  readonly createdAt: string;
  /** '' where it is no copy of ours. */
  readonly copyId: string;
  /** The original's for a copy of ours. */
  readonly age: string;
}

/** undefined: the place of one that could not be opened. */
function inOrder(
  items: readonly SourceItem[],
  damaged: readonly DamagedItem[],
): readonly (SourceItem | undefined)[] {
  const all = aged(items, damaged);
  const isTold = all.every(
    (one) =>
      one.item !== undefined || all.every((other) => other.item === undefined || isTellable(one, other)),
  );
  return isTold ? all.toSorted(byAge).map(({ item }) => item) : all.map(() => undefined);
}

/** Whoever copies a copy of ours copies its mark, too: only the oldest is the one that was made for the original. */
function aged(items: readonly SourceItem[], damaged: readonly DamagedItem[]): readonly Aged[] {
  const all = [
    ...items.map((one) => ({ one, item: one })),
    ...damaged.map((one) => ({ one, item: undefined })),
  ].map(({ one: { createdAt, original }, item }) => ({
    claim: original,
    made: { item, createdAt, copyId: original?.copyId ?? '', age: createdAt },
  }));
  return [...Map.groupBy(all, ({ made }) => made.copyId).values()].flatMap((same) =>
    same
      .toSorted((one, other) => byAge(one.made, other.made))
      .map(({ claim, made }, place) =>
        place === 0 && claim !== undefined ? { ...made, age: claim.createdAt } : made,
      ),
  );
}

/** Contents change, and who is who with them: they decide where nothing else does. */
function byAge(one: Aged, other: Aged): number {
  return (
    compare(one.age, other.age) ||
    compare(one.copyId, other.copyId) ||
    compare(contentOf(one.item), contentOf(other.item))
  );
}

/** Without the contents. */
function isTellable(one: Aged, other: Aged): boolean {
  return one.copyId !== other.copyId || (one.createdAt !== other.createdAt && one.age !== other.age);
}

/** Both protocols tell the same content, but not the same item id. */
function contentOf(item: SourceItem | undefined): string {
  return JSON.stringify(Object.entries(item?.properties ?? {}).sort(([one], [other]) => compare(one, other)));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function idOf(searchKey: string, copy: number): SourceObjectId {
  const hash = createHash('sha256').update('contactSync item key').update(Buffer.from(searchKey, 'base64'));
  if (copy > 0) hash.update(`copy ${copy}`);
  return sourceObjectId(uuidOfHash(hash.digest('hex')));
}
