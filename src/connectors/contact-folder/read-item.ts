// An item of a contact folder as it was read, and what a number of them come to.

import type { ItemId, PolicyId, SourceObjectId } from '../../model/ids.ts';
import type { LedgerEntry } from '../../model/ledger-record.ts';
import type { ForeignContact, ManagedContact } from '../../model/mailbox.ts';

export type ReadItem =
  | { readonly kind: 'managed'; readonly contact: ManagedContact }
  | { readonly kind: 'newer'; readonly itemId: ItemId; readonly version: number }
  /** Without a contact where it is only counted. */
  | { readonly kind: 'foreign'; readonly itemId: ItemId; readonly contact?: ForeignContact };

/** What the ledger knows of a folder's items. */
export type Entries = ReadonlyMap<ItemId, LedgerEntry>;

export function entriesOf(entries: readonly LedgerEntry[]): Entries {
  return new Map(entries.map((entry) => [entry.itemId, entry]));
}

export function idOf(item: ReadItem): ItemId {
  return item.kind === 'managed' ? item.contact.itemId : item.itemId;
}

export function isOfAnotherOrNewer(item: ReadItem, policyId: PolicyId): boolean {
  return item.kind === 'newer' || (item.kind === 'managed' && item.contact.mark.policyId !== policyId);
}

/** Whose contacts the record names. */
export function isOfAnother(item: ReadItem, policyId: PolicyId): boolean {
  return (
    item.kind === 'managed' &&
    item.contact.mark.policyId !== policyId &&
    item.contact.mark.sourceObjectId !== undefined
  );
}

export function isKnownVersion({ itemId, version }: ManagedContact, entries: Entries): boolean {
  return entries.get(itemId)?.version === version;
}

export function withoutKnownProperties(item: ReadItem, entries: Entries): ReadItem {
  if (item.kind !== 'managed' || !isKnownVersion(item.contact, entries)) return item;
  const { properties: _, hasOtherData: __, picture: ___, ...contact } = item.contact;
  return { kind: 'managed', contact };
}

export interface Sum {
  readonly contacts: readonly ManagedContact[];
  readonly newestMark: number;
}

export function sumUp(items: readonly ReadItem[]): Sum {
  const contacts = items.flatMap((item) => (item.kind === 'managed' ? [item.contact] : []));
  const versions = items.map((item) =>
    item.kind === 'newer' ? item.version : item.kind === 'managed' ? item.contact.mark.version : 0,
  );
  return { contacts, newestMark: Math.max(0, ...versions) };
}

/**
 * Marked items that the ledger will not hold: those of a newer format, and all that share one source object, because only
 * one of them is ours.
 */
export function othersOf(items: readonly ReadItem[], policyId: PolicyId): readonly ItemId[] {
  const times = new Map<SourceObjectId | undefined, number>();
  for (const { mark } of sumUp(items).contacts) {
    if (mark.policyId === policyId) times.set(mark.sourceObjectId, (times.get(mark.sourceObjectId) ?? 0) + 1);
  }
  return items
    .filter((item) => item.kind !== 'foreign' && !isOfAnother(item, policyId))
    .filter(
      (item) =>
        isOfAnotherOrNewer(item, policyId) ||
        (item.kind === 'managed' && (times.get(item.contact.mark.sourceObjectId) ?? 0) > 1),
    )
    .map(idOf);
}
