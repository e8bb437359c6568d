// How the contact folder is read through Graph: in full (delta round first for the token, then the list with marks), or
// what a delta round tells, item by item.

import { type FolderId, folderId, type ItemId, type PolicyId } from '../../model/ids.ts';
import type { ForeignContact, OwnershipMark } from '../../model/mailbox.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { MarkedInContacts } from '../contact-folder/contacts-by-policy.ts';
import type { FolderProtocol, FullRound } from '../contact-folder/folder-protocol.ts';
import { isNewer } from '../contact-folder/found-mark.ts';
import type { ElsewhereProtocol, MarkedItem } from '../contact-folder/read-elsewhere.ts';
import { type Entries, isKnownVersion, type ReadItem } from '../contact-folder/read-item.ts';
import type { SyncTokenFormat } from '../contact-folder/sync-token.ts';
import { isRecord } from '../graph-client/index.ts';
import { decodeContact, type GraphJson, mayBeCut, otherDataOf } from './codec.ts';
import { continueDelta, type DeltaItem, startDelta } from './delta-round.ts';
import { STAMP_RULES } from './folder-stamp.ts';
import {
  allFolders,
  DEFAULT_FOLDER,
  type FoundFolder,
  type LocatedFolder,
  readFolderById,
} from './folder-tree.ts';
import { itemIdOf, type MailboxRequests, markOf, textIn, versionOf } from './mailbox-requests.ts';
import { EXPAND_ALL, EXPAND_IDENTITY } from './schema.ts';

const ROWS_PER_PAGE = 999;

export const TOKEN_FORMAT: SyncTokenFormat = { format: 2, mostOthers: 20 };

export interface FolderReader {
  readonly mailbox: MailboxRequests;
  readonly codec: MarkCodec;
  readonly policyId: PolicyId;
}

export function protocolOf(reader: FolderReader): FolderProtocol<FoundFolder, DeltaItem> {
  const { mailbox, policyId } = reader;
  return {
    policyId,
    clock: mailbox.clock,
    log: mailbox.log,
    tokenFormat: TOKEN_FORMAT,
    stampRules: STAMP_RULES,
    tellsWhatCameAndWent: true,
    readAll: (folder, options, signal) => readAll(reader, folder, options, signal),
    changesSince: (_, position, signal) => continueDelta(mailbox, position, signal),
    async readSome(folder, changed, others, signal) {
      const read = await readSingly(reader, folder, [...changed.keys(), ...others], signal);
      return [...read.values()].filter((item) => item !== undefined);
    },
    countForeign: (folder, signal) => countForeign(reader, folder, signal),
  };
}

async function readAll(
  reader: FolderReader,
  folder: LocatedFolder,
  { entries, includeForeign }: { readonly entries: Entries; readonly includeForeign: boolean },
  signal: AbortSignal,
): Promise<FullRound> {
  const { mailbox, codec } = reader;
  // First the token, then the items: what happens in between is told again by the next round instead of being lost.
  const round = await startDelta(mailbox, folder.folderId, signal);
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
  return { items: [...items.values()], position: round.position };
}

function contactsPath(mailbox: MailboxRequests, folderId: FolderId): string {
  return mailbox.path('contactFolders', folderId, 'contacts');
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

/** Only ids and marks are fetched. */
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

export async function markedInContacts(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  signal: AbortSignal,
): Promise<MarkedInContacts> {
  const marks: OwnershipMark[] = [];
  let contacts = folderId(DEFAULT_FOLDER);
  for await (const { mark, parentId } of listMarks(mailbox, codec, contacts, signal)) {
    if (mark === undefined || isNewer(mark)) continue;
    contacts = folderId(parentId);
    marks.push(mark);
  }
  return { folderId: contacts, marks };
}

export function elsewhereProtocol({
  mailbox,
  codec,
  policyId,
}: FolderReader): ElsewhereProtocol<FoundFolder> {
  return {
    policyId,
    readContactsItself: (signal) => readFolderById(mailbox, codec, DEFAULT_FOLDER, signal),
    async readFoldersBelow(signal) {
      const below: FoundFolder[] = [];
      for await (const folder of allFolders(mailbox, codec, signal)) below.push(folder);
      return below;
    },
    listMarks: (folder, signal) => listMarks(mailbox, codec, folder.folderId, signal),
  };
}

/** Only ids, times and marks are fetched; a filter would leave a search folder behind in the store (graph-exo 1.6). */
async function* listMarks(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  id: FolderId,
  signal: AbortSignal,
): AsyncGenerator<MarkedItem & { readonly parentId: string }, void, undefined> {
  const path = `${contactsPath(mailbox, id)}?$top=${ROWS_PER_PAGE}&$orderby=createdDateTime&$select=id,parentFolderId,createdDateTime&${EXPAND_IDENTITY}`;
  for await (const page of mailbox.pages(path, signal)) {
    for (const row of page) {
      if (!isRecord(row)) continue;
      const createdAt = textIn(row, 'createdDateTime');
      const parentId = textIn(row, 'parentFolderId');
      yield { itemId: itemIdOf(row), createdAt, mark: markOf(row, codec), parentId };
    }
  }
}

/** Those that lie in these folders. */
export async function readUnmarked(
  { mailbox, codec }: Pick<FolderReader, 'mailbox' | 'codec'>,
  folders: readonly LocatedFolder[],
  ids: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly ForeignContact[]> {
  const rows = await mailbox.getMany(
    ids.map((id) => `${mailbox.path('contacts', id)}?${EXPAND_ALL}`),
    signal,
  );
  return rows.flatMap((row) => {
    const folder = folders.find((one) => row !== undefined && one.folderId === textIn(row, 'parentFolderId'));
    if (row === undefined || folder === undefined) return [];
    const item = decodeItem(row, folder, codec);
    return item.kind === 'foreign' ? (item.contact ?? []) : [];
  });
}

function decodeItem(row: GraphJson, folder: LocatedFolder, codec: MarkCodec): ReadItem {
  const base = { itemId: itemIdOf(row), version: versionOf(row), folderKey: folder.key };
  const mark = markOf(row, codec);
  if (mark === undefined) {
    return { kind: 'foreign', itemId: base.itemId, contact: { ...base, properties: decodeContact(row) } };
  }
  if (isNewer(mark)) return { kind: 'newer', itemId: base.itemId, version: mark.newer };
  const createdAt = textIn(row, 'createdDateTime');
  const contact = { ...base, createdAt, mark, properties: decodeContact(row), ...otherDataOf(row) };
  return { kind: 'managed', contact };
}
