// Contacts of ours that lost their mark: some programs write an item back without the properties that they do not know.
// Only the ledger knows them still, by the id of the item. One that holds what we wrote, and nothing else, is ours and gets
// its mark back; one that somebody edited is the user's.

import type { ItemId, SourceObjectId } from '../model/ids.ts';
import type { LedgerEntry, LedgerRecord } from '../model/ledger-record.ts';
import type { FolderSnapshot, ForeignContact } from '../model/mailbox.ts';

export interface LostContact {
  readonly entry: LedgerEntry;
  readonly item: ForeignContact;
}

/** What is known of those whom we wrote and of whom the reading shows no contact. */
export function entriesOfMissing(
  known: LedgerRecord | undefined,
  isThere: (id: SourceObjectId) => boolean,
): readonly LedgerEntry[] {
  return [...(known?.entries ?? []), ...(known?.missingEntries ?? [])].filter(
    ({ sourceObjectId }) => !isThere(sourceObjectId),
  );
}

/** Items to look at: they may lie in the folder without a mark. In another system every item has another id. */
export function perhapsUnmarked(
  missing: readonly LedgerEntry[],
  { contacts, foreignCount, hasMoved }: FolderSnapshot,
): readonly ItemId[] {
  if (foreignCount === 0 || hasMoved === true) return [];
  const marked = new Set(contacts.map(({ itemId }) => itemId));
  return missing.flatMap(({ itemId }) => (marked.has(itemId) ? [] : [itemId]));
}

export function lostContacts(
  missing: readonly LedgerEntry[],
  unmarked: readonly ForeignContact[],
): ReadonlyMap<SourceObjectId, LostContact> {
  const items = new Map(unmarked.map((item) => [item.itemId, item]));
  return new Map(
    missing.flatMap((entry) => {
      const item = items.get(entry.itemId);
      return item === undefined ? [] : [[entry.sourceObjectId, { entry, item }] as const];
    }),
  );
}
