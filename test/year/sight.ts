// Everything that stands in the mailboxes at one moment, to be compared with a later one. Items and folders in memory are
// replaced when they change, never altered, so that looking is cheap and "the same" means the same object.

import type { MemoryFolder, MemoryItem } from '../../src/connectors/memory/mailbox.ts';
import type { FolderId, ItemId, MailboxId, SourceObjectId } from '../../src/model/ids.ts';
import type { OutcomeCounts } from '../../src/model/run.ts';
import type { World } from '../properties/world.ts';

interface SeenItem {
  readonly item: MemoryItem;
  readonly isDeleted: boolean;
}

export interface SeenMailbox {
  readonly items: ReadonlyMap<ItemId, SeenItem>;
  readonly folders: ReadonlyMap<FolderId, MemoryFolder>;
  /** With a contact of the policy in the contact folder. */
  readonly people: ReadonlySet<SourceObjectId>;
}

export type Sight = ReadonlyMap<MailboxId, SeenMailbox>;

export function look(world: World): Sight {
  return new Map(
    world.boxes.map((box): [MailboxId, SeenMailbox] => {
      const deleted = new Set(box.folders.filter(({ id }) => box.isDeletedFolder(id)).map(({ id }) => id));
      const people = world.managed(box).flatMap(({ mark }) => mark?.sourceObjectId ?? []);
      return [
        box.id,
        {
          items: new Map(box.items.map((item) => [item.id, { item, isDeleted: deleted.has(item.folderId) }])),
          folders: new Map(box.folders.map((folder) => [folder.id, folder])),
          people: new Set(people),
        },
      ];
    }),
  );
}

export type Happened = Omit<OutcomeCounts, 'failed'>;

/** What became of the items of one mailbox. `touched`: stored by somebody else meanwhile, so nobody can tell. */
export function whatHappened(
  before: SeenMailbox,
  after: SeenMailbox,
  touched: ReadonlySet<string>,
): Happened {
  const counts = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0 };
  for (const [id, { item, isDeleted }] of after.items) {
    const old = before.items.get(id);
    if (old === undefined) counts.created += 1;
    else if (isDeleted && !old.isDeleted) counts.deleted += 1;
    else if (old.item.mark !== undefined && item.mark === undefined) counts.handedOver += 1;
    else if (old.item.mark === undefined && item.mark !== undefined) counts.adopted += 1;
    else if (old.item !== item && !touched.has(id)) counts.updated += 1;
  }
  for (const id of before.items.keys()) if (!after.items.has(id)) counts.deleted += 1;
  return counts;
}

/** Nothing whatever is different. */
export function isSame(before: Sight, after: Sight): boolean {
  return [...after].every(([id, seen]) => {
    const old = before.get(id);
    return (
      old !== undefined &&
      isSameMap(old.folders, seen.folders, (a, b) => a === b) &&
      isSameMap(old.items, seen.items, (a, b) => a.item === b.item && a.isDeleted === b.isDeleted)
    );
  });
}

function isSameMap<K, V>(
  a: ReadonlyMap<K, V>,
  b: ReadonlyMap<K, V>,
  same: (one: V, other: V) => boolean,
): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([key, value]) => {
    const other = b.get(key);
    return other !== undefined && same(value, other);
  });
}
