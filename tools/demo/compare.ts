// What became of a mailbox between two moments, item by item. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { Item, Mailbox } from './emulator.ts';

export type Difference =
  | { readonly kind: 'created'; readonly item: Item }
  | { readonly kind: 'deleted'; readonly item: Item }
  | { readonly kind: 'changed'; readonly item: Item; readonly properties: readonly string[] };

/** Deleted Items is the user's waste paper basket: what lies there is gone. */
export function livingItems(mailbox: Mailbox): ReadonlyMap<string, Item> {
  const deleted = new Set(mailbox.folders.filter((folder) => folder.isDeleted).map((folder) => folder.path));
  return new Map(
    mailbox.items
      .filter((item) => !deleted.has(item.folderPath) && !item.folderPath.startsWith('Deleted Items'))
      .map((item) => [item.immutableId, item]),
  );
}

export function differences(before: Mailbox, after: Mailbox): readonly Difference[] {
  const old = livingItems(before);
  const now = livingItems(after);
  const found: Difference[] = [];
  for (const [id, item] of now) {
    const earlier = old.get(id);
    if (earlier === undefined) found.push({ kind: 'created', item });
    else if (!isDeepStrictEqual(earlier, item))
      found.push({ kind: 'changed', item, properties: changedProperties(earlier, item) });
  }
  for (const [id, item] of old) if (!now.has(id)) found.push({ kind: 'deleted', item });
  return found;
}

/** Empty: only our mark, the change key or the folder differ. */
function changedProperties(before: Item, after: Item): string[] {
  const names = new Set([...Object.keys(before.properties), ...Object.keys(after.properties)]);
  return [...names]
    .filter((name) => !isDeepStrictEqual(before.properties[name], after.properties[name]))
    .sort();
}

export function describe(difference: Difference): string {
  const { kind, item } = difference;
  const name = nameOf(item);
  return kind === 'changed' ? `changed ${name}: ${difference.properties.join(', ')}` : `${kind} ${name}`;
}

export function nameOf(item: Item): string {
  const { displayName } = item.properties;
  return typeof displayName === 'string' ? displayName : item.immutableId;
}

/** The contents without what a new copy of the same contact cannot keep: ids, times, change keys. */
export function contents(mailbox: Mailbox): readonly string[] {
  return [...livingItems(mailbox).values()]
    .map(({ folderPath, properties, extendedProperties }) =>
      JSON.stringify([folderPath, sorted(properties), sorted(extendedProperties)]),
    )
    .sort();
}

function sorted(record: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What is in one list and not in the other, both with repetitions. */
export function unequal(expected: readonly string[], actual: readonly string[]): readonly string[] {
  const left = [...actual];
  const missing: string[] = [];
  for (const one of expected) {
    const index = left.indexOf(one);
    if (index < 0) missing.push(one);
    else left.splice(index, 1);
  }
  return [...missing.map((one) => `missing: ${one}`), ...left.map((one) => `too much: ${one}`)];
}
