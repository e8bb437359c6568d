// Reads the contact folder with its sub-folders: in full (delta round first for the token, then the list with marks),
// or, with the ledger's record and a working token, only what changed since.

import type { FolderId, ItemId, PolicyId, SourceObjectId } from '../../model/ids.ts';
import type { LedgerEntry, LedgerRecord } from '../../model/ledger-record.ts';
import type { FolderSnapshot, ForeignContact, ManagedContact, SnapshotFolder } from '../../model/mailbox.ts';
import type { ReadFolderOptions } from '../../ports/mailbox-target.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { isRecord } from '../graph-client/index.ts';
import { decodeContact, type GraphJson, hasOtherData, mayBeCut } from './codec.ts';
import { continueDelta, type DeltaRound, startDelta } from './delta-round.ts';
import { isUntouchedSince, stampOf } from './folder-stamp.ts';
import type { LocatedFolder } from './folder-tree.ts';
import { isNewer, itemIdOf, type MailboxRequests, markOf, textIn, versionOf } from './mailbox-requests.ts';
import { EXPAND_ALL, EXPAND_IDENTITY } from './schema.ts';
import { decodeSyncToken, encodeSyncToken, type SyncToken } from './sync-token.ts';

const ROWS_PER_PAGE = 999;

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
  | { readonly kind: 'foreign'; readonly contact: ForeignContact };

export interface FolderReader {
  readonly mailbox: MailboxRequests;
  readonly codec: MarkCodec;
  readonly policyId: PolicyId;
}

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
  const { mailbox, codec, policyId } = reader;
  // First the token, then the items: what happens in between is told again by the next round instead of being lost.
  const stamp = stampOf(folder, mailbox.clock.now());
  const round = await startDelta(mailbox, folder.folderId, signal);
  const entries = new Map((known?.entries ?? []).map((entry) => [entry.itemId, entry]));
  const items = new Map<ItemId, ReadItem>();
  const cut: ItemId[] = [];
  const list = `${contactsPath(mailbox, folder.folderId)}?$top=${ROWS_PER_PAGE}&$orderby=createdDateTime&${EXPAND_ALL}`;
  for await (const page of mailbox.pages(list, signal)) {
    for (const row of page) {
      if (!isRecord(row)) continue;
      const item = decodeItem(row, folder, codec);
      items.set(itemIdOf(row), item);
      const isWanted =
        (item.kind === 'managed' && !isKnownVersion(item.contact, entries)) ||
        (item.kind === 'foreign' && includeForeign);
      if (isWanted && mayBeCut(row)) cut.push(itemIdOf(row));
    }
  }
  // Offset pages skip a row when one before it is deleted meanwhile: whoever was in the folder when the delta round
  // ran and is not in the list is looked at by itself.
  const skipped = [...round.changed.keys()].filter((id) => !items.has(id));
  for (const [id, item] of await readSingly(reader, folder, [...new Set([...cut, ...skipped])], signal)) {
    if (item === undefined) items.delete(id);
    else items.set(id, item);
  }
  const all = [...items.values()].map((item) => withoutKnownProperties(item, entries));
  const foreignCount = all.filter((item) => item.kind === 'foreign').length;
  return {
    ...sumUp(all),
    foreign: all.flatMap((item) => (item.kind === 'foreign' ? [item.contact] : [])),
    foreignCount,
    syncToken: tokenAfter(round, {
      foreignCount,
      otherItems: folder.itemCount === undefined ? undefined : folder.itemCount - all.length,
      others: othersOf(all, policyId),
      stamp,
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
  const { mailbox, policyId } = reader;
  const before = known?.folders.find((one) => one.folderId === folder.folderId && one.key === folder.key);
  const token = before?.syncToken === undefined ? undefined : decodeSyncToken(before.syncToken);
  if (known === undefined || token === undefined) return undefined;
  const now = mailbox.clock.now();
  const isUntouched = isUntouchedSince(token.stamp, folder, now);
  const round = isUntouched
    ? { changed: new Map<ItemId, string>(), removed: new Set<ItemId>(), deltaLink: token.deltaLink }
    : await continueDelta(mailbox, token.deltaLink, signal);
  if (round === undefined) {
    mailbox.log.info('sync token no longer usable, reading the folder in full');
    return undefined;
  }
  const entries = new Map(
    known.entries.filter((entry) => entry.folderKey === folder.key).map((entry) => [entry.itemId, entry]),
  );
  // Own writes come back: an item that still has the version of the ledger was not touched by anybody else.
  const touched = [...round.changed].filter(
    ([id, version]) => version === '' || entries.get(id)?.version !== version,
  );
  const toRead = new Set([
    ...touched.map(([id]) => id),
    ...token.others.filter((id) => !round.removed.has(id)),
  ]);
  const read = await readSingly(reader, folder, [...toRead], signal);
  const items = [...read.values()].filter((item) => item !== undefined);
  const untouched = [...entries.values()]
    .filter((entry) => !toRead.has(entry.itemId) && !round.removed.has(entry.itemId))
    .map((entry) => contactOfEntry(entry, policyId));
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
  const others = items.filter((item) => isOfAnotherOrNewer(item, policyId) || !entries.has(idOf(item)));
  return {
    contacts: [...untouched, ...summed.contacts],
    newestMark: Math.max(0, summed.newestMark, ...untouched.map((contact) => contact.mark.version)),
    foreign: [],
    foreignCount,
    syncToken: tokenAfter(round, {
      foreignCount,
      otherItems: folder.itemCount === undefined ? undefined : folder.itemCount - marked - foreignCount,
      others: others.filter((item) => item.kind !== 'foreign').map(idOf),
      stamp: isUntouched ? token.stamp : stampOf(folder, now),
    }),
    isFull: false,
  };
}

function contactsPath(mailbox: MailboxRequests, folderId: FolderId): string {
  return mailbox.path('contactFolders', folderId, 'contacts');
}

function tokenAfter({ deltaLink }: DeltaRound, rest: Omit<SyncToken, 'deltaLink'>): string | undefined {
  return deltaLink === undefined ? undefined : encodeSyncToken({ deltaLink, ...rest });
}

/** undefined for those that are gone or left the folder meanwhile. */
async function readSingly(
  { mailbox, codec }: FolderReader,
  folder: LocatedFolder,
  ids: readonly ItemId[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ItemId, ReadItem | undefined>> {
  const paths = ids.map((id) => `${mailbox.path('contacts', id)}?${EXPAND_ALL}`);
  const rows = await mailbox.getMany(paths, signal);
  return new Map(
    ids.map((id, index) => {
      const row = rows[index];
      const isHere = row !== undefined && textIn(row, 'parentFolderId') === folder.folderId;
      return [id, isHere ? decodeItem(row, folder, codec) : undefined];
    }),
  );
}

/** Exact, because a change does not tell whether the item was foreign before; only ids and marks are fetched. */
async function countForeign(
  { mailbox, codec }: FolderReader,
  folder: LocatedFolder,
  signal: AbortSignal,
): Promise<number> {
  const path = `${contactsPath(mailbox, folder.folderId)}?$top=${ROWS_PER_PAGE}&$orderby=createdDateTime&$select=id&${EXPAND_IDENTITY}`;
  let count = 0;
  for await (const page of mailbox.pages(path, signal)) {
    count += page.filter((row) => isRecord(row) && markOf(row, codec) === undefined).length;
  }
  return count;
}

function decodeItem(row: GraphJson, folder: LocatedFolder, codec: MarkCodec): ReadItem {
  const base = { itemId: itemIdOf(row), version: versionOf(row), folderKey: folder.key };
  const mark = markOf(row, codec);
  if (mark === undefined) return { kind: 'foreign', contact: { ...base, properties: decodeContact(row) } };
  if (isNewer(mark)) return { kind: 'newer', itemId: base.itemId, version: mark.newer };
  const createdAt = textIn(row, 'createdDateTime');
  const other = hasOtherData(row) ? { hasOtherData: true as const } : {};
  return { kind: 'managed', contact: { ...base, createdAt, mark, properties: decodeContact(row), ...other } };
}

function withoutKnownProperties(item: ReadItem, entries: ReadonlyMap<ItemId, LedgerEntry>): ReadItem {
  if (item.kind !== 'managed' || !isKnownVersion(item.contact, entries)) return item;
  const { properties: _, hasOtherData: __, ...contact } = item.contact;
  return { kind: 'managed', contact };
}

function isKnownVersion(
  { itemId, version }: ManagedContact,
  entries: ReadonlyMap<ItemId, LedgerEntry>,
): boolean {
  return entries.get(itemId)?.version === version;
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
  return item.kind === 'newer' ? item.itemId : item.contact.itemId;
}

function contactOfEntry(entry: LedgerEntry, policyId: LedgerRecord['policyId']): ManagedContact {
  const { itemId, version, folderKey, createdAt, sourceObjectId, fingerprint, fieldFingerprints } = entry;
  const mark = { version: entry.markVersion, policyId, sourceObjectId, fingerprint, fieldFingerprints };
  return { itemId, version, folderKey, createdAt, mark };
}
