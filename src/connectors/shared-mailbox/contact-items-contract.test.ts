// The promises of sources of contact items, for shared mailboxes through both protocols and for public folders.

import { afterAll, beforeAll, describe } from 'vitest';
import { type ContactItemsFixture, contactItemsContract } from '../../../test/contract/contact-items.ts';
import { overEws } from './testing/over-ews.ts';
import { overGraph } from './testing/over-graph.ts';
import { PublicFolderBed } from './testing/public-folder-bed.ts';
import { SharedMailboxBed } from './testing/shared-mailbox-bed.ts';

describe.each([
  ['Graph', overGraph],
  ['EWS', overEws],
] as const)('%s', (name, connect) => {
  let bed: SharedMailboxBed;
  beforeAll(async () => {
    bed = await SharedMailboxBed.start(connect);
  });
  afterAll(() => bed.close());

  async function fixture(): Promise<ContactItemsFixture> {
    await bed.renew();
    const { control, address } = bed;
    const folders = new Map([['', 'Contacts']]);
    const folderAt = (path: readonly string[]) => folders.get(path.join('\n')) ?? 'none';
    return {
      read: (wanted = [], signal) =>
        bed.read({ folders: wanted.map((one) => ({ ...one, path: [...one.path] })) }, signal),
      scope: bed.scope(),
      hands: {
        add: (properties, path = []) => bed.add(properties, folderAt(path)),
        async addFolder(path) {
          const parent = folderAt(path.slice(0, -1));
          const { id } = await control.createFolder(address, path.at(-1) ?? '', parent);
          folders.set(path.join('\n'), id);
        },
        async addOfClass(itemClass) {
          await control.createContact(address, { properties: { displayName: itemClass }, itemClass });
        },
        async rename(item, displayName) {
          await control.editContact(address, item, { displayName });
        },
        remove: (item) => control.deleteContact(address, item),
        damage: (item) => bed.damage(item),
      },
      async refuseEverything() {
        const path = bed.mailbox.ownerId ?? '';
        await control.addFault({ count: 1_000, path, action: { kind: 'answer', status: 403 } });
        await control.addEwsFault({ count: 1_000, action: { kind: 'access-denied-here' } });
      },
      contents: () => bed.contents(),
      dispose: () => bed.clearFaults(),
    };
  }

  contactItemsContract(
    `a shared mailbox through ${name}`,
    fixture,
    name === 'Graph' ? { notSupported: ['showsContactLists'] } : {},
  );
});

describe('public folders', () => {
  let bed: PublicFolderBed;
  beforeAll(async () => {
    bed = await PublicFolderBed.start();
  });
  afterAll(() => bed.close());

  async function fixture(): Promise<ContactItemsFixture> {
    await bed.renew();
    const { control } = bed;
    const at = (path: readonly string[]) => [...bed.path, ...path];
    const top = { path: [], includeSubfolders: false };
    return {
      read: (wanted = [top], signal) =>
        bed.read({ folders: wanted.map((one) => ({ ...one, path: at(one.path) })) }, signal),
      scope: bed.scope(),
      hands: {
        add: (properties, path = []) => bed.add(properties, at(path)),
        async addFolder(path) {
          await control.createPublicFolder(at(path), { mailbox: path.length % 2 });
        },
        async addOfClass(itemClass) {
          await control.createPublicContact(bed.path, { properties: { displayName: itemClass }, itemClass });
        },
        async rename(item, displayName) {
          await control.editPublicContact(item, { displayName });
        },
        remove: (item) => control.deletePublicContact(item),
        damage: (item) => bed.damage(item),
      },
      async refuseEverything() {
        await control.setPublicFolderRights(bed.path, 'visible');
      },
      contents: () => bed.contents(),
      dispose: () => control.clearEwsFaults(),
    };
  }

  contactItemsContract('a public folder', fixture);
});
