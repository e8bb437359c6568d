// How the contact folder is read through EWS: in full (a round of changes from the start lists every item with its mark
// and gives the token), or what a round tells. Only contacts whose version is not the known one are opened.

import type { ItemId, PolicyId } from '../../model/ids.ts';
import type { ManagedContact } from '../../model/mailbox.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { FolderProtocol, FullRound } from '../contact-folder/folder-protocol.ts';
import type { Stamped, StampRules } from '../contact-folder/folder-stamp.ts';
import { isNewer } from '../contact-folder/found-mark.ts';
import { type Entries, entriesOf, type ReadItem } from '../contact-folder/read-item.ts';
import type { SyncTokenFormat } from '../contact-folder/sync-token.ts';
import { otherDataOf, readContact, WHOLE_SHAPE } from './contact-reader.ts';
import type { FoundFolder, LocatedFolder } from './folder-tree.ts';
import { type ItemRow, listItems, readChangesSince, readEverything, rowOf } from './item-rows.ts';
import { type MailboxSession, parentFolderIdOf } from './mailbox-session.ts';
import { readItems } from './read-items.ts';
import type { XmlElement } from './xml-element.ts';

export const TOKEN_FORMAT: SyncTokenFormat = { format: 'ews 1', mostOthers: 100 };

export const STAMP_RULES: StampRules<Stamped> = {
  listedAt: (_, now) => now,
  // By our own clock: those of a domain may differ by five minutes before Kerberos refuses them.
  settledAfterMs: 310_000,
  trustedForMs: () => 24 * 60 * 60 * 1_000,
};

export interface FolderReader {
  readonly session: MailboxSession;
  readonly codec: MarkCodec;
  readonly policyId: PolicyId;
}

export function protocolOf(reader: FolderReader): FolderProtocol<FoundFolder, ItemRow> {
  const { session, codec, policyId } = reader;
  return {
    policyId,
    clock: session.clock,
    log: session.log,
    tokenFormat: TOKEN_FORMAT,
    stampRules: STAMP_RULES,
    tellsWhatCameAndWent: false,
    readAll: (folder, options, signal) => readAll(reader, folder, options, signal),
    changesSince: (folder, position, signal) =>
      readChangesSince(session, codec, folder.folderId, position, signal),
    async readSome(folder, changed, others, signal) {
      const options = { entries: entriesOf([]), includeForeign: false };
      return [
        ...(await openItems(reader, folder, [...changed.values()], options, signal)),
        ...(await openById(reader, folder, others, signal)),
      ];
    },
    countForeign: (folder, signal) => countForeign(reader, folder, signal),
  };
}

interface Opening {
  readonly entries: Entries;
  readonly includeForeign: boolean;
}

async function readAll(
  reader: FolderReader,
  folder: LocatedFolder,
  options: Opening,
  signal: AbortSignal,
): Promise<FullRound> {
  const { session, codec } = reader;
  const { changed, position } = await readEverything(session, codec, folder.folderId, signal);
  return { items: await openItems(reader, folder, [...changed.values()], options, signal), position };
}

/** Rows whose version is known, and foreign ones that are only counted, are taken as they are; the rest is opened. */
async function openItems(
  reader: FolderReader,
  folder: LocatedFolder,
  rows: readonly ItemRow[],
  { entries, includeForeign }: Opening,
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

export function wholeOf(
  item: XmlElement | undefined,
): Pick<ManagedContact, 'properties' | 'hasOtherData' | 'picture'> {
  if (item === undefined) return {};
  return { properties: readContact(item), ...otherDataOf(item) };
}

/** Only ids and marks are fetched. */
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
