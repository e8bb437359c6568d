// Promises of `readFolder` with a record of the ledger: only what changed is fetched, and nothing is missed.

import { expect } from 'vitest';
import type { FolderSnapshot } from '../../../src/model/mailbox.ts';
import type { TargetSuite } from '../mailbox-target.ts';
import { person, sampleMark, samplePolicyId } from '../sample.ts';
import { applied, type Bench, benches, type Written } from './bench.ts';

interface Prepared {
  readonly folderId: FolderSnapshot['folders'][number]['folderId'];
  readonly first: Written;
  readonly second: Written;
  readonly third: Written;
  readonly snapshot: FolderSnapshot;
}

/** Three contacts of ours and a foreign one, read once. */
async function prepare(bench: Bench): Promise<Prepared> {
  const { folderId } = await bench.createFolder();
  const first = await bench.write(folderId, 1);
  const second = await bench.write(folderId, 2);
  const third = await bench.write(folderId, 3);
  await bench.fixture.user.addContact(person(4), folderId);
  return { folderId, first, second, third, snapshot: await bench.read() };
}

const withoutProperties = (snapshot: FolderSnapshot) =>
  snapshot.contacts
    .map(({ itemId, version, folderKey, mark }) => ({ itemId, version, folderKey, mark }))
    .sort((a, b) => (a.itemId < b.itemId ? -1 : 1));

const withProperties = (snapshot: FolderSnapshot) =>
  snapshot.contacts.filter((contact) => contact.properties !== undefined).map((contact) => contact.itemId);

export function tokenPromises(suite: TargetSuite): void {
  const { promises } = suite;
  const withBench = benches(suite);

  promises(
    'nothing changed: the same contacts come from the record, without properties',
    withBench(async (bench) => {
      const { snapshot } = await prepare(bench);
      const again = await bench.read(bench.recordOf(snapshot));
      expect(again.isFullReading).toBe(false);
      expect(withoutProperties(again)).toEqual(withoutProperties(snapshot));
      expect(withProperties(again)).toEqual([]);
      expect(again.highestMarkVersion).toBe(1);
      expect(again.folders.map((folder) => folder.folderId)).toEqual(
        snapshot.folders.map((folder) => folder.folderId),
      );
      expect(again.folders.every((folder) => folder.syncToken !== undefined)).toBe(true);
    }),
  );

  promises(
    'the token of each reading serves the next one, also after readings without changes',
    withBench(async (bench) => {
      const { snapshot, second } = await prepare(bench);
      const again = await bench.read(bench.recordOf(snapshot));
      const onceMore = await bench.read(bench.recordOf(again));
      await bench.fixture.user.editContact(second.itemId, { jobTitle: 'new' });
      const last = await bench.read(bench.recordOf(onceMore));
      expect(withProperties(last)).toEqual([second.itemId]);
      expect(last.contacts).toHaveLength(3);
    }),
  );

  promises(
    'an edited contact comes back complete, with a new version and its old mark',
    withBench(async (bench) => {
      const { snapshot, first } = await prepare(bench);
      await bench.fixture.user.editContact(first.itemId, { jobTitle: 'Boss', notes: 'n'.repeat(3_000) });
      const again = await bench.read(bench.recordOf(snapshot));
      const contact = again.contacts.find((one) => one.itemId === first.itemId);
      expect(withProperties(again)).toEqual([first.itemId]);
      expect(contact?.properties).toMatchObject({ jobTitle: 'Boss', notes: 'n'.repeat(3_000), surname: '1' });
      expect(contact?.version).not.toBe(first.version);
      expect(contact?.mark).toEqual(sampleMark(bench.policyId, 1));
    }),
  );

  promises(
    'a touched contact comes back with a new version',
    withBench(async (bench) => {
      const { snapshot, third } = await prepare(bench);
      await bench.fixture.user.touchContact(third.itemId);
      const again = await bench.read(bench.recordOf(snapshot));
      expect(withProperties(again)).toEqual([third.itemId]);
    }),
  );

  promises(
    'own writes come back without properties once the ledger knows their version',
    withBench(async (bench) => {
      const { snapshot, first } = await prepare(bench);
      const [outcome] = await bench.apply({
        kind: 'update',
        ...first,
        set: { jobTitle: 'Boss' },
        whole: person(1, { jobTitle: 'Boss' }),
        mark: sampleMark(bench.policyId, 1, 2),
      });
      const record = bench.recordOf(snapshot);
      const { fingerprint, fieldFingerprints } = sampleMark(bench.policyId, 1, 2);
      const entries = record.entries.map((entry) =>
        entry.itemId === first.itemId
          ? { ...entry, version: applied(outcome).version, fingerprint, fieldFingerprints }
          : entry,
      );
      const again = await bench.read({ ...record, entries });
      expect(withProperties(again)).toEqual([]);
      expect(again.contacts.find((one) => one.itemId === first.itemId)).toMatchObject({
        version: applied(outcome).version,
        mark: sampleMark(bench.policyId, 1, 2),
      });
    }),
  );

  promises(
    'contacts created since are returned with their mark, foreign ones are not',
    withBench(async (bench) => {
      const { folderId, snapshot } = await prepare(bench);
      const added = await bench.write(folderId, 9);
      await bench.fixture.user.addContact(person(10), folderId);
      const again = await bench.read(bench.recordOf(snapshot));
      expect(again.isFullReading).toBe(false);
      expect(again.contacts).toHaveLength(4);
      expect(again.contacts.find((one) => one.itemId === added.itemId)?.mark).toEqual(
        sampleMark(bench.policyId, 9),
      );
    }),
  );

  promises(
    'contacts that were deleted, moved out or handed over since are not returned',
    withBench(async (bench) => {
      const { snapshot, first, second, third } = await prepare(bench);
      await bench.fixture.user.deleteContact(first.itemId);
      await bench.fixture.user.moveContact(second.itemId, await bench.fixture.user.contactsFolder());
      await bench.apply({ kind: 'handOver', ...third });
      const again = await bench.read(bench.recordOf(snapshot));
      expect(again.contacts).toEqual([]);
    }),
  );

  promises(
    'a contact moved between folder and sub-folder is returned once, where it is now',
    withBench(async (bench) => {
      const { folderId, first } = await prepare(bench);
      const sub = await bench.createFolder('contoso.example');
      const inSub = await bench.write(sub.folderId, 8);
      const snapshot = await bench.read();
      const { user } = bench.fixture;
      const movedDown = (await user.moveContact(first.itemId, sub.folderId)) ?? first.itemId;
      const movedUp = (await user.moveContact(inSub.itemId, folderId)) ?? inSub.itemId;
      const again = await bench.read(bench.recordOf(snapshot));
      const places = again.contacts.map((one) => [one.itemId, one.folderKey]);
      expect(again.contacts).toHaveLength(4);
      expect(places).toContainEqual([movedDown, 'contoso.example']);
      expect(places).toContainEqual([movedUp, '']);
    }),
  );

  promises(
    "a user's copy made since is returned",
    withBench(async (bench) => {
      const { snapshot, first } = await prepare(bench);
      const copy = await bench.fixture.user.copyContact(first.itemId);
      const again = await bench.read(bench.recordOf(snapshot));
      expect(again.contacts.map((one) => one.itemId)).toContain(copy);
    }),
  );

  promises(
    'an expired token silently becomes a full reading; known versions still come without properties',
    withBench(async (bench) => {
      const { snapshot, first, second, third } = await prepare(bench);
      await bench.fixture.user.editContact(first.itemId, { jobTitle: 'Boss' });
      await bench.fixture.user.deleteContact(second.itemId);
      await bench.fixture.trouble.expireSyncTokens();
      const again = await bench.read(bench.recordOf(snapshot));
      expect(again.isFullReading).toBe(true);
      expect(again.contacts.map((one) => one.itemId).sort()).toEqual([first.itemId, third.itemId].sort());
      expect(withProperties(again)).toEqual([first.itemId]);
      expect(again.foreignCount).toBe(1);
    }),
    { needs: 'expireSyncTokens' },
  );

  promises(
    'a token that nobody issued, and a record without tokens, become a full reading',
    withBench(async (bench) => {
      const { snapshot } = await prepare(bench);
      const record = bench.recordOf(snapshot);
      for (const syncToken of ['no such token', undefined]) {
        const folders = record.folders.map((folder) => ({ ...folder, syncToken }));
        const again = await bench.read({ ...record, folders });
        expect(again.isFullReading).toBe(true);
        expect(withoutProperties(again)).toEqual(withoutProperties(snapshot));
      }
    }),
  );

  promises(
    'a folder made anew since is read in full',
    withBench(async (bench) => {
      const { folderId, snapshot } = await prepare(bench);
      await bench.fixture.user.deleteFolder(folderId);
      const fresh = await bench.createFolder();
      const added = await bench.write(fresh.folderId, 7);
      const again = await bench.read(bench.recordOf(snapshot));
      expect(again.contacts.map((one) => one.itemId)).toEqual([added.itemId]);
      expect(again.contacts[0]?.properties).toBeDefined();
    }),
  );

  promises(
    'contacts of a sub-folder that was renamed since are returned under its new name',
    withBench(async (bench) => {
      await bench.createFolder();
      const sub = await bench.createFolder('contoso.example');
      const written = await bench.write(sub.folderId, 1);
      const snapshot = await bench.read();
      await bench.fixture.user.renameFolder(sub.folderId, 'Renamed');
      const again = await bench.read(bench.recordOf(snapshot));
      expect(again.contacts.map((one) => [one.itemId, one.folderKey])).toEqual([[written.itemId, 'Renamed']]);
    }),
  );

  promises(
    'asking for foreign items implies a full reading, also with a working token',
    withBench(async (bench) => {
      const { snapshot } = await prepare(bench);
      const again = await bench.read(bench.recordOf(snapshot), true);
      expect(again.isFullReading).toBe(true);
      expect(again.foreign).toHaveLength(1);
      expect(withoutProperties(again)).toEqual(withoutProperties(snapshot));
    }),
  );

  promises(
    'contacts of other policies are returned by every reading, and copies that the record does not name',
    withBench(async (bench) => {
      const { folderId, first } = await prepare(bench);
      const theirs = await bench.forPolicy(samplePolicyId(2)).write(folderId, 20);
      const copy = await bench.fixture.user.copyContact(first.itemId);
      const full = await bench.read();
      const record = bench.recordOf(full);
      const entries = record.entries.filter((entry) => entry.itemId !== copy);
      const again = await bench.read({ ...record, entries });
      expect(again.isFullReading).toBe(false);
      // Of those nobody asks for more than whose they are and where they lie.
      const seen = (snapshot: FolderSnapshot) =>
        withoutProperties(snapshot).map((one) =>
          one.mark.policyId === bench.policyId
            ? one
            : {
                ...one,
                version: '',
                createdAt: '',
                mark: { ...one.mark, fingerprint: '', fieldFingerprints: '' },
              },
        );
      expect(seen(again)).toEqual(seen(full));
      const onceMore = await bench.read({ ...record, folders: again.folders, entries });
      expect(onceMore.contacts.map((one) => one.itemId)).toEqual(
        expect.arrayContaining([theirs.itemId, copy]),
      );
      // The twin: what is gone is not returned out of memory.
      await bench.fixture.user.deleteContact(copy);
      const last = await bench.read({ ...record, folders: onceMore.folders, entries });
      expect(last.contacts.map((one) => one.itemId)).not.toContain(copy);
    }),
  );

  promises(
    'what happens to contacts of other policies is seen, and a record that forgot them makes no difference',
    withBench(async (bench) => {
      const { folderId } = await prepare(bench);
      const other = bench.forPolicy(samplePolicyId(2));
      const stays = await other.write(folderId, 20);
      const goes = await other.write(folderId, 21);
      const record = bench.recordOf(await bench.read());
      const comes = await other.write(folderId, 22);
      await bench.fixture.user.deleteContact(goes.itemId);
      const theirs = (snapshot: FolderSnapshot) =>
        snapshot.contacts
          .filter(({ mark }) => mark.policyId === samplePolicyId(2))
          .map(({ itemId }) => itemId);
      const again = await bench.read(record);
      expect(new Set(theirs(again))).toEqual(new Set([stays.itemId, comes.itemId]));
      expect(again.isFullReading).toBe(false);
      expect(theirs(await bench.read(bench.recordOf(again))).length).toBe(2);
      const { others: _, ...forgetful } = bench.recordOf(again);
      expect(new Set(theirs(await bench.read(forgetful)))).toEqual(new Set([stays.itemId, comes.itemId]));
    }),
  );
}
