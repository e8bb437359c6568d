// Indexed views: which part of a result a request sees, and what the answer says about the rest.

import { attribute, type Element } from '../xml/reader.ts';
import type { Attributes } from '../xml/writer.ts';

export interface Page<One> {
  readonly entries: readonly One[];
  readonly attributes: Attributes;
}

/** `most`: what the server gives at most; it may give fewer than were asked for, and says so. */
export function pageOf<One>(all: readonly One[], view: Element | undefined, most: number): Page<One> {
  const asked = Number(view?.attributes.get('MaxEntriesReturned') ?? most);
  const offset = view === undefined ? 0 : Number(attribute(view, 'Offset'));
  const size = Math.min(asked, most);
  const isFromEnd = view?.attributes.get('BasePoint') === 'End';
  const start = isFromEnd ? Math.max(0, all.length - offset - size) : Math.min(offset, all.length);
  const end = isFromEnd ? Math.max(0, all.length - offset) : Math.min(start + size, all.length);
  const isLast = isFromEnd ? start === 0 : end === all.length;
  return {
    entries: all.slice(start, end),
    attributes: {
      IndexedPagingOffset: isFromEnd ? all.length - start : end,
      TotalItemsInView: all.length,
      IncludesLastItemInRange: isLast,
    },
  };
}
