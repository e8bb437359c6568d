// Who a contact item is: a hash of its search key, the one property that is the same through EWS and Graph and stays
// when the item, or its whole mailbox, moves (docs/decisions/0012).

import { createHash } from 'node:crypto';
import { type SourceObjectId, sourceObjectId } from '../../model/ids.ts';
import type { SourceItem } from '../../ports/contact-folders.ts';

export interface KeyedItem {
  readonly id: SourceObjectId;
  readonly item: SourceItem;
}

/**
 * A copy has the search key of its original. The oldest keeps the plain key; where it is deleted, the next one takes its
 * place, and the contacts with it.
 */
export function keyed(items: readonly SourceItem[]): readonly KeyedItem[] {
  return [...Map.groupBy(items, ({ searchKey }) => searchKey).values()].flatMap((same) =>
    same.toSorted(byAge).map((item, copy) => ({ id: idOf(item.searchKey, copy), item })),
  );
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
  const hex = hash.digest('hex');
  // A UUID of version 8, as RFC 9562 has it for what applications define.
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return sourceObjectId(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
}
