// The store of one mailbox: every write of an item, whether it came through a protocol face or from a user
// (control API), goes through these functions, so that versions, removals and normalizations are the same.

import { normalizeChangedContact, normalizeNewContact } from './contact-normalization.ts';
import { changeKeyOf, immutableItemId, regularItemId, searchKey } from './ids.ts';
import type { ContactItem, Mailbox, Organization, RemovedItem } from './state.ts';

export type StoreErrorCode =
  | 'ErrorItemNotFound'
  | 'ErrorFolderNotFound'
  | 'ErrorFolderExists'
  | 'ErrorFolderSavePropertyError'
  | 'ErrorIrresolvableConflict'
  | 'ErrorDeleteDistinguishedFolder'
  | 'ErrorMoveCopyFailed';

/** What the store refuses; each face words it in its own way. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A mailbox together with what its writes need: where removals are kept, and the time. */
export interface OpenMailbox {
  readonly organization: Organization;
  readonly mailbox: Mailbox;
  readonly now: Date;
}

export interface NewItem {
  readonly properties: Readonly<Record<string, unknown>>;
  /** By normalized id. */
  readonly extendedProperties?: ReadonlyMap<string, string>;
  /** Default IPM.Contact. */
  readonly itemClass?: string;
  /** Made in Outlook by the user: Graph shows its unset strings as '' instead of null. */
  readonly madeByHand?: boolean;
}

export interface ItemChanges {
  /** null, '' and [] clear; what is absent stays. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** By normalized id; those not named stay. */
  readonly extendedProperties?: ReadonlyMap<string, string>;
  /** Refused with ErrorIrresolvableConflict unless it is the current one. */
  readonly expectedChangeKey?: string;
}

export function changeKey(mailbox: Mailbox, versioned: { readonly changeNumber: number }): string {
  return changeKeyOf(mailbox.exchangeGuid, versioned.changeNumber);
}

/** By either form of the id, exactly as spelled. */
export function findItem(mailbox: Mailbox, id: string): ContactItem | undefined {
  const item = mailbox.items.get(id);
  if (item !== undefined) return item;
  const regularId = indexOf(mailbox).get(id);
  return regularId === undefined ? undefined : mailbox.items.get(regularId);
}

export function requireItem(mailbox: Mailbox, id: string): ContactItem {
  const item = findItem(mailbox, id);
  if (item === undefined) {
    throw new StoreError('ErrorItemNotFound', 'The specified object was not found in the store.');
  }
  return item;
}

export function createItem(open: OpenMailbox, folderId: string, item: NewItem): ContactItem {
  requireFolderId(open.mailbox, folderId);
  return putItem(open, {
    parentFolderId: folderId,
    immutableId: undefined,
    searchKey: undefined,
    itemClass: item.itemClass ?? 'IPM.Contact',
    properties: normalizeNewContact(item.properties),
    extendedProperties: new Map(item.extendedProperties),
    createdAt: open.now,
    madeByHand: item.madeByHand ?? false,
  });
}

export function updateItem(open: OpenMailbox, id: string, changes: ItemChanges): ContactItem {
  const item = requireItem(open.mailbox, id);
  requireChangeKey(open.mailbox, item, changes.expectedChangeKey);
  item.properties = normalizeChangedContact(item.properties, changes.properties);
  for (const [property, value] of changes.extendedProperties ?? []) {
    item.extendedProperties.set(property, value);
  }
  item.changeNumber = nextChangeNumber(open.mailbox);
  item.modifiedAt = open.now;
  return item;
}

/** Touches an item as clients do (flag, cached mode): a new version, nothing visible changed. */
export function touchItem(open: OpenMailbox, id: string): ContactItem {
  return updateItem(open, id, { properties: {} });
}

/** To Deleted Items under a new id; from there for good. */
export function deleteItem(open: OpenMailbox, id: string, expectedChangeKey?: string): void {
  const item = requireItem(open.mailbox, id);
  requireChangeKey(open.mailbox, item, expectedChangeKey);
  if (item.parentFolderId === open.mailbox.deletedItemsFolderId) purgeItem(open, id);
  else moveItem(open, id, open.mailbox.deletedItemsFolderId);
}

/** For good, without Deleted Items. */
export function purgeItem(open: OpenMailbox, id: string, expectedChangeKey?: string): void {
  const item = requireItem(open.mailbox, id);
  requireChangeKey(open.mailbox, item, expectedChangeKey);
  takeItem(open, item);
}

/** A new id (the immutable one stays), a removal in the old folder, a new item in the other. */
export function moveItem(open: OpenMailbox, id: string, folderId: string): ContactItem {
  requireFolderId(open.mailbox, folderId);
  const item = requireItem(open.mailbox, id);
  takeItem(open, item);
  return putItem(open, { ...item, parentFolderId: folderId });
}

/** A second item with all properties, extended ones (and so any mark) included. */
export function copyItem(open: OpenMailbox, id: string, folderId: string): ContactItem {
  requireFolderId(open.mailbox, folderId);
  const item = requireItem(open.mailbox, id);
  return putItem(open, {
    ...item,
    immutableId: undefined,
    parentFolderId: folderId,
    properties: structuredClone(item.properties),
    extendedProperties: new Map(item.extendedProperties),
    createdAt: open.now,
  });
}

/** What left a folder after the given change number, oldest first: for delta. */
export function removedSince(
  organization: Organization,
  mailbox: Mailbox,
  folderId: string,
  changeNumber: number,
): RemovedItem[] {
  const removed = organization.removedItems.get(mailbox.exchangeGuid) ?? [];
  return removed.filter((one) => one.folderId === folderId && one.changeNumber > changeNumber);
}

/** Items of a folder in order of creation. */
export function itemsIn(mailbox: Mailbox, folderId: string): ContactItem[] {
  return [...mailbox.items.values()].filter((item) => item.parentFolderId === folderId);
}

export function nextChangeNumber(mailbox: Mailbox): number {
  mailbox.changeNumber += 1;
  return mailbox.changeNumber;
}

export function recordRemoval(open: OpenMailbox, removed: RemovedItem): void {
  const { removedItems } = open.organization;
  const list = removedItems.get(open.mailbox.exchangeGuid);
  if (list === undefined) removedItems.set(open.mailbox.exchangeGuid, [removed]);
  else list.push(removed);
}

interface ItemContent {
  parentFolderId: string;
  immutableId: string | undefined;
  searchKey: string | undefined;
  itemClass: string;
  properties: Record<string, unknown>;
  extendedProperties: Map<string, string>;
  createdAt: Date;
  madeByHand: boolean;
}

function putItem(open: OpenMailbox, content: ItemContent): ContactItem {
  const { mailbox } = open;
  const changeNumber = nextChangeNumber(mailbox);
  const item: ContactItem = {
    id: regularItemId(mailbox.exchangeGuid, content.parentFolderId, changeNumber),
    immutableId: content.immutableId ?? immutableItemId(mailbox.exchangeGuid, changeNumber),
    searchKey: content.searchKey ?? searchKey(mailbox.exchangeGuid, changeNumber),
    parentFolderId: content.parentFolderId,
    itemClass: content.itemClass,
    properties: content.properties,
    extendedProperties: content.extendedProperties,
    createdAt: content.createdAt,
    modifiedAt: open.now,
    changeNumber,
    madeByHand: content.madeByHand,
  };
  mailbox.items.set(item.id, item);
  indexOf(mailbox).set(item.immutableId, item.id);
  return item;
}

function takeItem(open: OpenMailbox, item: ContactItem): void {
  const { mailbox } = open;
  mailbox.items.delete(item.id);
  indexOf(mailbox).delete(item.immutableId);
  recordRemoval(open, {
    id: item.id,
    immutableId: item.immutableId,
    folderId: item.parentFolderId,
    changeNumber: nextChangeNumber(mailbox),
  });
}

function requireFolderId(mailbox: Mailbox, folderId: string): void {
  if (!mailbox.folders.has(folderId)) {
    throw new StoreError('ErrorFolderNotFound', 'The specified folder could not be found in the store.');
  }
}

function requireChangeKey(mailbox: Mailbox, item: ContactItem, expected: string | undefined): void {
  if (expected !== undefined && expected !== changeKey(mailbox, item)) {
    throw new StoreError(
      'ErrorIrresolvableConflict',
      'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
    );
  }
}

// Immutable id -> current id; derived, so it is no part of the state and is rebuilt where it is missing.
// By the items it was made from: a mailbox set back to an earlier state gets an index of its own.
const immutableIndexes = new WeakMap<Mailbox['items'], Map<string, string>>();

function indexOf(mailbox: Mailbox): Map<string, string> {
  let index = immutableIndexes.get(mailbox.items);
  if (index === undefined) {
    index = new Map([...mailbox.items.values()].map((item) => [item.immutableId, item.id]));
    immutableIndexes.set(mailbox.items, index);
  }
  return index;
}
