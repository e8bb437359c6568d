// Reads the contact folder with its sub-folders: in full (a round of changes from the start lists every item with its
// mark and gives the token), or, with the ledger's record and a working token, only what changed since. Only contacts
// whose version is not the known one are opened.

import type { ItemId, PolicyId, SourceObjectId } from '../../model/ids.ts';
import type { LedgerEntry, LedgerRecord } from '../../model/ledger-record.ts';
import type { FolderSnapshot, ForeignContact, ManagedContact, SnapshotFolder } from '../../model/mailbox.ts';
import type { ReadFolderOptions } from '../../ports/mailbox-target.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { hasOtherData, readContact, WHOLE_SHAPE } from './contact-reader.ts';
import { isUntouchedSince, stampOf } from './folder-stamp.ts';
import type { LocatedFolder } from './folder-tree.ts';
import { type ItemRow, listItems, readChangesSince, rowOf, type SyncRound } from './item-rows.ts';
import { isNewer, type MailboxSession, parentFolderIdOf } from './mailbox-session.ts';
import { readItems } from './read-items.ts';
import { decodeSyncToken, encodeSyncToken, type SyncToken } from './sync-token.ts';
import type { XmlElement } from './xml-element.ts';

/** What one folder contributes to the snapshot. */
interface FolderReading {
  readonly contacts: readonly ManagedContact[];
  readonly foreign: readonly ForeignContact[];
  readonly foreignCount: number;
  readonly newestMark: number;
  readonly syncToken: string | undefined;
  readonly isFull: boolean;
}

type ReadItem =
  | { readonly kind: 'managed'; readonly contact: ManagedContact }
  | { readonly kind: 'newer'; readonly itemId: ItemId; readonly version: number }
  /** Without a contact where it is only counted. */
  | { readonly kind: 'foreign'; readonly itemId: ItemId; readonly contact?: ForeignContact };

export interface FolderReader {
  readonly session: MailboxSession;
  readonly codec: MarkCodec;
  readonly policyId: PolicyId;
}

type Entries = ReadonlyMap<ItemId, LedgerEntry>;

export async function readSnapshot(
  reader: FolderReader,
  folders: readonly LocatedFolder[],
  options: ReadFolderOptions,
  signal: AbortSignal,
): Promise<FolderSnapshot> {
  const known = options.known?.isDirty === true ? undefined : options.known;
  const readings: FolderReading[] = [];
  for (const folder of folders) {
    readings.push(
      (options.includeForeign ? undefined : await readChanges(reader, folder, known, signal)) ??
        (await readInFull(reader, folder, { known, includeForeign: options.includeForeign }, signal)),
    );
  }
  const marks = folders.map(({ mark }) =>
    mark === undefined ? 0 : isNewer(mark) ? mark.newer : mark.version,
  );
  return {
    folders: folders.map((folder, index) => snapshotFolder(folder, readings[index]?.syncToken)),
    contacts: uniqueById(readings.flatMap((reading) => reading.contacts)),
    foreignCount: readings.reduce((sum, reading) => sum + reading.foreignCount, 0),
    ...(options.includeForeign ? { foreign: readings.flatMap((reading) => reading.foreign) } : {}),
    highestMarkVersion: Math.max(0, ...marks, ...readings.map((reading) => reading.newestMark)),
    isFullReading: readings.every((reading) => reading.isFull),
  };
}

export function snapshotFolder(
  { key, folderId, name, mark }: LocatedFolder,
  syncToken: string | undefined,
): SnapshotFolder {
  return { key, folderId, name, mark: isNewer(mark) ? undefined : mark, syncToken };
}

/** An item that moved from one of our folders to another while we read was seen in both: the later folder has it. */
function uniqueById(contacts: readonly ManagedContact[]): readonly ManagedContact[] {
  return [...new Map(contacts.map((contact) => [contact.itemId, contact])).values()];
}

async function readInFull(
  reader: FolderReader,
  folder: LocatedFolder,
  { known, includeForeign }: ReadFolderOptions,
  signal: AbortSignal,
): Promise<FolderReading> {
  const { session, codec, policyId } = reader;
  // Before the reading, which may take minutes: what happens meanwhile must not look settled.
  const now = session.clock.now();
  const round = await readChangesSince(session, codec, folder.folderId, undefined, signal);
  const rows = [...(round?.changed.values() ?? [])];
  const entries: Entries = new Map((known?.entries ?? []).map((entry) => [entry.itemId, entry]));
  const all = await openItems(reader, folder, rows, { entries, includeForeign }, signal);
  const foreignCount = all.filter((item) => item.kind === 'foreign').length;
  return {
    ...sumUp(all),
    foreign: all.flatMap((item) => (item.kind === 'foreign' ? (item.contact ?? []) : [])),
    foreignCount,
    syncToken: tokenAfter(round, {
      foreignCount,
      otherItems: folder.itemCount === undefined ? undefined : folder.itemCount - all.length,
      others: othersOf(all, policyId),
      stamp: stampOf(folder, now),
    }),
    isFull: true,
  };
}

/** undefined: a full reading is needed. */
async function readChanges(
  reader: FolderReader,
  folder: LocatedFolder,
  known: LedgerRecord | undefined,
  signal: AbortSignal,
): Promise<FolderReading | undefined> {
  const { session, codec, policyId } = reader;
  const before = known?.folders.find((one) => one.folderId === folder.folderId && one.key === folder.key);
  const token = before?.syncToken === undefined ? undefined : decodeSyncToken(before.syncToken);
  if (known === undefined || token === undefined) return undefined;
  const now = session.clock.now();
  const isUntouched = isUntouchedSince(token.stamp, folder, now);
  const round = isUntouched
    ? { changed: new Map<ItemId, ItemRow>(), removed: new Set<ItemId>(), syncState: token.syncState }
    : await readChangesSince(session, codec, folder.folderId, token.syncState, signal);
  if (round === undefined) {
    session.log.info('sync state no longer usable, reading the folder in full');
    return undefined;
  }
  const entries: Entries = new Map(
    known.entries.filter((entry) => entry.folderKey === folder.key).map((entry) => [entry.itemId, entry]),
  );
  // Own writes come back: an item that still has the version of the ledger was not touched by anybody else.
  const touched = [...round.changed.values()].filter(
    ({ itemId, version }) => entries.get(itemId)?.version !== version,
  );
  const others = token.others.filter(
    (id) => !round.removed.has(id) && !touched.some((row) => row.itemId === id),
  );
  const doubtful = [...others, ...(isUntouched ? [] : untoldOf(entries, round))];
  const items = [
    ...(await openItems(reader, folder, touched, { entries, includeForeign: false }, signal)),
    ...(await openById(reader, folder, doubtful, signal)),
  ];
  const seen = new Set([...touched.map(({ itemId }) => itemId), ...doubtful]);
  const untouched = [...entries.values()]
    .filter((entry) => !seen.has(entry.itemId) && !round.removed.has(entry.itemId))
    .map((entry) => contactOfEntry(entry, policyId, round.changed.get(entry.itemId)));
  const summed = sumUp(items.map((item) => withoutKnownProperties(item, entries)));
  const isForeignAffected =
    items.some((item) => item.kind === 'foreign') || [...round.removed].some((id) => !entries.has(id));
  const marked = untouched.length + items.filter((item) => item.kind !== 'foreign').length;
  // Own deletions come back too. The folder's count, known anyway, shows whether anybody else's item came or went.
  const beyondContacts =
    folder.itemCount === undefined ? undefined : folder.itemCount - marked - token.foreignCount;
  const isCountUnchanged = beyondContacts !== undefined && beyondContacts === token.otherItems;
  const foreignCount =
    isForeignAffected && !isCountUnchanged ? await countForeign(reader, folder, signal) : token.foreignCount;
  const unknown = items.filter((item) => isOfAnotherOrNewer(item, policyId) || !entries.has(idOf(item)));
  return {
    contacts: [...untouched, ...summed.contacts],
    newestMark: Math.max(0, summed.newestMark, ...untouched.map((contact) => contact.mark.version)),
    foreign: [],
    foreignCount,
    syncToken: tokenAfter(round, {
      foreignCount,
      otherItems: folder.itemCount === undefined ? undefined : folder.itemCount - marked - foreignCount,
      others: unknown.filter((item) => item.kind !== 'foreign').map(idOf),
      stamp: isUntouched ? token.stamp : stampOf(folder, now),
    }),
    isFull: false,
  };
}

/**
 * Written since the last round, because the ledger does not know yet when they came into being, and not in this one: what
 * came and went between two rounds is told in none of them.
 */
function untoldOf(entries: Entries, { changed, removed }: SyncRound): readonly ItemId[] {
  const untold = [...entries.values()].filter(
    ({ itemId, createdAt }) => createdAt === '' && !changed.has(itemId) && !removed.has(itemId),
  );
  return untold.map(({ itemId }) => itemId);
}

function tokenAfter(round: SyncRound | undefined, rest: Omit<SyncToken, 'syncState'>): string | undefined {
  return round === undefined ? undefined : encodeSyncToken({ syncState: round.syncState, ...rest });
}

/** Rows whose version is known, and foreign ones that are only counted, are taken as they are; the rest is opened. */
async function openItems(
  reader: FolderReader,
  folder: LocatedFolder,
  rows: readonly ItemRow[],
  { entries, includeForeign }: { readonly entries: Entries; readonly includeForeign: boolean },
  signal: AbortSignal,
): Promise<readonly ReadItem[]> {
  const toOpen = rows.filter(({ itemId, version, mark }) =>
    mark === undefined ? includeForeign : !isNewer(mark) && entries.get(itemId)?.version !== version,
  );
  const opened = await openById(
    reader,
    folder,
    toOpen.map((row) => row.itemId),
    signal,
  );
  const wasOpened = new Set(toOpen.map((row) => row.itemId));
  const asTheyAre = rows
    .filter((row) => !wasOpened.has(row.itemId))
    .map((row): ReadItem => itemOf(row, folder, undefined));
  return [...asTheyAre, ...opened];
}

/** Those that are gone or left the folder meanwhile are left out. */
async function openById(
  { session, codec }: FolderReader,
  folder: LocatedFolder,
  ids: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly ReadItem[]> {
  const decode = (item: XmlElement) =>
    parentFolderIdOf(item) === folder.folderId ? itemOf(rowOf(item, codec), folder, item) : undefined;
  const items = await readItems(session, ids, WHOLE_SHAPE, decode, signal);
  return items.filter((item) => item !== undefined);
}

function itemOf(row: ItemRow, { key }: LocatedFolder, whole: XmlElement | undefined): ReadItem {
  const { itemId, version, createdAt, mark } = row;
  if (isNewer(mark)) return { kind: 'newer', itemId, version: mark.newer };
  if (mark === undefined) {
    if (whole === undefined) return { kind: 'foreign', itemId };
    const contact = { itemId, version, folderKey: key, properties: readContact(whole) };
    return { kind: 'foreign', itemId, contact };
  }
  const contact = { itemId, version, folderKey: key, createdAt, mark, ...wholeOf(whole) };
  return { kind: 'managed', contact };
}

export function wholeOf(item: XmlElement | undefined): Pick<ManagedContact, 'properties' | 'hasOtherData'> {
  if (item === undefined) return {};
  return { properties: readContact(item), ...(hasOtherData(item) ? { hasOtherData: true } : {}) };
}

/** Exact, because a change does not tell whether the item was foreign before; only ids and marks are fetched. */
async function countForeign(
  { session, codec }: FolderReader,
  folder: LocatedFolder,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  for await (const { mark } of listItems(session, codec, folder.folderId, signal)) {
    if (mark === undefined) count += 1;
  }
  return count;
}

function withoutKnownProperties(item: ReadItem, entries: Entries): ReadItem {
  if (item.kind !== 'managed' || entries.get(item.contact.itemId)?.version !== item.contact.version)
    return item;
  const { properties: _, hasOtherData: __, ...contact } = item.contact;
  return { kind: 'managed', contact };
}

function sumUp(items: readonly ReadItem[]): Pick<FolderReading, 'contacts' | 'newestMark'> {
  const contacts = items.flatMap((item) => (item.kind === 'managed' ? [item.contact] : []));
  const versions = items.map((item) =>
    item.kind === 'newer' ? item.version : item.kind === 'managed' ? item.contact.mark.version : 0,
  );
  return { contacts, newestMark: Math.max(0, ...versions) };
}

/**
 * Marked items that the ledger will not hold: those of other policies or of a newer format, and all that share one
 * source object, because only one of them is ours.
 */
function othersOf(items: readonly ReadItem[], policyId: PolicyId): readonly ItemId[] {
  const times = new Map<SourceObjectId | undefined, number>();
  for (const { mark } of sumUp(items).contacts) {
    if (mark.policyId === policyId) times.set(mark.sourceObjectId, (times.get(mark.sourceObjectId) ?? 0) + 1);
  }
  return items
    .filter((item) => item.kind !== 'foreign')
    .filter(
      (item) =>
        isOfAnotherOrNewer(item, policyId) ||
        (item.kind === 'managed' && (times.get(item.contact.mark.sourceObjectId) ?? 0) > 1),
    )
    .map(idOf);
}

function isOfAnotherOrNewer(item: ReadItem, policyId: PolicyId): boolean {
  return item.kind === 'newer' || (item.kind === 'managed' && item.contact.mark.policyId !== policyId);
}

function idOf(item: ReadItem): ItemId {
  return item.kind === 'managed' ? item.contact.itemId : item.itemId;
}

function contactOfEntry(
  entry: LedgerEntry,
  policyId: LedgerRecord['policyId'],
  row: ItemRow | undefined,
): ManagedContact {
  const { itemId, version, folderKey, sourceObjectId, fingerprint, fieldFingerprints } = entry;
  const createdAt = row?.createdAt ?? entry.createdAt;
  const mark = { version: entry.markVersion, policyId, sourceObjectId, fingerprint, fieldFingerprints };
  return { itemId, version, folderKey, createdAt, mark };
}
