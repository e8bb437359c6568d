// The contents of a folder as rows of id, version, age and mark: everything, what changed since a sync state, or page by
// page.

import type { FolderId, ItemId } from '../../model/ids.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { ChangeRound } from '../contact-folder/folder-protocol.ts';
import type { MarkedRow } from '../contact-folder/look-before-writing.ts';
import { isUnusableSyncState } from './failures.ts';
import { CHANGES_PER_ANSWER, findItems, ITEMS_PER_PAGE, syncFolderItems } from './item-operations.ts';
import {
  createdAtOf,
  itemIdOf,
  type MailboxSession,
  markOf,
  requireDone,
  versionOf,
} from './mailbox-session.ts';
import { offsetAfter, Paging, stuck } from './paging.ts';
import { childOf, textOf, type XmlElement } from './xml-element.ts';

export interface ItemRow extends MarkedRow {
  readonly createdAt: string;
}

/** The position is the sync state. */
export interface SyncRound extends ChangeRound<ItemRow> {
  readonly position: string;
  /** How many it took. */
  readonly answers: number;
}

/** A state may be refused right after it was given: then everything begins anew. */
const MOST_STARTS = 3;

/**
 * Everything that was in the folder before the call and is still there. What changes between two answers of a round is
 * told in the next one only: where a single answer was not enough, another round follows.
 */
export async function readEverything(
  session: MailboxSession,
  codec: MarkCodec,
  folder: FolderId,
  signal: AbortSignal,
): Promise<SyncRound> {
  for (let start = 0; start < MOST_STARTS; start += 1) {
    const all = await readChangesSince(session, codec, folder, undefined, signal);
    if (all === undefined) break;
    if (all.answers === 1) return all;
    const since = await readChangesSince(session, codec, folder, all.position, signal);
    if (since !== undefined) return joined(all, since);
  }
  throw stuck('syncStateUnusable');
}

function joined(first: SyncRound, then: SyncRound): SyncRound {
  const stayed = [...first.changed].filter(([id]) => !then.removed.has(id));
  return {
    changed: new Map([...stayed, ...then.changed]),
    removed: new Set([...first.removed, ...then.removed].filter((id) => !then.changed.has(id))),
    position: then.position,
    answers: first.answers + then.answers,
  };
}

/** A single round, from the start or since the state; undefined: the state is unusable, read everything. */
export async function readChangesSince(
  session: MailboxSession,
  codec: MarkCodec,
  folder: FolderId,
  before: string | undefined,
  signal: AbortSignal,
): Promise<SyncRound | undefined> {
  const changed = new Map<ItemId, ItemRow>();
  const removed = new Set<ItemId>();
  const paging = new Paging(CHANGES_PER_ANSWER);
  for (let syncState = before, answers = 1; ; answers += 1) {
    const operation = (rows: number) => syncFolderItems(folder, syncState, rows);
    const message = await paging.ask(session, operation, signal);
    if (before !== undefined && isUnusableSyncState(message.code)) return undefined;
    const element = requireDone(message);
    const changes = childOf(element, 'Changes')?.children ?? [];
    for (const change of changes) takeOver(change, codec, changed, removed);
    const next = textOf(element, 'SyncState');
    if (next === '') throw stuck('syncStateMissing');
    // What changed stands one level down, what was removed does not.
    const ids = changes.flatMap((change) => [...idsIn([change]), ...idsIn(change.children)]);
    if (paging.isLast(textOf(element, 'IncludesLastItemInRange'), ids)) {
      return { changed, removed, position: next, answers };
    }
    if (next === syncState) throw stuck('pagingStuck');
    syncState = next;
  }
}

function idsIn(items: readonly XmlElement[]): readonly string[] {
  return items.flatMap((item) => childOf(item, 'ItemId')?.attributes['Id'] ?? []);
}

/** An item may come several times: the last entry holds. */
function takeOver(
  change: XmlElement,
  codec: MarkCodec,
  changed: Map<ItemId, ItemRow>,
  removed: Set<ItemId>,
): void {
  if (change.name === 'Delete') {
    const id = itemIdOf(change);
    removed.add(id);
    changed.delete(id);
  } else if (change.name === 'Create' || change.name === 'Update') {
    for (const row of rowsIn(change, codec)) {
      changed.set(row.itemId, row);
      removed.delete(row.itemId);
    }
  }
}

/** Every contact of the folder. Pages are offsets: whoever deletes meanwhile makes the next one skip a row. */
export async function* listItems(
  session: MailboxSession,
  codec: MarkCodec,
  folder: FolderId,
  signal: AbortSignal,
): AsyncGenerator<ItemRow, void, undefined> {
  const paging = new Paging(ITEMS_PER_PAGE);
  for (let offset = 0; ; ) {
    const operation = (rows: number) => findItems(folder, offset, rows);
    const root = childOf(requireDone(await paging.ask(session, operation, signal)), 'RootFolder');
    const items = childOf(root, 'Items');
    yield* rowsIn(items, codec);
    if (paging.isLast(root?.attributes['IncludesLastItemInRange'], idsIn(items?.children ?? []))) return;
    offset = offsetAfter(root, offset);
  }
}

/** Distribution lists and whatever else lies in a contact folder are no contacts. */
function rowsIn(parent: XmlElement | undefined, codec: MarkCodec): readonly ItemRow[] {
  return (parent?.children ?? []).filter(({ name }) => name === 'Contact').map((item) => rowOf(item, codec));
}

export function rowOf(item: XmlElement, codec: MarkCodec): ItemRow {
  return {
    itemId: itemIdOf(item),
    version: versionOf(item),
    createdAt: createdAtOf(item),
    mark: markOf(item, codec),
  };
}
