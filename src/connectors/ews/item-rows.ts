// The contents of a folder as rows of id, version, age and mark: everything, what changed since a sync state, or page by
// page.

import { type FolderId, folderId, type ItemId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { MarkedInContacts } from '../contact-folder/contacts-by-policy.ts';
import type { ChangedItem, ChangeRound } from '../contact-folder/folder-protocol.ts';
import { isNewer } from '../contact-folder/found-mark.ts';
import type { MarkedRow } from '../contact-folder/look-before-writing.ts';
import { MARK_SHAPE } from './contact-reader.ts';
import { isUnusableSyncState } from './failures.ts';
import { readFolder } from './folder-tree.ts';
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
import type { Xml } from './xml-writer.ts';

export interface ItemRow extends MarkedRow {
  readonly createdAt: string;
}

/** What is asked for of each item, and what its answer makes. */
export interface RowReader<Row extends SyncedRow> {
  readonly shape: Xml;
  /** undefined: of no interest. */
  readonly decode: (item: XmlElement) => Row | undefined;
}

type SyncedRow = ChangedItem & { readonly itemId: ItemId };

/** The position is the sync state. */
export interface SyncRound<Row extends SyncedRow = ItemRow> extends ChangeRound<Row> {
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
export function readEverything(
  session: MailboxSession,
  codec: MarkCodec,
  folder: FolderId,
  signal: AbortSignal,
): Promise<SyncRound> {
  return readAllRows(session, marksOf(codec), folder, signal);
}

export async function readAllRows<Row extends SyncedRow>(
  session: MailboxSession,
  reader: RowReader<Row>,
  folder: FolderId,
  signal: AbortSignal,
): Promise<SyncRound<Row>> {
  for (let start = 0; start < MOST_STARTS; start += 1) {
    const all = await readRowsSince(session, reader, folder, undefined, signal);
    if (all === undefined) break;
    if (all.answers === 1) return all;
    const since = await readRowsSince(session, reader, folder, all.position, signal);
    if (since !== undefined) return joined(all, since);
  }
  throw stuck('syncStateUnusable');
}

function joined<Row extends SyncedRow>(first: SyncRound<Row>, then: SyncRound<Row>): SyncRound<Row> {
  const stayed = [...first.changed].filter(([id]) => !then.removed.has(id));
  return {
    changed: new Map([...stayed, ...then.changed]),
    removed: new Set([...first.removed, ...then.removed].filter((id) => !then.changed.has(id))),
    position: then.position,
    answers: first.answers + then.answers,
  };
}

/** A single round, from the start or since the state; undefined: the state is unusable, read everything. */
export function readChangesSince(
  session: MailboxSession,
  codec: MarkCodec,
  folder: FolderId,
  before: string | undefined,
  signal: AbortSignal,
): Promise<SyncRound | undefined> {
  return readRowsSince(session, marksOf(codec), folder, before, signal);
}

export async function readRowsSince<Row extends SyncedRow>(
  session: MailboxSession,
  reader: RowReader<Row>,
  folder: FolderId,
  before: string | undefined,
  signal: AbortSignal,
): Promise<SyncRound<Row> | undefined> {
  const changed = new Map<ItemId, Row>();
  const removed = new Set<ItemId>();
  const paging = new Paging(CHANGES_PER_ANSWER);
  for (let syncState = before, answers = 1; ; answers += 1) {
    const operation = (rows: number) => syncFolderItems(folder, syncState, rows, reader.shape);
    const message = await paging.ask(session, operation, signal);
    if (before !== undefined && isUnusableSyncState(message.code)) return undefined;
    const element = requireDone(message);
    const changes = childOf(element, 'Changes')?.children ?? [];
    for (const change of changes) takeOver(change, reader, changed, removed);
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
function takeOver<Row extends SyncedRow>(
  change: XmlElement,
  { decode }: RowReader<Row>,
  changed: Map<ItemId, Row>,
  removed: Set<ItemId>,
): void {
  if (change.name === 'Delete') {
    const id = itemIdOf(change);
    removed.add(id);
    changed.delete(id);
  } else if (change.name === 'Create' || change.name === 'Update') {
    for (const row of change.children.map(decode)) {
      if (row === undefined) continue;
      changed.set(row.itemId, row);
      removed.delete(row.itemId);
    }
  }
}

/** Pages are offsets: whoever deletes meanwhile may hide an item, which the next scan finds. */
export async function markedInContacts(
  session: MailboxSession,
  codec: MarkCodec,
  signal: AbortSignal,
): Promise<MarkedInContacts> {
  const contacts = await readFolder(session, codec, session.contacts, signal);
  if (contacts === undefined) return { folderId: folderId(''), marks: [] };
  const marks: OwnershipMark[] = [];
  for await (const { mark } of listItems(session, codec, contacts.folderId, signal)) {
    if (mark !== undefined && !isNewer(mark)) marks.push(mark);
  }
  return { folderId: contacts.folderId, marks };
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

function rowsIn(parent: XmlElement | undefined, codec: MarkCodec): readonly ItemRow[] {
  const { decode } = marksOf(codec);
  return (parent?.children ?? []).map(decode).filter((row) => row !== undefined);
}

/** Distribution lists and whatever else lies in a contact folder are no contacts. */
function marksOf(codec: MarkCodec): RowReader<ItemRow> {
  return {
    shape: MARK_SHAPE,
    decode: (item) => (item.name === 'Contact' ? rowOf(item, codec) : undefined),
  };
}

export function rowOf(item: XmlElement, codec: MarkCodec): ItemRow {
  return {
    itemId: itemIdOf(item),
    version: versionOf(item),
    createdAt: createdAtOf(item),
    mark: markOf(item, codec),
  };
}
