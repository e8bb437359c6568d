import { expect, test } from 'vitest';
import { createFolder, createMailbox, deleteFolder, purgeFolder } from './folder-store.ts';
import {
  changeKey,
  copyItem,
  createItem,
  deleteItem,
  findItem,
  itemsIn,
  moveItem,
  type OpenMailbox,
  purgeItem,
  removedSince,
  StoreError,
  updateItem,
} from './mailbox-store.ts';
import type { Organization } from './state.ts';

function openMailbox(): OpenMailbox {
  const organization: Organization = {
    tenantId: '',
    initialDomain: '',
    domains: [],
    recipients: new Map(),
    apps: new Map(),
    removedItems: new Map(),
  };
  return { organization, mailbox: createMailbox('test'), now: new Date('2026-11-01T00:00:00Z') };
}

function failing(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
  return 'no failure';
}

test('ids are long, opaque and case-sensitive, and some differ in case only', () => {
  const open = openMailbox();
  const ids = Array.from(
    { length: 200 },
    () => createItem(open, open.mailbox.contactsFolderId, { properties: {} }).id,
  );
  expect(new Set(ids).size).toBe(200);
  for (const id of ids) expect(id).toMatch(/^AAMkA[\w-]{140,}=*$/);
  expect(new Set(ids.map((id) => id.toLowerCase())).size).toBeLessThan(200);
  const [id = ''] = ids;
  expect(findItem(open.mailbox, id)?.id).toBe(id);
  expect(findItem(open.mailbox, id.toLowerCase())).toBeUndefined();
});

test('an item is found by either form of its id, before and after a move', () => {
  const open = openMailbox();
  const { mailbox } = open;
  const folder = createFolder(open, mailbox.contactsFolderId, 'Company');
  const item = createItem(open, folder.id, { properties: { givenName: 'A' } });
  const oldId = item.id;
  const moved = moveItem(open, item.immutableId, mailbox.contactsFolderId);
  expect(findItem(mailbox, item.immutableId)).toBe(moved);
  expect(findItem(mailbox, moved.id)).toBe(moved);
  expect(findItem(mailbox, oldId)).toBeUndefined();
});

test('every write advances the change key; a stale one is refused', () => {
  const open = openMailbox();
  const item = createItem(open, open.mailbox.contactsFolderId, { properties: { givenName: 'A' } });
  const first = changeKey(open.mailbox, item);
  updateItem(open, item.id, { properties: { givenName: 'B' }, expectedChangeKey: first });
  expect(changeKey(open.mailbox, item)).not.toBe(first);
  const stale = { properties: { givenName: 'C' }, expectedChangeKey: first };
  expect(failing(() => updateItem(open, item.id, stale))).toBe('ErrorIrresolvableConflict');
  expect(failing(() => purgeItem(open, item.id, first))).toBe('ErrorIrresolvableConflict');
  expect(item.properties).toMatchObject({ givenName: 'B' });
});

test('what leaves a folder, by deletion or by a move, is told to those who ask since when', () => {
  const open = openMailbox();
  const { mailbox, organization } = open;
  const folder = createFolder(open, mailbox.contactsFolderId, 'Company');
  const [a, b, c] = ['a', 'b', 'c'].map((givenName) =>
    createItem(open, folder.id, { properties: { givenName } }),
  );
  if (a === undefined || b === undefined || c === undefined) throw new Error('three were made');
  const ids = [a.id, b.id, c.id];
  deleteItem(open, a.id);
  const between = mailbox.changeNumber;
  moveItem(open, b.id, mailbox.contactsFolderId);
  purgeItem(open, c.id);
  const since = (changeNumber: number) =>
    removedSince(organization, mailbox, folder.id, changeNumber).map((one) => one.id);
  expect(since(0)).toEqual(ids);
  expect(since(between)).toEqual(ids.slice(1));
  expect(itemsIn(mailbox, folder.id)).toEqual([]);
});

test('deleting goes to Deleted Items under a new id, deleting there is for good', () => {
  const open = openMailbox();
  const { mailbox } = open;
  const item = createItem(open, mailbox.contactsFolderId, { properties: { givenName: 'A' } });
  deleteItem(open, item.id);
  const [deleted] = itemsIn(mailbox, mailbox.deletedItemsFolderId);
  expect(deleted?.immutableId).toBe(item.immutableId);
  expect(deleted?.id).not.toBe(item.id);
  deleteItem(open, deleted?.id ?? '');
  expect(mailbox.items.size).toBe(0);
});

test('a copy has the extended properties and shares nothing with the original', () => {
  const open = openMailbox();
  const item = createItem(open, open.mailbox.contactsFolderId, {
    properties: { emailAddresses: [{ name: 'A', address: 'a@example.net' }] },
    extendedProperties: new Map([['String 0x3a24', 'fax']]),
  });
  const copy = copyItem(open, item.id, open.mailbox.contactsFolderId);
  updateItem(open, copy.id, { properties: {}, extendedProperties: new Map([['String 0x3a24', 'other']]) });
  expect(item.extendedProperties.get('String 0x3a24')).toBe('fax');
  expect(copy.properties).toEqual(item.properties);
  expect(copy.properties['emailAddresses']).not.toBe(item.properties['emailAddresses']);
});

test('a deleted folder keeps its id and items; a second one of its name is numbered there', () => {
  const open = openMailbox();
  const { mailbox } = open;
  const first = createFolder(open, mailbox.contactsFolderId, 'Company');
  const item = createItem(open, first.id, { properties: { givenName: 'A' } });
  deleteFolder(open, first.id);
  expect(first).toMatchObject({ displayName: 'Company', parentFolderId: mailbox.deletedItemsFolderId });
  expect(item.parentFolderId).toBe(first.id);
  const second = createFolder(open, mailbox.contactsFolderId, 'Company');
  deleteFolder(open, second.id);
  expect(second.displayName).toBe('Company1');
  deleteFolder(open, first.id);
  expect(mailbox.folders.has(first.id)).toBe(false);
  expect(mailbox.items.size).toBe(0);
  expect(failing(() => purgeFolder(open, mailbox.contactsFolderId))).toBe('ErrorDeleteDistinguishedFolder');
  expect(failing(() => createItem(open, first.id, { properties: {} }))).toBe('ErrorFolderNotFound');
});
