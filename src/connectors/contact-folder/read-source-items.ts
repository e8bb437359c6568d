// Reads a contact folder as a source: nothing where its stamp says that nothing happened, only the changes where the
// protocol goes on from the last reading, and everything otherwise. What it was then is remembered for the next reading.

import { createHash } from 'node:crypto';
import type { Failure } from '../../model/failure.ts';
import type { FolderId, ItemId, MailboxId } from '../../model/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FolderItems } from '../../ports/contact-folders.ts';
import type { Log } from '../../ports/log.ts';
import type { ChangedItem, ChangeRound } from './folder-protocol.ts';
import { isUntouchedSince, type Stamped, type StampRules, stampOf } from './folder-stamp.ts';
import type { DamagedRow, ItemMemory, RememberedItem, RememberedItems } from './remembered-items.ts';

export interface OpenedItems {
  readonly items: readonly RememberedItem[];
  /** The search key is '' where nobody knows it. */
  readonly damaged: readonly DamagedRow[];
  /** Why the rest could not be read. */
  readonly failure?: Failure;
}

export interface WholeReading extends OpenedItems {
  /** From before the items were listed. */
  readonly position: string | undefined;
  readonly hasSeveralPages: boolean;
}

export type KnownItems = ReadonlyMap<ItemId, RememberedItem>;

export interface SourceProtocol<Folder extends Stamped, Changed extends ChangedItem> {
  readonly clock: Clock;
  readonly log: Log;
  readonly stampRules: StampRules<Folder>;
  /** false: contact lists count among the items of the folder, and are told in no other way. */
  readonly showsContactLists: boolean;
  /** With more of them in a folder that had so many items, reading everything costs less. */
  readonly mostChanges: (items: number) => number;
  /** Everything. `known` tells who a damaged item is, and what an unchanged one holds. */
  readAll(folder: Folder, known: KnownItems, signal: AbortSignal): Promise<WholeReading>;
  /** undefined: the position is unusable, read everything. Absent where the protocol tells no changes. */
  readonly changesSince?: (
    folder: Folder,
    position: string,
    signal: AbortSignal,
  ) => Promise<ChangeRound<Changed> | undefined>;
  /** Those of a round, and those that could not be opened before; what is gone meanwhile is left out. */
  open(
    folder: Folder,
    changed: ReadonlyMap<ItemId, Changed>,
    again: readonly DamagedRow[],
    known: KnownItems,
    signal: AbortSignal,
  ): Promise<OpenedItems>;
}

/** Where a mailbox's memory of a folder stands. */
export function memoryKey(mailbox: MailboxId, folder: FolderId): string {
  const digest = createHash('sha256').update(JSON.stringify([mailbox, folder]));
  return `contact folder ${digest.digest('base64url')}`;
}

export async function readSourceItems<Folder extends Stamped, Changed extends ChangedItem>(
  protocol: SourceProtocol<Folder, Changed>,
  folder: Folder,
  memory: ItemMemory,
  signal: AbortSignal,
): Promise<FolderItems> {
  // Before the reading, which may take minutes: what happens meanwhile must not look settled.
  const now = protocol.clock.now();
  const known = await memory.load();
  signal.throwIfAborted();
  if (known !== undefined && isUntouchedSince(known.stamp, folder, protocol.stampRules, now)) {
    const damaged = [...known.damaged.values()];
    const items = [...known.items.values()];
    return { ...shown(protocol, items, damaged, known.beyond), hasSeveralPages: false, isUnchanged: true };
  }
  const changes = known === undefined ? undefined : await readChanges(protocol, folder, known, signal);
  const read = changes ?? (await protocol.readAll(folder, known?.items ?? new Map(), signal));
  const { items, damaged, position, failure, hasSeveralPages } = read;
  const beyond = beyondOf(folder, items, damaged);
  if (failure === undefined && position !== undefined) {
    await memory.save({
      position,
      // What failed may have been the service's mood: it is tried again, whatever the folder says.
      stamp: damaged.length === 0 ? stampOf(folder, protocol.stampRules, now) : undefined,
      beyond,
      items: new Map(items.map((item) => [item.itemId, item])),
      damaged: new Map(damaged.map((item) => [item.itemId, item])),
    });
  }
  return {
    ...shown(protocol, items, damaged, failure === undefined ? beyond : undefined),
    ...(failure === undefined ? {} : { failure }),
    hasSeveralPages,
  };
}

function shown(
  { showsContactLists }: Pick<SourceProtocol<Stamped, ChangedItem>, 'showsContactLists'>,
  items: readonly RememberedItem[],
  damaged: readonly DamagedRow[],
  beyond: number | undefined,
): Pick<FolderItems, 'items' | 'damaged' | 'unreadable' | 'notListed'> {
  const isTold = !showsContactLists && beyond !== undefined && beyond > 0;
  return { items, damaged, unreadable: damaged.length, ...(isTold ? { notListed: beyond } : {}) };
}

function beyondOf(
  { itemCount }: Stamped,
  items: readonly RememberedItem[],
  damaged: readonly DamagedRow[],
): number | undefined {
  return itemCount === undefined ? undefined : itemCount - items.length - damaged.length;
}

/** undefined: a full reading is needed. */
async function readChanges<Folder extends Stamped, Changed extends ChangedItem>(
  protocol: SourceProtocol<Folder, Changed>,
  folder: Folder,
  known: RememberedItems,
  signal: AbortSignal,
): Promise<WholeReading | undefined> {
  const { log } = protocol;
  if (protocol.changesSince === undefined) return undefined;
  const round = await protocol.changesSince(folder, known.position, signal);
  if (round === undefined) {
    log.info('the position of the last reading is no longer usable, reading the folder in full');
    return undefined;
  }
  const { removed } = round;
  const changed = new Map(
    [...round.changed].filter(
      ([id, { version }]) => version === '' || known.items.get(id)?.version !== version,
    ),
  );
  if (changed.size > protocol.mostChanges(known.items.size)) return undefined;
  const again = [...known.damaged.values()].filter(({ itemId: id }) => !removed.has(id) && !changed.has(id));
  const opened = await protocol.open(folder, changed, again, known.items, signal);
  const items = new Map(known.items);
  for (const id of [...removed, ...changed.keys()]) items.delete(id);
  for (const item of opened.items) items.set(item.itemId, item);
  const reading = { ...opened, items: [...items.values()], position: round.position, hasSeveralPages: false };
  if (opened.failure !== undefined) return reading;
  // The count is known anyway: it shows what the changes did not tell, and lists that came or went.
  if (beyondOf(folder, reading.items, opened.damaged) !== known.beyond) {
    log.info('a folder holds another number of items than its changes tell, reading it in full');
    return undefined;
  }
  return reading;
}
