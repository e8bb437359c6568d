// The items this instance (or the ledger) saw with our mark, and in which version. Only those may be written to
// without looking again.

import type { ItemId } from '../../model/ids.ts';

export interface SeenItems {
  add(id: ItemId, version: string): void;
  forget(id: ItemId): void;
  /** In this very version: where a write names it, nobody can have taken the mark off in between. */
  isSeen(id: ItemId, version: string): boolean;
  /** In whatever version. */
  isKnown(id: ItemId): boolean;
}

export function createSeenItems(): SeenItems {
  const versions = new Map<ItemId, string>();
  return {
    add(id, version) {
      versions.set(id, version);
    },
    forget(id) {
      versions.delete(id);
    },
    isSeen: (id, version) => versions.get(id) === version,
    isKnown: (id) => versions.has(id),
  };
}
