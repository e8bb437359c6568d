// The contact folders of a mailbox as a source, through Graph. Items come in long pages with everything that v1.0 keeps
// in MAPI properties; what a list cuts or cannot show is opened by itself.

import { Failure } from '../../model/failure.ts';
import type { ItemId } from '../../model/ids.ts';
import type { TargetMailbox } from '../../model/mailbox.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  ContactFolders,
  FolderItems,
  OpenContactFolders,
  SourceFolder,
  SourceItem,
} from '../../ports/contact-folders.ts';
import type { Log } from '../../ports/log.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { sourceFolder } from '../contact-folder/source-folder.ts';
import { type BatchAnswer, type GraphClient, isRecord, requireSuccess } from '../graph-client/index.ts';
import { decodeContact, decodeExtended, type GraphJson, mayBeCut, otherDataOf } from './codec.ts';
import { readPictures } from './contact-pictures.ts';
import { startDelta } from './delta-round.ts';
import { allFolders, DEFAULT_FOLDER, readFolderById } from './folder-tree.ts';
import {
  folderIdOf,
  itemIdOf,
  type MailboxRequests,
  markOf,
  recordOf,
  requestsOf,
  textIn,
} from './mailbox-requests.ts';
import { IDENTITY_PROPERTY } from './ownership-properties.ts';
import { EXPAND_SOURCE, normalizedId, SEARCH_KEY } from './schema.ts';

export interface GraphContactFoldersOptions {
  readonly client: GraphClient;
  readonly markCodec: MarkCodec;
  readonly clock: Clock;
  readonly log: Log;
}

const ROWS_PER_PAGE = 999;

export function openGraphContactFolders(options: GraphContactFoldersOptions): OpenContactFolders {
  return (mailbox: TargetMailbox): ContactFolders => {
    const requests = requestsOf(mailbox, options);
    return {
      list: (signal) => listFolders(requests, options.markCodec, signal),
      read: (folder, signal) => readItems(requests, options.markCodec, folder, signal),
      readPictures: (_, itemIds, signal) => readPictures(requests, itemIds, signal),
    };
  };
}

async function listFolders(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  signal: AbortSignal,
): Promise<readonly SourceFolder[]> {
  signal.throwIfAborted();
  const contacts = await readFolderById(mailbox, codec, DEFAULT_FOLDER, signal);
  if (contacts === undefined)
    throw new Failure('unexpectedAnswer', { details: { code: 'noContactsFolder' } });
  const folders: SourceFolder[] = [{ ...sourceFolder(contacts), parentId: undefined }];
  if (contacts.mayHaveChildren)
    for await (const one of allFolders(mailbox, codec, signal)) {
      // A folder without a parent would be lost from every path, which must not pass for a folder that is gone.
      folders.push({ ...sourceFolder(one), parentId: folderIdOf({ id: one.parentId }) });
    }
  return folders;
}

async function readItems(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  { folderId }: SourceFolder,
  signal: AbortSignal,
): Promise<FolderItems> {
  const path = `${mailbox.path('contactFolders', folderId, 'contacts')}?$top=${ROWS_PER_PAGE}&$orderby=createdDateTime&${EXPAND_SOURCE}`;
  const items = new Map<ItemId, SourceItem>();
  const cut: ItemId[] = [];
  let pages = 0;
  try {
    for await (const page of mailbox.pages(path, signal)) {
      pages += 1;
      for (const row of page) {
        if (!isRecord(row)) continue;
        if (mayBeCut(row)) cut.push(itemIdOf(row));
        else items.set(itemIdOf(row), sourceItem(row, codec));
      }
    }
    return { ...(await openSingly(mailbox, codec, items, cut, signal)), hasSeveralPages: pages > 1 };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
    const failed = { items: [...items.values()], unreadable: 0, failure: thrown, hasSeveralPages: pages > 1 };
    // One damaged item makes its whole page fail. Whether the service itself is in trouble, the next requests show.
    if (thrown.code !== 'serviceUnavailable') return failed;
    mailbox.log.warn('a list of contacts fails, each is opened by itself', { ...thrown.toRecord() });
    try {
      const { changed } = await startDelta(mailbox, folderId, signal);
      const rest = [...changed.keys()].filter((id) => !items.has(id));
      return { ...(await openSingly(mailbox, codec, items, rest, signal)), hasSeveralPages: true };
    } catch (other) {
      if (signal.aborted || !(other instanceof Failure)) throw other;
      return failed;
    }
  }
}

async function openSingly(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  items: ReadonlyMap<ItemId, SourceItem>,
  ids: readonly ItemId[],
  signal: AbortSignal,
): Promise<Pick<FolderItems, 'items' | 'unreadable'>> {
  const paths = ids.map((id) => `${mailbox.path('contacts', id)}?${EXPAND_SOURCE}`);
  const answers = await mailbox.batch(
    paths.map((path) => ({ method: 'GET', path, isSafeToRepeat: true })),
    signal,
  );
  const opened = answers.map((answer) => open(mailbox, answer));
  const rows = opened.filter((one) => one !== 'gone' && one !== 'unreadable');
  return {
    items: [...items.values(), ...rows.map((row) => sourceItem(row, codec))],
    unreadable: opened.filter((one) => one === 'unreadable').length,
  };
}

function open(mailbox: MailboxRequests, answer: BatchAnswer): GraphJson | 'gone' | 'unreadable' {
  if (answer.kind === 'lost') throw answer.failure;
  if (mailbox.isGone(answer.answer)) return 'gone';
  if (answer.answer.status === 500) return 'unreadable';
  return recordOf(requireSuccess(answer.answer, mailbox.toFailure).body);
}

function sourceItem(row: GraphJson, codec: MarkCodec): SourceItem {
  const extended = decodeExtended(row);
  const original = codec.original?.(extended.get(normalizedId(IDENTITY_PROPERTY)) ?? '');
  return {
    itemId: itemIdOf(row),
    // Graph lists no contact lists.
    kind: 'contact',
    searchKey: original?.searchKey ?? extended.get(normalizedId(SEARCH_KEY)) ?? '',
    createdAt: original?.createdAt ?? toSeconds(textIn(row, 'createdDateTime')),
    isMarked: markOf(row, codec) !== undefined,
    properties: decodeContact(row),
    pictureStamp: otherDataOf(row).picture === undefined ? '' : textIn(row, 'changeKey'),
  };
}

function toSeconds(time: string): string {
  return time.replace(/\.\d+(?=Z$)/, '');
}
