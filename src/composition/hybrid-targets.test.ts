// Where a mailbox is written, and that nothing planned before a move is written after it.

import { describe, expect, it } from 'vitest';
import { folderId, itemId, mailboxId, policyId, sourceObjectId } from '../model/ids.ts';
import type { ContactElsewhere, FolderSnapshot, ManagedContact, TargetMailbox } from '../model/mailbox.ts';
import type { MailboxTarget, MailboxTargets } from '../ports/mailbox-target.ts';
import { identitiesOf } from './hybrid-identities.ts';
import { routeTargets } from './hybrid-targets.ts';

const guid = (last: string) => `00000000-0000-4000-8000-0000000000${last}`;
const POLICY = policyId(guid('b1'));
const IN_TENANT = sourceObjectId(guid('f1'));
const IN_DIRECTORY = sourceObjectId(guid('a1'));
const signal = new AbortController().signal;

const contact: ManagedContact = {
  itemId: itemId('x'),
  version: '1',
  folderKey: '',
  createdAt: '',
  mark: { version: 1, policyId: POLICY, sourceObjectId: IN_TENANT, fingerprint: 'f', fieldFingerprints: '' },
};
const snapshot: FolderSnapshot = {
  folders: [],
  contacts: [contact],
  foreignCount: 0,
  highestMarkVersion: 1,
  isFullReading: true,
};
const elsewhere: readonly ContactElsewhere[] = [
  { itemId: itemId('y'), sourceObjectId: IN_TENANT, createdAt: '', path: ['Family'] },
];

interface Asked {
  readonly side: string;
  readonly what: string;
  readonly ownerId: TargetMailbox['ownerId'];
}

function bed(now: TargetMailbox['location'], shown: FolderSnapshot = snapshot) {
  const asked: Asked[] = [];
  const side = (name: string, batchSize: number): MailboxTargets => ({
    capabilities: {
      batchSize,
      supportsCategories: true,
      lossyProperties: name === 'cloud' ? ['businessHomePage'] : [],
    },
    open({ ownerId }): MailboxTarget {
      const note = (what: string) => asked.push({ side: name, what, ownerId });
      return {
        async readFolder() {
          note('readFolder');
          return shown;
        },
        async readContacts() {
          note('readContacts');
          return [contact];
        },
        async readUnmarked() {
          note('readUnmarked');
          return [];
        },
        async readElsewhere() {
          note('readElsewhere');
          return elsewhere;
        },
        async applyFolder() {
          note('applyFolder');
          return undefined;
        },
        async applyChanges() {
          note('applyChanges');
          return [];
        },
        pictures: {
          canRemove: name === 'local',
          async read() {
            note('read pictures');
            return [];
          },
          async write() {
            note('write pictures');
            return [];
          },
        },
      };
    },
    async scan({ ownerId }) {
      asked.push({ side: name, what: 'scan', ownerId });
      return [];
    },
    leftovers({ ownerId }) {
      const note = (what: string) => asked.push({ side: name, what, ownerId });
      const here = folderId(name);
      return {
        async listFolders() {
          note('listFolders');
          return [{ folderId: here, path: [], isMarked: false }];
        },
        async readContacts() {
          note('read unmarked');
          return [];
        },
        async moveToDeletedItems() {
          note('moveToDeletedItems');
          return [];
        },
        async restore() {
          note('restore');
          return [];
        },
        async removeFolder() {
          note('removeFolder');
          return true;
        },
        async ensureFolder() {
          note('ensureFolder');
          return here;
        },
      };
    },
  });
  const targets = routeTargets({
    onPremises: side('local', 50),
    online: side('cloud', 20),
    locate: async () => now,
    identities: async () => identitiesOf(new Map([[IN_TENANT, IN_DIRECTORY]])),
  });
  const open = (location: TargetMailbox['location']) =>
    targets.open(
      {
        id: mailboxId(guid('c1')),
        displayName: 'Anna',
        primarySmtpAddress: 'anna@contoso.example',
        location,
        ownerId: IN_DIRECTORY,
      },
      POLICY,
      { name: 'Company Contacts', subfolderPerDomain: false, useDefaultContacts: false, existing: 'refuse' },
    );
  return { targets, open, asked };
}

const reading = { known: undefined, includeForeign: false };

describe('targets of a hybrid organization', () => {
  it('can do what both sides can do', () => {
    expect(bed('onPremises').targets.capabilities).toEqual({
      batchSize: 20,
      supportsCategories: true,
      lossyProperties: ['businessHomePage'],
    });
  });

  it('address the owner in the tenant by the id there, and show marks under the one that counts', async () => {
    const { open, asked } = bed('exchangeOnline');
    const { contacts } = await open('exchangeOnline').readFolder(reading, signal);
    expect(contacts.map(({ mark }) => mark.sourceObjectId)).toEqual([IN_DIRECTORY]);
    expect(asked).toEqual([{ side: 'cloud', what: 'readFolder', ownerId: IN_TENANT }]);
  });

  it('show contacts in other folders under the id that counts, too', async () => {
    const [found] = await bed('exchangeOnline').open('exchangeOnline').readElsewhere(signal);
    expect(found).toMatchObject({ sourceObjectId: IN_DIRECTORY, path: ['Family'] });
  });

  it('look for no items by the ids of the other protocol', async () => {
    const { open, asked } = bed('exchangeOnline');
    expect(await open('onPremises').readUnmarked([itemId('x')], signal)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('a moved mailbox is read where it is now, and written once it was read there', async () => {
    const { open, asked } = bed('exchangeOnline');
    const target = open('onPremises');
    expect(await target.readContacts([contact.itemId], signal)).toEqual([]);
    const refusal = { code: 'changedSincePlanned', details: { reason: 'moved' } };
    await expect(target.applyChanges([], signal)).rejects.toMatchObject(refusal);
    await expect(target.applyFolder({ kind: 'create', key: '', name: 'A' }, signal)).rejects.toMatchObject(
      refusal,
    );
    expect(asked).toEqual([]);
    await target.readFolder(reading, signal);
    await target.applyChanges([], signal);
    expect(asked.map(({ side, what }) => [side, what])).toEqual([
      ['cloud', 'readFolder'],
      ['cloud', 'applyChanges'],
    ]);
  });

  it('one that stayed is written without being read again', async () => {
    const { open, asked } = bed('onPremises');
    await open('onPremises').applyChanges([], signal);
    expect(asked).toEqual([{ side: 'local', what: 'applyChanges', ownerId: IN_DIRECTORY }]);
  });

  it('say what can be done to pictures where the mailbox is now', async () => {
    for (const [now, canRemove, side] of [
      ['onPremises', true, 'local'],
      ['exchangeOnline', false, 'cloud'],
    ] as const) {
      const { open, asked } = bed(now);
      const { pictures, ...target } = open(now);
      await target.readContacts([contact.itemId], signal);
      await pictures?.write([], signal);
      expect([pictures?.canRemove, asked.at(-1)?.side]).toEqual([canRemove, side]);
    }
    const moved = bed('exchangeOnline').open('onPremises');
    await expect(moved.pictures?.write([], signal)).rejects.toMatchObject({ code: 'changedSincePlanned' });
  });
});

describe('people who were written under two ids', () => {
  const TWO = [IN_TENANT, IN_DIRECTORY].map((id, index) => ({
    ...contact,
    itemId: itemId(`item ${index}`),
    mark: { ...contact.mark, sourceObjectId: id },
  }));
  const copy = { ...contact, itemId: itemId('copy') };

  async function seen(contacts: readonly ManagedContact[], written: readonly ManagedContact[] | undefined) {
    const { open } = bed('onPremises', { ...snapshot, contacts });
    const known = written && {
      policyId: POLICY,
      mailboxId: mailboxId(guid('c1')),
      isDirty: false,
      rulesDigest: '',
      folders: [],
      foreignCount: 0,
      entries: written.map(({ itemId: item, mark }) => ({
        sourceObjectId: mark.sourceObjectId ?? IN_TENANT,
        itemId: item,
        version: '1',
        folderKey: '',
        createdAt: '',
        markVersion: 1,
        fingerprint: 'f',
        fieldFingerprints: '',
      })),
    };
    const target = open('onPremises');
    const read = await target.readFolder({ known, includeForeign: false }, signal);
    return read.contacts.map(({ mark }) => mark.sourceObjectId);
  }

  it('are theirs once; the other contact goes on as somebody who left', async () => {
    expect(await seen(TWO, TWO)).toEqual([IN_TENANT, IN_DIRECTORY]);
    expect(await seen([...TWO].reverse(), TWO)).toEqual([IN_DIRECTORY, IN_TENANT]);
  });

  it('what the ledger does not know is a copy of the user, and stays one', async () => {
    expect(await seen([copy, ...TWO.slice(1)], TWO.slice(1))).toEqual([IN_DIRECTORY, IN_DIRECTORY]);
    expect(await seen([copy, ...TWO.slice(0, 1)], TWO.slice(0, 1))).toEqual([IN_DIRECTORY, IN_DIRECTORY]);
    expect(await seen(TWO, undefined)).toEqual([IN_DIRECTORY, IN_DIRECTORY]);
  });
});

it('what carries no mark is shown and moved where the mailbox is now', async () => {
  const { targets, asked } = bed('exchangeOnline');
  const items = targets.leftovers?.({
    ...{ id: mailboxId(guid('c1')), displayName: 'Anna', primarySmtpAddress: 'anna@contoso.example' },
    ...{ location: 'onPremises', ownerId: IN_DIRECTORY },
  });
  const [folder] = (await items?.listFolders(signal)) ?? [];
  expect(folder?.folderId).toBe('cloud');
  const here = folderId('cloud');
  await items?.readContacts(here, signal);
  await items?.moveToDeletedItems(here, [], signal);
  await items?.restore(here, [], signal);
  await items?.removeFolder(here, signal);
  await items?.ensureFolder([], signal);
  expect(asked.map(({ what }) => what)).toEqual([
    ...['listFolders', 'read unmarked', 'moveToDeletedItems', 'restore', 'removeFolder', 'ensureFolder'],
  ]);
  expect(asked.every((one) => one.side === 'cloud' && one.ownerId === IN_TENANT)).toBe(true);
});
