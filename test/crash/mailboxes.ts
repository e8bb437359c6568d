// What is in the mailboxes, read past the product, and what must be true of it.

import { isDeepStrictEqual } from 'node:util';
import type { EmulatorControl, FolderView, ItemView } from '../../emulator/src/control/client.ts';
import { IDENTITY_PROPERTY } from '../../src/connectors/graph/ownership-properties.ts';

interface MailboxContents {
  readonly folders: readonly FolderView[];
  readonly items: readonly ItemView[];
}

export type Mailboxes = ReadonlyMap<string, MailboxContents>;

const WASTE = 'Deleted Items';
const BATCH = 20;
const MAILBOX_TYPES = ['UserMailbox', 'SharedMailbox', 'RoomMailbox'] as const;

export async function readMailboxes(control: EmulatorControl): Promise<Mailboxes> {
  const found = new Map<string, MailboxContents>();
  for (const type of MAILBOX_TYPES) {
    for (const { id, primarySmtpAddress } of await control.people(type))
      found.set(primarySmtpAddress, await control.mailbox(id));
  }
  return found;
}

const isOurs = ({ extendedProperties }: FolderView | ItemView): boolean =>
  // Emulator and product may spell the id of a property differently.
  Object.keys(extendedProperties).some((key) => key.toLowerCase() === IDENTITY_PROPERTY.toLowerCase());

const isWaste = (path: string): boolean => path === WASTE || path.startsWith(`${WASTE}/`);

/** Everything that lives, but for what a second copy of the same contact cannot keep: ids, times, change keys. */
function contentsOf(mailboxes: Mailboxes): readonly string[] {
  const lines: string[] = [];
  for (const [address, { folders, items }] of mailboxes) {
    for (const { path, extendedProperties } of folders)
      if (!isWaste(path)) lines.push(`${address} folder ${path} ${sorted(extendedProperties)}`);
    for (const { folderPath, properties, extendedProperties } of items)
      if (!isWaste(folderPath))
        lines.push(`${address} ${folderPath}: ${sorted(properties)} ${sorted(extendedProperties)}`);
  }
  return lines.sort();
}

const sorted = (record: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

export function expectSameContents(actual: Mailboxes, expected: Mailboxes, what: string): void {
  const left = [...contentsOf(actual)];
  const missing = contentsOf(expected).filter((line) => {
    const index = left.indexOf(line);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  const differences = [
    ...missing.map((line) => `missing: ${line}`),
    ...left.map((line) => `too much: ${line}`),
  ];
  if (differences.length > 0) throw new Error(`${what} is another:\n${differences.slice(0, 6).join('\n')}`);
}

/**
 * A contact is purged in two steps, by way of Deleted Items. Who dies between them leaves the batch that was under way
 * there, and nobody takes it away later: the user may have taken something out of it.
 */
export function expectLittleWaste(actual: Mailboxes, expected: Mailboxes): void {
  for (const [address, { items }] of actual) {
    const waste = items.filter(({ folderPath }) => isWaste(folderPath));
    const usual = expected.get(address)?.items.filter(({ folderPath }) => isWaste(folderPath)) ?? [];
    const more = waste.length - usual.length;
    if (more > BATCH) throw new Error(`${more} contacts too many in Deleted Items of ${address}`);
  }
}

/** Byte by byte, with ids and change keys: what carries no mark of ours. */
export function expectForeignUntouched(before: Mailboxes, after: Mailboxes): void {
  for (const [address, { folders, items }] of before) {
    const now = new Map(
      [...(after.get(address)?.folders ?? []), ...(after.get(address)?.items ?? [])].map((one) => [
        one.id,
        one,
      ]),
    );
    for (const one of [...folders, ...items]) {
      if (isOurs(one) || isDeepStrictEqual(now.get(one.id), one)) continue;
      throw new Error(`foreign ${JSON.stringify(one)} of ${address} was touched`);
    }
  }
}

export function expectNobodyTwice(mailboxes: Mailboxes): void {
  for (const [address, { items }] of mailboxes) {
    const seen = new Set<string>();
    for (const { folderPath, properties } of items) {
      if (isWaste(folderPath)) continue;
      const key = `${folderPath} ${String(properties.displayName)} ${JSON.stringify(properties.emailAddresses)}`;
      if (seen.has(key)) throw new Error(`twice in ${address}: ${key}`);
      seen.add(key);
    }
  }
}

/** Contacts that came, went or became others, by mailbox. */
export function contactsChanged(before: Mailboxes, after: Mailboxes): number {
  let changed = 0;
  for (const [address, { items }] of after) {
    const old = new Map(before.get(address)?.items.map((item) => [item.immutableId, item.changeKey]));
    for (const item of items) {
      if (old.get(item.immutableId) !== item.changeKey) changed += 1;
      old.delete(item.immutableId);
    }
    changed += old.size;
  }
  return changed;
}
