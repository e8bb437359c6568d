// What must be true after any run whatever, checked by every law: nothing foreign was touched, nobody is there twice.

import type { InMemoryMailbox, MemoryItem } from '../../src/connectors/memory/mailbox.ts';
import type { ItemId, MailboxId } from '../../src/model/ids.ts';
import type { World } from './world.ts';

interface Seen {
  readonly items: ReadonlyMap<ItemId, string>;
  readonly folders: ReadonlyMap<string, string>;
  /** Copies that users made of contacts whose original stood beside them. */
  readonly copies: ReadonlyMap<ItemId, string>;
}

export type Foreign = ReadonlyMap<MailboxId, Seen>;

export function lookAtForeign(world: World): Foreign {
  return new Map(
    world.boxes.map((box) => [
      box.id,
      {
        items: box.foreignItems(),
        folders: new Map(
          box.folders
            .filter((folder) => folder.mark === undefined)
            .map((folder) => [folder.id, JSON.stringify(folder)]),
        ),
        copies: new Map(
          box.items
            .filter((item) => hasOriginalBeside(box, item))
            .map((item) => [item.id, visibleBytes(item)]),
        ),
      },
    ]),
  );
}

function hasOriginalBeside(box: InMemoryMailbox, item: MemoryItem): boolean {
  if (item.copyOf === undefined || item.mark === undefined) return false;
  const original = box.item(item.copyOf);
  return (
    original !== undefined &&
    original.copyOf === undefined &&
    original.folderId === item.folderId &&
    original.mark?.sourceObjectId === item.mark.sourceObjectId
  );
}

/** The mark may be taken off a copy whose original goes; nothing that a person sees may change. */
function visibleBytes(item: MemoryItem | undefined): string {
  return JSON.stringify([item?.folderId, item?.properties, item?.createdAt]);
}

/** Every item and folder without our mark is byte by byte as before. What was handed over meanwhile may be added. */
export function expectHandsOff(world: World, before: Foreign): void {
  const after = lookAtForeign(world);
  for (const [mailboxId, seen] of before) {
    const now = after.get(mailboxId);
    for (const [id, bytes] of seen.items) {
      if (now?.items.get(id) !== bytes) throw new Error(`foreign item ${id} of ${mailboxId} was touched`);
    }
    for (const [id, bytes] of seen.folders) {
      if (now?.folders.get(id) !== bytes) throw new Error(`foreign folder ${id} of ${mailboxId} was touched`);
    }
    for (const [id, bytes] of seen.copies) {
      const box = world.boxes.find((one) => one.id === mailboxId);
      if (visibleBytes(box?.item(id)) !== bytes) throw new Error(`copy ${id} of ${mailboxId} was touched`);
    }
  }
}

/**
 * Per mailbox, policy and person at most one contact that the product made. When the old contact of one that moves to
 * another sub-folder could not be deleted, both stand until the next run, and the report says so.
 */
export function expectNoDuplicates(world: World): void {
  const halfMoved = new Set(
    world
      .eventsOf('contact.failed')
      .filter(({ change }) => change === 'delete')
      .map(({ mailboxId, sourceObjectId }) => `${mailboxId} ${sourceObjectId}`),
  );
  for (const box of world.boxes) {
    for (const policy of world.policies) {
      const seen = new Set<string>();
      for (const item of world.managed(box, policy)) {
        if (item.copyOf !== undefined || item.mark?.sourceObjectId === undefined) continue;
        const key = item.mark.sourceObjectId;
        if (seen.has(key) && !halfMoved.has(`${box.id} ${key}`))
          throw new Error(`${key} is twice in ${box.id}`);
        seen.add(key);
      }
    }
  }
}

/** Everybody who should be there is there, and nobody else of ours. */
export function expectFilled(world: World): void {
  const wanted = world.organization.objects.filter(
    (object) => object.isHidden === false && !JSON.stringify(object.attributes).includes('NoContactSync'),
  );
  for (const entry of world.organization.directory) {
    const box = world.organization.mailboxOf(entry.id);
    if (box === undefined) continue;
    const isTarget = !JSON.stringify(entry.customAttributes).includes('NoMailboxSync');
    const expected = isTarget ? wanted.filter((object) => object.id !== entry.ownerId) : [];
    const managed = world.managed(box);
    const present = new Set(managed.map((item) => item.mark?.sourceObjectId));
    for (const object of expected) {
      if (!present.has(object.id)) throw new Error(`${object.id} is missing in ${box.id}`);
    }
    const expectedIds = new Set<string | undefined>(expected.map((object) => object.id));
    for (const item of managed) {
      // A copy is the user's, and is left where its original was removed.
      if (item.copyOf !== undefined) continue;
      const id = item.mark?.sourceObjectId;
      if (!expectedIds.has(id)) throw new Error(`${id} should not be in ${box.id}`);
      const edits = world.edits.get(`${box.id} ${id}`) ?? 0;
      const object = world.organization.objects.find((one) => one.id === id);
      // After the second edit of the same value we stop fighting.
      if (edits > 1 || object === undefined) continue;
      for (const property of ['displayName', 'department', 'surname'] as const) {
        const value = visible(item.properties[property]);
        const source = visible(object.attributes[property]?.[0]);
        // Where the source has nothing, what the user filled in stays.
        if (source === '' && edits > 0) continue;
        if (value !== source) {
          throw new Error(`${property} of ${id} in ${box.id} is ${value} instead of ${source}`);
        }
      }
    }
  }
}

/** As a person sees it: blanks as one, and as much as surely fits into a contact. */
function visible(value = ''): string {
  return value.trim().replace(/\s+/g, ' ').slice(0, 200);
}
