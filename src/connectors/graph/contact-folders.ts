// The contact folders of a mailbox as a source, through Graph. Items come in long pages with everything that v1.0 keeps
// in MAPI properties; what a list cuts or cannot show is opened by itself.

import { createHash } from 'node:crypto';
import { Failure } from '../../model/failure.ts';
import type { FolderId, ItemId } from '../../model/ids.ts';
import type { TargetMailbox } from '../../model/mailbox.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContactFolders, DamagedItem, OpenContactFolders } from '../../ports/contact-folders.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { Log } from '../../ports/log.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { claimOf } from '../contact-folder/claimed-original.ts';
import {
  type KnownItems,
  memoryKey,
  type OpenedItems,
  readSourceItems,
  type SourceProtocol,
  type WholeReading,
} from '../contact-folder/read-source-items.ts';
import { type RememberedItem, rememberedItems } from '../contact-folder/remembered-items.ts';
import { sourceFolder } from '../contact-folder/source-folder.ts';
import { type BatchAnswer, type GraphClient, isRecord, requireSuccess } from '../graph-client/index.ts';
import { decodeContact, decodeExtended, type GraphJson, mayBeCut, otherDataOf } from './codec.ts';
import { readPictures } from './contact-pictures.ts';
import { continueDelta, type DeltaItem, startDelta } from './delta-round.ts';
import { STAMP_RULES } from './folder-stamp.ts';
import { allFolders, DEFAULT_FOLDER, type FoundFolder, readFolderById } from './folder-tree.ts';
import {
  folderIdOf,
  itemIdOf,
  type MailboxRequests,
  markOf,
  recordOf,
  requestsOf,
  textIn,
  versionOf,
} from './mailbox-requests.ts';
import { IDENTITY_PROPERTY } from './ownership-properties.ts';
import { EXPAND_SOURCE, normalizedId, SEARCH_KEY } from './schema.ts';

export interface GraphContactFoldersOptions {
  readonly client: GraphClient;
  readonly markCodec: MarkCodec;
  /** What was read of a folder, for the next run. */
  readonly cache: DirectoryCache;
  readonly clock: Clock;
  readonly log: Log;
}

const ROWS_PER_PAGE = 999;

/** Read with other fields, or decoded in another way (count up), what is remembered is worth nothing. */
const FORMAT = `graph 2 ${createHash('sha256').update(EXPAND_SOURCE).digest('base64url')}`;

/** A week late would be late for a whole organization. */
const TRUSTED_FOR_MS = 24 * 60 * 60 * 1_000;

export function openGraphContactFolders(options: GraphContactFoldersOptions): OpenContactFolders {
  return (mailbox: TargetMailbox): ContactFolders => {
    const { markCodec, cache, log } = options;
    const requests = requestsOf(mailbox, options);
    const protocol = protocolOf(requests, markCodec);
    const listed = new Map<FolderId, FoundFolder>();
    return {
      async list(signal) {
        const [contacts, ...below] = await listFolders(requests, markCodec, signal);
        for (const folder of [contacts, ...below]) listed.set(folder.folderId, folder);
        // A folder without a parent would be lost from every path, which must not pass for a folder that is gone.
        const parentOf = ({ parentId }: FoundFolder) => folderIdOf({ id: parentId });
        return [
          { ...sourceFolder(contacts), parentId: undefined },
          ...below.map((one) => ({ ...sourceFolder(one), parentId: parentOf(one) })),
        ];
      },
      read({ folderId }, signal) {
        const folder = listed.get(folderId);
        if (folder === undefined)
          throw new Failure('unexpectedAnswer', { details: { code: 'folderNotListed' } });
        const memory = rememberedItems(cache, memoryKey(mailbox.id, folderId), FORMAT, log);
        return readSourceItems(protocol, folder, memory, signal);
      },
      async tryOpen({ folderId }, signal) {
        const path = `${requests.path('contactFolders', folderId, 'contacts')}?$top=1&$select=id`;
        requireSuccess(await requests.get(path, signal), requests.toFailure);
      },
      readPictures: (_, itemIds, signal) => readPictures(requests, itemIds, signal),
    };
  };
}

function protocolOf(mailbox: MailboxRequests, codec: MarkCodec): SourceProtocol<FoundFolder, DeltaItem> {
  return {
    clock: mailbox.clock,
    log: mailbox.log,
    stampRules: { ...STAMP_RULES, trustedForMs: () => TRUSTED_FOR_MS },
    showsContactLists: false,
    // One request each, against one for 200 ids and one for 999 contacts.
    mostChanges: (items) => Math.max(100, items / 150),
    readAll: ({ folderId }, known, signal) => readAll(mailbox, codec, folderId, known, signal),
    changesSince: (_, position, signal) => continueDelta(mailbox, position, signal),
    async open(_, changed, again, known, signal) {
      const whoWas = new Map<ItemId, DamagedItem>([
        ...known,
        ...again.map((item) => [item.itemId, item] as const),
      ]);
      const ids = [...changed.keys(), ...again.map(({ itemId }) => itemId)];
      return openSingly(mailbox, codec, ids, whoWas, signal);
    },
  };
}

async function listFolders(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  signal: AbortSignal,
): Promise<readonly [FoundFolder, ...FoundFolder[]]> {
  signal.throwIfAborted();
  const contacts = await readFolderById(mailbox, codec, DEFAULT_FOLDER, signal);
  if (contacts === undefined)
    throw new Failure('unexpectedAnswer', { details: { code: 'noContactsFolder' } });
  const below: FoundFolder[] = [];
  if (contacts.mayHaveChildren) for await (const one of allFolders(mailbox, codec, signal)) below.push(one);
  return [contacts, ...below];
}

/**
 * First the position, then the items: what happens in between is told again by the next round. The round names every
 * item, so that a row that was skipped between two pages is opened by itself, and one that makes its page fail, too.
 */
async function readAll(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  folderId: FolderId,
  known: KnownItems,
  signal: AbortSignal,
): Promise<WholeReading> {
  const { changed, position } = await startDelta(mailbox, folderId, signal);
  const path = `${mailbox.path('contactFolders', folderId, 'contacts')}?$top=${ROWS_PER_PAGE}&$orderby=createdDateTime&${EXPAND_SOURCE}`;
  const items = new Map<ItemId, RememberedItem>();
  let pages = 0;
  try {
    const cut = new Set<ItemId>();
    try {
      for await (const page of mailbox.pages(path, signal)) {
        pages += 1;
        for (const row of page) {
          if (!isRecord(row)) continue;
          if (mayBeCut(row)) cut.add(itemIdOf(row));
          else items.set(itemIdOf(row), sourceItem(row, codec));
        }
      }
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
      // One damaged item makes its whole page fail. Whether the service itself is in trouble, the next requests show.
      if (thrown.code !== 'serviceUnavailable') throw thrown;
      mailbox.log.warn('a list of contacts fails, each is opened by itself', { ...thrown.toRecord() });
    }
    const missing = [...changed.keys()].filter((id) => !items.has(id) && !cut.has(id));
    const opened = await openSingly(mailbox, codec, [...cut, ...missing], known, signal);
    for (const item of opened.items) items.set(item.itemId, item);
    return { items: [...items.values()], damaged: opened.damaged, position, hasSeveralPages: pages > 1 };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
    return { items: [...items.values()], damaged: [], position, failure: thrown, hasSeveralPages: pages > 1 };
  }
}

/** `whoWas`: as earlier readings knew them; Graph itself says nothing of an item that it cannot open. */
async function openSingly(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  ids: readonly ItemId[],
  whoWas: ReadonlyMap<ItemId, DamagedItem>,
  signal: AbortSignal,
): Promise<OpenedItems> {
  const paths = ids.map((id) => `${mailbox.path('contacts', id)}?${EXPAND_SOURCE}`);
  const answers = await mailbox.batch(
    paths.map((path) => ({ method: 'GET', path, isSafeToRepeat: true })),
    signal,
  );
  const items: RememberedItem[] = [];
  const damaged: DamagedItem[] = [];
  for (const [index, itemId] of ids.entries()) {
    const answer = answers[index];
    if (answer === undefined) throw new Failure('unexpectedAnswer', { details: { code: 'answerMissing' } });
    const row = open(mailbox, answer);
    if (row === 'gone') continue;
    if (row !== 'unreadable') items.push(sourceItem(row, codec));
    else {
      const { searchKey = '', createdAt = '', original, isMarked = false } = whoWas.get(itemId) ?? {};
      damaged.push({ itemId, searchKey, createdAt, ...claimOf(original), isMarked });
    }
  }
  return { items, damaged };
}

function open(mailbox: MailboxRequests, answer: BatchAnswer): GraphJson | 'gone' | 'unreadable' {
  if (answer.kind === 'lost') throw answer.failure;
  if (mailbox.isGone(answer.answer)) return 'gone';
  if (answer.answer.status === 500) return 'unreadable';
  return recordOf(requireSuccess(answer.answer, mailbox.toFailure).body);
}

function sourceItem(row: GraphJson, codec: MarkCodec): RememberedItem {
  const extended = decodeExtended(row);
  const original = codec.original?.(extended.get(normalizedId(IDENTITY_PROPERTY)) ?? '');
  return {
    itemId: itemIdOf(row),
    version: versionOf(row),
    // Graph lists no contact lists.
    kind: 'contact',
    searchKey: original?.searchKey ?? extended.get(normalizedId(SEARCH_KEY)) ?? '',
    createdAt: toSeconds(textIn(row, 'createdDateTime')),
    ...claimOf(original),
    isMarked: markOf(row, codec) !== undefined,
    properties: decodeContact(row),
    pictureStamp: otherDataOf(row).picture === undefined ? '' : textIn(row, 'changeKey'),
  };
}

function toSeconds(time: string): string {
  return time.replace(/\.\d+(?=Z$)/, '');
}
