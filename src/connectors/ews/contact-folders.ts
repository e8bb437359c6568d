// The contact folders of a mailbox as a source, through EWS: rows of a folder tell who its items are, and every contact is
// opened, because rows hold neither notes nor whole texts.

import { Failure } from '../../model/failure.ts';
import { folderId as asFolderId, type ItemId } from '../../model/ids.ts';
import type { TargetMailbox } from '../../model/mailbox.ts';
import type {
  ContactFolders,
  FolderItems,
  OpenContactFolders,
  SourceFolder,
  SourceItem,
} from '../../ports/contact-folders.ts';
import type { Log } from '../../ports/log.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { readContact, SOURCE_ROW_SHAPE, WHOLE_SHAPE } from './contact-reader.ts';
import type { EwsClient } from './ews-client.ts';
import { type FoundFolder, foldersBelowContacts, readFolder } from './folder-tree.ts';
import { findItems, ITEMS_PER_PAGE } from './item-operations.ts';
import {
  createdAtOf,
  itemIdOf,
  type MailboxSession,
  markOf,
  requireDone,
  type SessionOptions,
  sessionOf,
} from './mailbox-session.ts';
import { extendedIn, SEARCH_KEY } from './mapi-property.ts';
import { offsetAfter, Paging } from './paging.ts';
import { readItems } from './read-items.ts';
import { childOf, textOf, type XmlElement } from './xml-element.ts';

export interface EwsContactFoldersOptions extends Omit<SessionOptions, 'client' | 'log'> {
  readonly client: EwsClient;
  readonly markCodec: MarkCodec;
  readonly log: Log;
}

/** So many are opened at once; where one of them makes that fail, each is opened by itself. */
const OPENED_AT_ONCE = 100;
/** In a row: then it is not the items that are damaged. */
const MOST_FAILURES = 5;

export function openEwsContactFolders(options: EwsContactFoldersOptions): OpenContactFolders {
  return (mailbox: TargetMailbox): ContactFolders => {
    const session = sessionOf(mailbox, options);
    return {
      list: (signal) => listFolders(session, options.markCodec, signal),
      read: (folder, signal) => readFolderItems(session, options.markCodec, folder, signal),
    };
  };
}

async function listFolders(
  session: MailboxSession,
  codec: MarkCodec,
  signal: AbortSignal,
): Promise<readonly SourceFolder[]> {
  signal.throwIfAborted();
  const contacts = await readFolder(session, codec, session.contacts, signal);
  if (contacts === undefined)
    throw new Failure('unexpectedAnswer', { details: { code: 'noContactsFolder' } });
  const below = await foldersBelowContacts(session, codec, signal);
  return [{ ...sourceFolder(contacts), parentId: undefined }, ...below.map(sourceFolder)];
}

function sourceFolder(folder: FoundFolder): SourceFolder {
  const { folderId, parentId, name, holdsContacts, mark, itemCount, lastCommit } = folder;
  return {
    folderId,
    parentId: asFolderId(parentId),
    name,
    holdsContacts,
    isMarked: mark !== undefined,
    stamp: itemCount === undefined ? undefined : `${itemCount} ${lastCommit ?? ''}`,
  };
}

/** What was there when the reading stopped half way. */
interface Rows {
  readonly rows: readonly SourceItem[];
  readonly failure?: Failure;
  readonly hasSeveralPages: boolean;
}

async function readFolderItems(
  session: MailboxSession,
  codec: MarkCodec,
  folder: SourceFolder,
  signal: AbortSignal,
): Promise<FolderItems> {
  const { rows, failure, hasSeveralPages } = await readRows(session, codec, folder, signal);
  const opened = await openContacts(session, rows, signal);
  return { ...opened, ...(failure === undefined ? {} : { failure }), hasSeveralPages };
}

async function readRows(
  session: MailboxSession,
  codec: MarkCodec,
  { folderId }: SourceFolder,
  signal: AbortSignal,
): Promise<Rows> {
  const rows = new Map<ItemId, SourceItem>();
  const paging = new Paging(ITEMS_PER_PAGE);
  let hasSeveralPages = false;
  try {
    for (let offset = 0; ; ) {
      const operation = (most: number) => findItems(folderId, offset, most, SOURCE_ROW_SHAPE);
      const root = childOf(requireDone(await paging.ask(session, operation, signal)), 'RootFolder');
      const children = childOf(root, 'Items')?.children ?? [];
      for (const item of children.flatMap((child) => rowOf(child, codec))) rows.set(item.itemId, item);
      const ids = children.flatMap((child) => childOf(child, 'ItemId')?.attributes['Id'] ?? []);
      if (paging.isLast(root?.attributes['IncludesLastItemInRange'], ids)) break;
      hasSeveralPages = true;
      offset = offsetAfter(root, offset);
    }
    return { rows: [...rows.values()], hasSeveralPages };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
    return { rows: [...rows.values()], failure: thrown, hasSeveralPages };
  }
}

/** Items of other classes, such as notes and meeting requests that somebody dragged there, are no contacts. */
function rowOf(row: XmlElement, codec: MarkCodec): readonly SourceItem[] {
  if (row.name !== 'Contact' && row.name !== 'DistributionList') return [];
  const subject = textOf(row, 'Subject');
  return [
    {
      itemId: itemIdOf(row),
      kind: row.name === 'Contact' ? 'contact' : 'contactList',
      searchKey: extendedIn(row).get(SEARCH_KEY.key) ?? '',
      createdAt: createdAtOf(row),
      isMarked: markOf(row, codec) !== undefined,
      properties: subject === '' ? {} : { displayName: subject },
    },
  ];
}

async function openContacts(
  session: MailboxSession,
  rows: readonly SourceItem[],
  signal: AbortSignal,
): Promise<Omit<FolderItems, 'hasSeveralPages'>> {
  const isOpened = ({ kind, isMarked }: SourceItem) => kind === 'contact' && !isMarked;
  const items = rows.filter((row) => !isOpened(row));
  const closed = rows.filter(isOpened);
  let unreadable = 0;
  try {
    for (let at = 0; at < closed.length; at += OPENED_AT_ONCE) {
      const portion = closed.slice(at, at + OPENED_AT_ONCE);
      const opened = await openPortion(session, portion, signal);
      items.push(...opened.items);
      unreadable += opened.unreadable;
    }
    return { items, unreadable };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
    return { items, unreadable, failure: thrown };
  }
}

async function openPortion(
  session: MailboxSession,
  rows: readonly SourceItem[],
  signal: AbortSignal,
): Promise<Pick<FolderItems, 'items' | 'unreadable'>> {
  try {
    return { items: await open(session, rows, signal), unreadable: 0 };
  } catch (thrown) {
    if (signal.aborted || !mayBeOfOneItem(thrown)) throw thrown;
    return openSingly(session, rows, signal);
  }
}

async function open(
  session: MailboxSession,
  rows: readonly SourceItem[],
  signal: AbortSignal,
): Promise<readonly SourceItem[]> {
  const ids = rows.map(({ itemId }) => itemId);
  const read = await readItems(session, ids, WHOLE_SHAPE, readContact, signal);
  return rows.flatMap((row, index) => {
    const properties = read[index];
    // Gone meanwhile.
    return properties === undefined ? [] : [{ ...row, properties }];
  });
}

async function openSingly(
  session: MailboxSession,
  rows: readonly SourceItem[],
  signal: AbortSignal,
): Promise<Pick<FolderItems, 'items' | 'unreadable'>> {
  const items: SourceItem[] = [];
  let unreadable = 0;
  let inARow = 0;
  for (const row of rows) {
    try {
      items.push(...(await open(session, [row], signal)));
      inARow = 0;
    } catch (thrown) {
      if (signal.aborted || !mayBeOfOneItem(thrown)) throw thrown;
      unreadable += 1;
      inARow += 1;
      if (inARow === MOST_FAILURES) throw thrown;
    }
  }
  return { items, unreadable };
}

/** A damaged item is refused as such, or makes the server fail (failures.ts). */
function mayBeOfOneItem(thrown: unknown): boolean {
  return thrown instanceof Failure && ['unexpectedAnswer', 'serviceUnavailable'].includes(thrown.code);
}
