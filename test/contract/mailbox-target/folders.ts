// Promises of `applyFolder`.

import { expect } from 'vitest';
import type { FolderAction } from '../../../src/model/plan.ts';
import type { TargetSuite } from '../mailbox-target.ts';
import { person, samplePolicyId } from '../sample.ts';
import { benches, expectFailure } from './bench.ts';

const CREATE: FolderAction = { kind: 'create', key: '', name: 'Company Contacts' };

export function folderPromises(suite: TargetSuite): void {
  const { promises } = suite;
  const withBench = benches(suite);

  promises(
    'create makes the folder below Contacts with our mark',
    withBench(async (bench) => {
      const folder = await bench.createFolder();
      expect(folder).toMatchObject({ key: '', name: 'Company Contacts' });
      expect(folder.mark).toMatchObject({ policyId: bench.policyId, version: 1, fieldFingerprints: '' });
      expect(folder.mark?.sourceObjectId).toBeUndefined();
      const { folders } = await bench.read();
      expect(folders.map(({ folderId, mark }) => ({ folderId, mark }))).toEqual([
        { folderId: folder.folderId, mark: folder.mark },
      ]);
    }),
  );

  promises(
    'create of a name that exists returns the existing folder and does not mark it',
    withBench(async (bench) => {
      const folderId = await bench.fixture.user.createFolder('company contacts');
      const before = await bench.fixture.dumpForeign();
      expect(await bench.createFolder()).toMatchObject({ folderId, mark: undefined });
      expect(await bench.fixture.dumpForeign()).toBe(before);
    }),
  );

  promises(
    'create is idempotent, and a lost answer may be repeated',
    withBench(async (bench) => {
      const first = await bench.createFolder();
      expect((await bench.createFolder()).folderId).toBe(first.folderId);
      expect((await bench.read()).folders).toHaveLength(1);
    }),
  );

  promises(
    'a folder whose answer was lost exists once, with our mark, after a second try',
    withBench(async (bench) => {
      await bench.fixture.trouble.loseNextFolderAnswer();
      // The target may have repeated the request by itself: both ways end with one folder of ours.
      const first = await bench.target.applyFolder(CREATE, bench.signal).catch(() => undefined);
      const second = await bench.createFolder();
      if (first !== undefined) expect(second.folderId).toBe(first.folderId);
      expect(second.mark?.policyId).toBe(bench.policyId);
      expect((await bench.read()).folders).toHaveLength(1);
    }),
    { needs: 'loseNextFolderAnswer' },
  );

  promises(
    'sub-folders are made below the contact folder',
    withBench(async (bench) => {
      const root = await bench.createFolder();
      const sub = await bench.createFolder('contoso.example');
      expect(sub).toMatchObject({ key: 'contoso.example', name: 'contoso.example' });
      expect(sub.mark?.policyId).toBe(bench.policyId);
      expect((await bench.createFolder('contoso.example')).folderId).toBe(sub.folderId);
      await bench.fixture.user.deleteFolder(root.folderId);
      expect(await bench.fixture.user.whereIs(sub.folderId)).toBe('deletedItems');
    }),
  );

  promises(
    'adopt puts our mark on the folder and leaves what is in it',
    withBench(async (bench) => {
      const folderId = await bench.fixture.user.createFolder('Company Contacts');
      await bench.fixture.user.addContact(person(1), folderId);
      const action: FolderAction = { kind: 'adopt', key: '', folderId, name: 'Company Contacts' };
      const folder = await bench.target.applyFolder(action, bench.signal);
      expect(folder).toMatchObject({ key: '', folderId, name: 'Company Contacts' });
      expect(folder?.mark?.policyId).toBe(bench.policyId);
      expect((await bench.target.applyFolder(action, bench.signal))?.mark).toEqual(folder?.mark);
      const snapshot = await bench.read();
      expect(snapshot.folders[0]?.mark).toEqual(folder?.mark);
      expect(snapshot.foreignCount).toBe(1);
    }),
  );

  promises(
    'an adopted folder has the same mark as one of that name made by us',
    withBench(async (bench) => {
      const made = await bench.createFolder();
      await bench.fixture.user.deleteFolder(made.folderId);
      const folderId = await bench.fixture.user.createFolder('Company Contacts');
      const adopted = await bench.target.applyFolder(
        { kind: 'adopt', key: '', folderId, name: 'Company Contacts' },
        bench.signal,
      );
      expect(adopted?.mark).toEqual(made.mark);
    }),
  );

  promises(
    'rename gives the folder the new name and a mark that remembers it; twice is as once',
    withBench(async (bench) => {
      const folder = await bench.createFolder();
      const action: FolderAction = {
        kind: 'rename',
        key: '',
        folderId: folder.folderId,
        from: 'Company Contacts',
        name: 'Colleagues',
      };
      const renamed = await bench.target.applyFolder(action, bench.signal);
      expect(renamed).toMatchObject({ key: '', folderId: folder.folderId, name: 'Colleagues' });
      expect(renamed?.mark?.policyId).toBe(bench.policyId);
      expect(renamed?.mark?.fingerprint).not.toBe(folder.mark?.fingerprint);
      expect((await bench.target.applyFolder(action, bench.signal))?.mark).toEqual(renamed?.mark);
      expect((await bench.read()).folders[0]).toMatchObject({ name: 'Colleagues', mark: renamed?.mark });
    }),
  );

  promises(
    'rename refuses a folder without our mark and a name that is taken',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const theirs = await user.createFolder('Private');
      await expectFailure(
        bench.target.applyFolder(
          { kind: 'rename', key: '', folderId: theirs, from: 'Private', name: 'Ours' },
          bench.signal,
        ),
        'folderRefused',
      );
      const ours = await bench.createFolder();
      await expectFailure(
        bench.target.applyFolder(
          {
            kind: 'rename',
            key: '',
            folderId: ours.folderId,
            from: 'Company Contacts',
            name: 'private',
          },
          bench.signal,
        ),
        'folderNameTaken',
      );
      expect((await bench.read()).folders[0]).toMatchObject({ name: 'Company Contacts' });
    }),
  );

  promises(
    'remove puts an empty folder of ours into Deleted Items; twice is as once',
    withBench(async (bench) => {
      const { folderId, name } = await bench.createFolder();
      const action: FolderAction = { kind: 'remove', key: '', folderId, name };
      expect(await bench.target.applyFolder(action, bench.signal)).toBeUndefined();
      expect(await bench.fixture.user.whereIs(folderId)).toBe('deletedItems');
      expect(await bench.target.applyFolder(action, bench.signal)).toBeUndefined();
      expect(await bench.fixture.user.whereIs(folderId)).toBe('deletedItems');
      expect((await bench.read()).folders).toEqual([]);
    }),
  );

  promises(
    'remove leaves a folder in which anything lies: a contact of ours, of the user, or a sub-folder',
    withBench(async (bench) => {
      const root = await bench.createFolder();
      const sub = await bench.createFolder('contoso.example');
      const remove = (folderId: typeof root.folderId, key: string) =>
        bench.target.applyFolder({ kind: 'remove', key, folderId, name: key }, bench.signal);
      expect(await remove(root.folderId, '')).toBeUndefined();
      expect(await bench.fixture.user.whereIs(root.folderId)).toBe('inPlace');
      const foreign = await bench.fixture.user.addContact(person(1), sub.folderId);
      await remove(sub.folderId, 'contoso.example');
      expect(await bench.fixture.user.whereIs(sub.folderId)).toBe('inPlace');
      expect(await bench.fixture.user.whereIs(foreign)).toBe('inPlace');
      await bench.fixture.user.deleteContact(foreign);
      await bench.write(sub.folderId, 2);
      await remove(sub.folderId, 'contoso.example');
      expect(await bench.fixture.user.whereIs(sub.folderId)).toBe('inPlace');
    }),
  );

  promises(
    'remove leaves an empty folder without our mark, and Contacts itself',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const unmarked = await user.createFolder('Empty');
      const theirs = await bench
        .forPolicy(samplePolicyId(2), { name: 'Partners' })
        .createFolder('', 'Partners');
      for (const folderId of [unmarked, theirs.folderId]) {
        await bench.target
          .applyFolder({ kind: 'remove', key: '', folderId, name: 'Empty' }, bench.signal)
          .catch(() => undefined);
        expect(await user.whereIs(folderId)).toBe('inPlace');
      }
      const inContacts = bench.forPolicy(samplePolicyId(1), { useDefaultContacts: true });
      const folderId = await user.contactsFolder();
      await inContacts.target
        .applyFolder({ kind: 'remove', key: '', folderId, name: 'Contacts' }, bench.signal)
        .catch(() => undefined);
      expect(await user.whereIs(folderId)).toBe('inPlace');
    }),
  );

  promises(
    'rename and adopt of a folder that is gone throw instead of making one',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      await bench.fixture.user.deleteFolder(folderId);
      const name = 'Colleagues';
      for (const action of [
        { kind: 'rename', key: '', folderId, from: 'Company Contacts', name },
        { kind: 'adopt', key: '', folderId, name },
      ] as const) {
        await expectFailure(bench.target.applyFolder(action, bench.signal), 'changedSincePlanned');
      }
      expect((await bench.read()).folders).toEqual([]);
    }),
  );
}
