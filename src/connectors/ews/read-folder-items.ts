// The items of one folder as a source: its rows tell who they are, and every contact is opened, because rows hold neither
// notes nor whole texts.

import { createHash } from 'node:crypto';
import type { ContactProperties } from '../../model/contact.ts';
import { Failure } from '../../model/failure.ts';
import type { FolderId, ItemId } from '../../model/ids.ts';
import type { ItemFurther, SourceFolder } from '../../ports/contact-folders.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { claimOf } from '../contact-folder/claimed-original.ts';
import type { KnownItems, OpenedItems } from '../contact-folder/read-source-items.ts';
import type { RememberedItem } from '../contact-folder/remembered-items.ts';
import { ORIGINAL_SHAPE, readContact, SOURCE_ROW_SHAPE, WHOLE_SHAPE } from './contact-reader.ts';
import { isOfDamagedItem } from './failures.ts';
import { furtherIn } from './further-fields.ts';
import { findItems, ITEMS_PER_PAGE } from './item-operations.ts';
import {
  createdAtOf,
  itemIdOf,
  type MailboxSession,
  markOf,
  requireDone,
  versionOf,
} from './mailbox-session.ts';
import { extendedIn, IDENTITY_PROPERTY, SEARCH_KEY } from './mapi-property.ts';
import { offsetAfter, Paging } from './paging.ts';
import { readItems } from './read-items.ts';
import { booleanOf, childOf, textOf, type XmlElement } from './xml-element.ts';

/** Of an item in a list. */
type Row = RememberedItem;

export interface ListedItems extends OpenedItems {
  readonly otherItems: number;
  readonly hasSeveralPages: boolean;
}

/** With all that lies in them; without it, as a source of policies. */
export type OpenedAs = 'originals' | 'source';

export interface KnownContacts {
  /** undefined: not known in this version. */
  find(itemId: ItemId, version: string): ContactProperties | undefined;
}

export function knownContacts(known: KnownItems): KnownContacts {
  return {
    find(id, version) {
      const item = known.get(id);
      return item?.version === version ? item.properties : undefined;
    },
  };
}

/** Read with other fields, or decoded in another way (count up), what is remembered is worth nothing. */
export const SOURCE_FORMAT = `ews 2 ${createHash('sha256')
  .update(JSON.stringify([SOURCE_ROW_SHAPE, WHOLE_SHAPE]))
  .digest('base64url')}`;

/** So many are opened at once; where one of them makes that fail, each is opened by itself. */
const OPENED_AT_ONCE = 100;
/** In a row: then it is not the items that are damaged. */
const MOST_FAILURES = 5;

/** What was there when the reading stopped half way. */
interface Rows {
  readonly rows: readonly Row[];
  readonly otherItems: number;
  readonly failure?: Failure;
  readonly hasSeveralPages: boolean;
}

/** `known`: contacts as they were opened before; changed ones are opened again. */
export async function readFolderItems(
  session: MailboxSession,
  codec: MarkCodec,
  { folderId }: Pick<SourceFolder, 'folderId'>,
  signal: AbortSignal,
  known?: KnownContacts,
  openedAs: OpenedAs = 'source',
): Promise<ListedItems> {
  const { rows, otherItems, failure, hasSeveralPages } = await readRows(session, codec, folderId, signal);
  const opened = await openContacts(session, rows, signal, known, openedAs);
  return { ...opened, otherItems, ...(failure === undefined ? {} : { failure }), hasSeveralPages };
}

async function readRows(
  session: MailboxSession,
  codec: MarkCodec,
  folderId: FolderId,
  signal: AbortSignal,
): Promise<Rows> {
  const rows = new Map<ItemId, Row>();
  const paging = new Paging(ITEMS_PER_PAGE);
  const others = new Set<string>();
  let hasSeveralPages = false;
  try {
    for (let offset = 0; ; ) {
      const operation = (most: number) => findItems(folderId, offset, most, SOURCE_ROW_SHAPE);
      const root = childOf(requireDone(await paging.ask(session, operation, signal)), 'RootFolder');
      const children = childOf(root, 'Items')?.children ?? [];
      for (const child of children) {
        const row = sourceRowOf(child, codec);
        if (row === undefined) others.add(childOf(child, 'ItemId')?.attributes['Id'] ?? '');
        else rows.set(row.itemId, row);
      }
      const ids = children.flatMap((child) => childOf(child, 'ItemId')?.attributes['Id'] ?? []);
      if (paging.isLast(root?.attributes['IncludesLastItemInRange'], ids)) break;
      hasSeveralPages = true;
      offset = offsetAfter(root, offset);
    }
    return { rows: [...rows.values()], otherItems: others.size, hasSeveralPages };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
    return { rows: [...rows.values()], otherItems: others.size, failure: thrown, hasSeveralPages };
  }
}

/** Throws why its items may not be listed. */
export async function tryFolder(
  session: MailboxSession,
  folderId: FolderId,
  signal: AbortSignal,
): Promise<void> {
  requireDone(await session.ask(findItems(folderId, 0, 1), signal));
}

/** Items of other classes, such as notes and meeting requests that somebody dragged there, are no contacts. */
export function sourceRowOf(row: XmlElement, codec: MarkCodec): Row | undefined {
  if (row.name !== 'Contact' && row.name !== 'DistributionList') return undefined;
  const subject = textOf(row, 'Subject');
  const extended = extendedIn(row);
  const original = codec.original?.(extended.get(IDENTITY_PROPERTY.key) ?? '');
  return {
    itemId: itemIdOf(row),
    version: versionOf(row),
    kind: row.name === 'Contact' ? 'contact' : 'contactList',
    searchKey: original?.searchKey ?? extended.get(SEARCH_KEY.key) ?? '',
    createdAt: createdAtOf(row),
    ...claimOf(original),
    isMarked: markOf(row, codec) !== undefined,
    properties: subject === '' ? {} : { displayName: subject },
    pictureStamp: booleanOf(textOf(row, 'HasPicture')) === true ? versionOf(row) : '',
  };
}

/** What the rows lack; what was opened before counts until the failure. */
export async function openContacts(
  session: MailboxSession,
  rows: readonly Row[],
  signal: AbortSignal,
  known?: KnownContacts,
  openedAs: OpenedAs = 'source',
): Promise<OpenedItems> {
  const items: Row[] = [];
  const closed: Row[] = [];
  for (const row of rows) {
    const properties =
      row.kind === 'contact' && !row.isMarked ? known?.find(row.itemId, row.version) : row.properties;
    if (properties === undefined) closed.push(row);
    else items.push(itemOf(row, properties));
  }
  const damaged: Row[] = [];
  try {
    for (let at = 0; at < closed.length; at += OPENED_AT_ONCE) {
      const portion = closed.slice(at, at + OPENED_AT_ONCE);
      const opened = await openPortion(session, portion, openedAs, signal);
      for (const { row, properties, further } of opened.contacts) {
        items.push({ ...itemOf(row, properties), ...(further === undefined ? {} : { further }) });
      }
      damaged.push(...opened.damaged);
    }
    return { items, damaged };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure)) throw thrown;
    return { items, damaged, failure: thrown };
  }
}

function itemOf(row: Row, properties: ContactProperties): Row {
  return { ...row, properties };
}

interface Whole {
  readonly properties: ContactProperties;
  readonly further: ItemFurther | undefined;
}

interface Opened extends Whole {
  readonly row: Row;
}

interface OpenedPortion {
  readonly contacts: readonly Opened[];
  readonly damaged: readonly Row[];
}

async function openPortion(
  session: MailboxSession,
  rows: readonly Row[],
  openedAs: OpenedAs,
  signal: AbortSignal,
): Promise<OpenedPortion> {
  try {
    return { contacts: await open(session, rows, openedAs, signal), damaged: [] };
  } catch (thrown) {
    if (signal.aborted || !mayBeOfOneItem(thrown)) throw thrown;
    return openSingly(session, rows, openedAs, signal);
  }
}

async function open(
  session: MailboxSession,
  rows: readonly Row[],
  openedAs: OpenedAs,
  signal: AbortSignal,
): Promise<readonly Opened[]> {
  const ids = rows.map(({ itemId }) => itemId);
  const shape = openedAs === 'originals' ? ORIGINAL_SHAPE : WHOLE_SHAPE;
  const read = await readItems(session, ids, shape, (item) => wholeOf(item, openedAs), signal);
  return rows.flatMap((row, index) => {
    const whole = read[index];
    // Gone meanwhile.
    return whole === undefined ? [] : [{ row, ...whole }];
  });
}

function wholeOf(item: XmlElement, openedAs: OpenedAs): Whole {
  return {
    properties: readContact(item),
    further: openedAs === 'originals' ? furtherIn(item) : undefined,
  };
}

async function openSingly(
  session: MailboxSession,
  rows: readonly Row[],
  openedAs: OpenedAs,
  signal: AbortSignal,
): Promise<OpenedPortion> {
  const contacts: Opened[] = [];
  const damaged: Row[] = [];
  let inARow = 0;
  for (const row of rows) {
    try {
      contacts.push(...(await open(session, [row], openedAs, signal)));
      inARow = 0;
    } catch (thrown) {
      if (signal.aborted || !mayBeOfOneItem(thrown)) throw thrown;
      damaged.push(row);
      // With what was read before, the damaged ones may be all that is left to open.
      if (isRefusedAsSuch(thrown)) continue;
      inARow += 1;
      if (inARow === MOST_FAILURES) throw thrown;
    }
  }
  return { contacts, damaged };
}

/** A damaged item is refused as such, or makes the server fail (failures.ts). */
function mayBeOfOneItem(thrown: unknown): boolean {
  return thrown instanceof Failure && ['unexpectedAnswer', 'serviceUnavailable'].includes(thrown.code);
}

function isRefusedAsSuch(thrown: unknown): boolean {
  return thrown instanceof Failure && isOfDamagedItem(String(thrown.details['code']));
}
