// Promises of `open`, `readFolder` without a record, `readContacts` and `scan`.

import { expect } from 'vitest';
import type { ContactProperties } from '../../../src/model/contact.ts';
import type { TargetSuite } from '../mailbox-target.ts';
import { fullPerson, person, sampleMark, samplePolicyId, withoutNormalization } from '../sample.ts';
import { benches } from './bench.ts';

export function readingPromises(suite: TargetSuite): void {
  const { promises } = suite;
  const withBench = benches(suite);

  promises(
    'open makes no request',
    withBench(async ({ fixture, policyId }) => {
      const before = await fixture.countRequests();
      fixture.targets.open(fixture.mailbox, policyId, {
        name: 'Another',
        subfolderPerDomain: true,
        useDefaultContacts: false,
        existing: 'adopt',
      });
      expect(await fixture.countRequests()).toBe(before);
    }),
    { needs: 'countRequests' },
  );

  promises(
    'a mailbox without the folder has an empty snapshot, and reading creates nothing',
    withBench(async (bench) => {
      const before = await bench.fixture.dumpForeign();
      expect(await bench.read()).toEqual({
        folders: [],
        contacts: [],
        foreignCount: 0,
        highestMarkVersion: 0,
        isFullReading: true,
      });
      expect(await bench.fixture.dumpForeign()).toBe(before);
    }),
  );

  promises(
    "finds an unmarked folder by the policy's name, exact or in another case",
    withBench(async (bench) => {
      const folderId = await bench.fixture.user.createFolder('company CONTACTS');
      const { folders } = await bench.read();
      expect(folders).toHaveLength(1);
      expect(folders[0]).toMatchObject({ key: '', folderId, name: 'company CONTACTS', mark: undefined });
    }),
  );

  promises(
    "a folder with this policy's mark comes before one of its name, whatever the user calls it",
    withBench(async (bench) => {
      const ours = await bench.createFolder();
      await bench.fixture.user.renameFolder(ours.folderId, 'Kollegen');
      await bench.fixture.user.createFolder('Company Contacts');
      const { folders } = await bench.read();
      expect(folders).toHaveLength(1);
      expect(folders[0]).toMatchObject({
        key: '',
        folderId: ours.folderId,
        name: 'Kollegen',
        mark: ours.mark,
      });
    }),
  );

  promises(
    "another policy's folder is not taken for ours, except by its name",
    withBench(async (bench) => {
      const other = bench.forPolicy(samplePolicyId(2), { name: 'Partners' });
      const theirs = await other.createFolder('', 'Partners');
      expect((await bench.read()).folders).toEqual([]);
      await bench.fixture.user.renameFolder(theirs.folderId, 'Company Contacts');
      const [folder] = (await bench.read()).folders;
      expect(folder?.mark?.policyId).toBe(samplePolicyId(2));
    }),
  );

  promises(
    'a folder that another policy made under our name is ours as well, also when the user renamed or moved it',
    withBench(async (bench) => {
      const shared = await bench.forPolicy(samplePolicyId(2)).createFolder();
      const read = async () => (await bench.read()).folders.map(({ folderId }) => folderId);
      await bench.fixture.user.renameFolder(shared.folderId, 'Mine');
      expect(await read()).toEqual([shared.folderId]);
      const shelf = await bench.fixture.user.createFolder('Shelf');
      await bench.fixture.user.moveFolder(shared.folderId, shelf);
      expect(await read()).toEqual([shared.folderId]);
      await bench.fixture.user.deleteFolder(shared.folderId);
      expect(await read()).toEqual([]);
    }),
  );

  promises(
    'our folder is found where the user moved it below Contacts',
    withBench(async (bench) => {
      const ours = await bench.createFolder();
      const sub = await bench.createFolder('contoso.example');
      const shelf = await bench.fixture.user.createFolder('Shelf');
      await bench.fixture.user.moveFolder(ours.folderId, shelf);
      await bench.fixture.user.createFolder('Company Contacts');
      const { folders } = await bench.read();
      expect(folders.map(({ key, folderId }) => [key, folderId])).toEqual([
        ['', ours.folderId],
        ['contoso.example', sub.folderId],
      ]);
    }),
  );

  promises(
    "our sub-folder in another policy's folder of our name is not taken for the contact folder",
    withBench(async (bench) => {
      const shared = await bench.createFolder();
      const other = bench.forPolicy(samplePolicyId(2));
      const sub = await other.createFolder('contoso.example');
      const { folders } = await other.read();
      expect(folders.map(({ key, folderId }) => [key, folderId])).toEqual([
        ['', shared.folderId],
        ['contoso.example', sub.folderId],
      ]);
    }),
  );

  promises(
    'a folder in Deleted Items is not found',
    withBench(async (bench) => {
      const folder = await bench.createFolder();
      await bench.fixture.user.deleteFolder(folder.folderId);
      expect((await bench.read()).folders).toEqual([]);
    }),
  );

  promises(
    'with useDefaultContacts the folder is Contacts itself',
    withBench(
      async (bench) => {
        await bench.fixture.user.addContact(person(1));
        const snapshot = await bench.read();
        expect(snapshot.folders[0]).toMatchObject({
          key: '',
          folderId: await bench.fixture.user.contactsFolder(),
          mark: undefined,
        });
        expect(snapshot.foreignCount).toBe(1);
      },
      { useDefaultContacts: true },
    ),
  );

  promises(
    'the contact folder comes first, then its sub-folders with key and name alike',
    withBench(async (bench) => {
      const root = await bench.createFolder();
      await bench.createFolder('contoso.example');
      const byUser = await bench.fixture.user.createFolder('Friends', root.folderId);
      const { folders } = await bench.read();
      expect(folders[0]?.key).toBe('');
      const subfolders = new Map(folders.slice(1).map(({ key, name }) => [key, name]));
      expect(subfolders).toEqual(
        new Map([
          ['contoso.example', 'contoso.example'],
          ['Friends', 'Friends'],
        ]),
      );
      expect(folders.find((folder) => folder.folderId === byUser)?.mark).toBeUndefined();
    }),
  );

  promises(
    'returns marked items of every policy in all folders, and only counts foreign ones',
    withBench(async (bench) => {
      const root = await bench.createFolder();
      const sub = await bench.createFolder('contoso.example');
      const first = await bench.write(root.folderId, 1);
      const second = await bench.write(sub.folderId, 2);
      const other = bench.forPolicy(samplePolicyId(2));
      const third = await other.write(root.folderId, 3);
      await bench.fixture.user.addContact(person(4), root.folderId);
      await bench.fixture.user.addContact(person(5), sub.folderId);
      await bench.fixture.user.addContact(person(6));
      const snapshot = await bench.read();
      const seen = snapshot.contacts.map(({ itemId, version, folderKey, mark }) => ({
        itemId,
        version,
        folderKey,
        mark,
      }));
      expect(seen).toHaveLength(3);
      expect(seen).toContainEqual({
        itemId: first.itemId,
        version: first.version,
        folderKey: '',
        mark: sampleMark(bench.policyId, 1),
      });
      expect(seen).toContainEqual({
        itemId: second.itemId,
        version: second.version,
        folderKey: 'contoso.example',
        mark: sampleMark(bench.policyId, 2),
      });
      expect(seen).toContainEqual({
        itemId: third.itemId,
        version: third.version,
        folderKey: '',
        mark: sampleMark(samplePolicyId(2), 3),
      });
      expect(snapshot.foreignCount).toBe(2);
      expect(snapshot.foreign).toBeUndefined();
      expect(snapshot.highestMarkVersion).toBe(1);
      expect(snapshot.isFullReading).toBe(true);
    }),
  );

  promises(
    'returns foreign items completely when asked',
    withBench(async (bench) => {
      const root = await bench.createFolder();
      await bench.write(root.folderId, 1);
      const properties = person(2, { notes: 'long '.repeat(200).trim(), businessPhone1: '+49 30 1' });
      const itemId = await bench.fixture.user.addContact(properties, root.folderId);
      const snapshot = await bench.read(undefined, true);
      expect(snapshot.foreign).toHaveLength(1);
      expect(snapshot.foreign?.[0]).toMatchObject({ itemId, folderKey: '' });
      expect(withoutNormalization(snapshot.foreign?.[0]?.properties ?? {})).toEqual(properties);
      expect(snapshot.contacts).toHaveLength(1);
    }),
  );

  promises(
    'reads every property back as it was written, except the lossy ones',
    withBench(async (bench) => {
      const { capabilities } = bench.fixture.targets;
      const properties = fullPerson([
        ...capabilities.lossyProperties,
        ...(capabilities.supportsCategories ? [] : (['categories'] as const)),
      ]);
      const root = await bench.createFolder();
      const { itemId } = await bench.write(root.folderId, 1, properties);
      const [contact] = (await bench.read()).contacts;
      expect(withoutNormalization(contact?.properties ?? {})).toEqual(withoutNormalization(properties));
      expect((await bench.readOne(itemId))?.properties).toEqual(contact?.properties);
    }),
  );

  promises(
    'never cuts a value: 255 characters of text, thousands of notes, the whole mark',
    withBench(async (bench) => {
      const properties = person(1, {
        companyName: 'c'.repeat(255),
        jobTitle: 'ü'.repeat(255),
        notes: `${'n'.repeat(10_000)} end`,
        businessStreet: `${'s'.repeat(240)}\r\n${'t'.repeat(240)}`,
      });
      const root = await bench.createFolder();
      const mark = { ...sampleMark(bench.policyId, 1), fieldFingerprints: 'A'.repeat(250) };
      await bench.apply({ kind: 'create', folderId: root.folderId, properties, mark });
      const [contact] = (await bench.read()).contacts;
      expect(withoutNormalization(contact?.properties ?? {})).toEqual(withoutNormalization(properties));
      expect(contact?.mark).toEqual(mark);
    }),
  );

  promises(
    'never misses a marked item, however large the folder',
    withBench(async (bench) => {
      const root = await bench.createFolder();
      const numbers = Array.from({ length: suite.largeFolder }, (_, index) => index + 1);
      const written = await bench.writeMany(root.folderId, numbers);
      const { contacts } = await bench.read();
      expect(contacts.map((contact) => contact.itemId).sort()).toEqual(
        written.map((one) => one.itemId).sort(),
      );
      expect(new Set(contacts.map((contact) => contact.mark.sourceObjectId)).size).toBe(numbers.length);
    }),
  );

  promises(
    "a user's copy carries the same mark and is not older than its original",
    withBench(async (bench) => {
      const root = await bench.createFolder();
      const original = await bench.write(root.folderId, 1);
      const copy = await bench.fixture.user.copyContact(original.itemId);
      const { contacts } = await bench.read();
      expect(contacts.map((contact) => contact.itemId).sort()).toEqual([original.itemId, copy].sort());
      expect(
        contacts.every((contact) => contact.mark.fingerprint === sampleMark(bench.policyId, 1).fingerprint),
      ).toBe(true);
      const [ofOriginal, ofCopy] = [original.itemId, copy].map(
        (id) => contacts.find((contact) => contact.itemId === id)?.createdAt ?? '',
      );
      for (const time of [ofOriginal, ofCopy]) {
        if (time !== '') expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
      }
      expect(Date.parse(ofCopy ?? '') >= Date.parse(ofOriginal ?? '') || ofCopy === '').toBe(true);
    }),
  );

  promises(
    'tells the highest mark version found',
    withBench(async (bench) => {
      const root = await bench.createFolder();
      await bench.write(root.folderId, 1);
      const { itemId } = await bench.write(root.folderId, 2);
      await bench.fixture.user.putNewerMark(itemId);
      const snapshot = await bench.read(undefined, true);
      expect(snapshot.highestMarkVersion).toBeGreaterThan(1);
      // What a later release owns is nobody's to adopt.
      expect(snapshot.foreign).toEqual([]);
    }),
    { needs: 'putNewerMark' },
  );

  promises(
    'readContacts returns the named items in input order, complete, and leaves out what is gone or not ours',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const root = await bench.createFolder();
      const long: ContactProperties = person(1, { notes: 'n'.repeat(3_000) });
      const first = await bench.write(root.folderId, 1, long);
      const second = await bench.write(root.folderId, 2);
      const deleted = await bench.write(root.folderId, 3);
      await user.deleteContact(deleted.itemId);
      const purged = await bench.write(root.folderId, 4);
      await bench.apply({ kind: 'delete', ...purged, mode: 'hard' });
      const foreign = await user.addContact(person(5), root.folderId);
      const theirs = await bench.forPolicy(samplePolicyId(2)).write(root.folderId, 6);
      const asked = [second, deleted, purged, { itemId: foreign }, theirs, first].map((one) => one.itemId);
      const contacts = await bench.target.readContacts(asked, bench.signal);
      expect(contacts.map((contact) => contact.itemId)).toEqual([second.itemId, first.itemId]);
      expect(contacts[1]).toMatchObject({
        version: first.version,
        folderKey: '',
        mark: sampleMark(bench.policyId, 1),
      });
      expect(withoutNormalization(contacts[1]?.properties ?? {})).toEqual(long);
    }),
  );

  promises(
    'readContacts of many items keeps the order',
    withBench(async (bench) => {
      const root = await bench.createFolder();
      const written = await bench.writeMany(
        root.folderId,
        Array.from({ length: 45 }, (_, index) => index + 1),
      );
      const asked = written.map((one) => one.itemId).reverse();
      const contacts = await bench.target.readContacts(asked, bench.signal);
      expect(contacts.map((contact) => contact.itemId)).toEqual(asked);
    }),
  );

  promises(
    'readContacts of nothing is nothing',
    withBench(async (bench) => {
      expect(await bench.target.readContacts([], bench.signal)).toEqual([]);
    }),
  );

  promises(
    'scan finds the marked folders of every policy below Contacts, nested ones too, with their number of items',
    withBench(async (bench) => {
      const { fixture } = bench;
      const root = await bench.createFolder();
      const sub = await bench.createFolder('contoso.example');
      await bench.write(root.folderId, 1);
      await bench.write(root.folderId, 2);
      await fixture.user.addContact(person(3), sub.folderId);
      const other = bench.forPolicy(samplePolicyId(2), { name: 'Partners' });
      const moved = await other.createFolder('', 'Partners');
      const shelf = await fixture.user.createFolder('Shelf');
      await fixture.user.moveFolder(moved.folderId, shelf);
      const third = bench.forPolicy(samplePolicyId(3), { name: 'Deleted' });
      await fixture.user.deleteFolder((await third.createFolder('', 'Deleted')).folderId);
      const found = await fixture.targets.scan(fixture.mailbox, bench.signal);
      const isTime = (text = '2026-11-02T08:00:00Z') => !Number.isNaN(Date.parse(text));
      expect(found.every(({ lastChangedAt }) => isTime(lastChangedAt))).toBe(true);
      const untimed = found.map(({ policyId, folderId, name, itemCount }) => ({
        ...{ policyId, folderId, name, itemCount },
      }));
      expect(untimed.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
        { policyId: bench.policyId, folderId: root.folderId, name: 'Company Contacts', itemCount: 2 },
        { policyId: samplePolicyId(2), folderId: moved.folderId, name: 'Partners', itemCount: 0 },
        { policyId: bench.policyId, folderId: sub.folderId, name: 'contoso.example', itemCount: 1 },
      ]);
    }),
  );

  promises(
    'scan finds marked items in Contacts itself, counted by policy, and none of the items without a mark',
    withBench(async (bench) => {
      const { fixture } = bench;
      const contacts = await fixture.user.contactsFolder();
      await fixture.user.addContact(person(1));
      expect(await fixture.targets.scan(fixture.mailbox, bench.signal)).toEqual([]);
      const inContacts = bench.forPolicy(samplePolicyId(2), { useDefaultContacts: true });
      await inContacts.read();
      await inContacts.write(contacts, 2);
      await inContacts.write(contacts, 3);
      const found = await fixture.targets.scan(fixture.mailbox, bench.signal);
      expect(found).toEqual([
        { policyId: samplePolicyId(2), folderId: contacts, name: '', itemCount: 2, isContacts: true },
      ]);
    }),
  );
}
