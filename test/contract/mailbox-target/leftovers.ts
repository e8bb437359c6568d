// Promises about what carries no mark of ours: ports/leftover-items.ts.

import { expect } from 'vitest';
import type { ContactProperties } from '../../../src/model/contact.ts';
import { type FolderId, folderId } from '../../../src/model/ids.ts';
import type { LeftoverItems, UnmarkedContact } from '../../../src/ports/leftover-items.ts';
import type { TargetSuite } from '../mailbox-target.ts';
import { person, samplePolicyId } from '../sample.ts';
import { type Bench, benches, expectFailure } from './bench.ts';

const DENTIST: ContactProperties = {
  ...{ displayName: 'Dentist', fileAs: 'Dentist', surname: 'Dentist', categories: 'Imported' },
  ...{ mobilePhone: '+49 170 5550142', notes: `Third floor.${' Ring twice.'.repeat(40)}` },
};

function leftoversOf({ fixture }: Bench): LeftoverItems {
  const leftovers = fixture.targets.leftovers?.(fixture.mailbox);
  if (leftovers === undefined) throw new Error('what carries no mark is shown by every target');
  return leftovers;
}

export function leftoverPromises(suite: TargetSuite): void {
  const withBench = benches(suite);
  const { promises } = suite;

  /** Without what servers fill in by themselves. */
  const told = (contact: UnmarkedContact | undefined) =>
    Object.fromEntries(Object.keys(DENTIST).map((name) => [name, contact?.properties[name as 'notes']]));

  async function read(bench: Bench, folder: FolderId): Promise<readonly UnmarkedContact[]> {
    return leftoversOf(bench).readContacts(folder, bench.signal);
  }

  promises(
    'listFolders shows Contacts and the folders below it with their paths, and which of them carry a mark',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const ours = await bench.createFolder();
      const shelf = await user.createFolder('Shelf');
      const inner = await user.createFolder('Inner', shelf);
      await user.deleteFolder(await user.createFolder('Gone'));
      const found = await leftoversOf(bench).listFolders(bench.signal);
      expect(found[0]).toEqual({ folderId: await user.contactsFolder(), path: [], isMarked: false });
      expect(new Map(found.slice(1).map(({ path, ...folder }) => [path.join('/'), folder]))).toEqual(
        new Map([
          ['Company Contacts', { folderId: ours.folderId, isMarked: true }],
          ['Shelf', { folderId: shelf, isMarked: false }],
          ['Shelf/Inner', { folderId: inner, isMarked: false }],
        ]),
      );
    }),
  );

  promises(
    'readContacts shows what carries no mark, complete and uncut, and neither our contacts nor those of a newer release',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const root = await bench.createFolder();
      await bench.write(root.folderId, 1);
      const newer = await user.addContact(person(3), root.folderId);
      await user.putNewerMark(newer);
      const own = await user.addContact(DENTIST, root.folderId);
      const found = await read(bench, root.folderId);
      expect(found.map(({ itemId }) => itemId)).toEqual([own]);
      expect(told(found[0])).toEqual(DENTIST);
      expect(await read(bench, await user.contactsFolder())).toEqual([]);
    }),
  );

  promises(
    'moveToDeletedItems moves what it is told to, never further, and says of each what became of it',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const shelf = await user.createFolder('Shelf');
      const [first, second, moved] = [
        await user.addContact(DENTIST, shelf),
        await user.addContact(person(2), shelf),
        await user.addContact(person(3), shelf),
      ];
      const stays = await user.addContact(person(4), shelf);
      const items = await read(bench, shelf);
      await user.editContact(second, { mobilePhone: '+49 170 5550143' });
      await user.moveContact(moved, await user.contactsFolder());
      const order = [first, second, moved].map((id) => items.find(({ itemId }) => itemId === id));
      const chosen = order.filter((item) => item !== undefined);
      const outcomes = await leftoversOf(bench).moveToDeletedItems(shelf, chosen, bench.signal);
      expect(outcomes.map(({ status }) => status)).toEqual(['applied', 'conflict', 'gone']);
      expect(await user.whereIs(first)).toBe('deletedItems');
      expect((await read(bench, shelf)).map(({ itemId }) => itemId).toSorted()).toEqual(
        [second, stays].toSorted(),
      );
    }),
  );

  promises(
    'moveToDeletedItems leaves an item with a mark alone, of whatever policy, even if told otherwise',
    withBench(async (bench) => {
      const root = await bench.createFolder();
      const other = bench.forPolicy(samplePolicyId(2));
      await other.read();
      const ours = await bench.write(root.folderId, 1);
      const theirs = await other.write(root.folderId, 2);
      const outcomes = await leftoversOf(bench).moveToDeletedItems(
        root.folderId,
        [ours, theirs],
        bench.signal,
      );
      expect(outcomes.map(({ status }) => status)).toEqual(['conflict', 'conflict']);
      expect((await bench.read()).contacts).toHaveLength(2);
    }),
  );

  promises(
    'restore makes contacts without a mark, with every value that was read',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const shelf = await user.createFolder('Shelf');
      await user.addContact(DENTIST, shelf);
      const before = await read(bench, shelf);
      await leftoversOf(bench).moveToDeletedItems(shelf, before, bench.signal);
      expect(await read(bench, shelf)).toEqual([]);
      const properties = before.map((one) => one.properties);
      const outcomes = await leftoversOf(bench).restore(shelf, properties, bench.signal);
      expect(outcomes.map(({ status }) => status)).toEqual(['applied']);
      const after = await read(bench, shelf);
      expect(after.map((one) => one.properties)).toEqual(properties);
      const [outcome] = outcomes;
      expect(outcome).toMatchObject({ itemId: after[0]?.itemId, version: after[0]?.version });
    }),
  );

  promises(
    'removeFolder takes an empty folder without a mark, and no other; ensureFolder finds or makes a path',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const leftovers = leftoversOf(bench);
      const { signal } = bench;
      const ours = await bench.createFolder();
      const shelf = await user.createFolder('Shelf');
      const inner = await user.createFolder('Inner', shelf);
      const full = await user.createFolder('Full');
      await user.addContact(person(1), full);
      for (const id of [ours.folderId, shelf, full, await user.contactsFolder()])
        expect(await leftovers.removeFolder(id, signal)).toBe(false);
      expect(await leftovers.ensureFolder(['shelf', 'Inner'], signal)).toBe(inner);
      expect(await leftovers.removeFolder(inner, signal)).toBe(true);
      expect(await leftovers.removeFolder(shelf, signal)).toBe(true);
      expect(await user.whereIs(shelf)).toBe('deletedItems');
      const made = await leftovers.ensureFolder(['Shelf', 'Inner'], signal);
      const found = await leftovers.listFolders(signal);
      expect(found.find(({ folderId: id }) => id === made)).toEqual({
        ...{ folderId: made, path: ['Shelf', 'Inner'], isMarked: false },
      });
      expect(await leftovers.ensureFolder([], signal)).toBe(await user.contactsFolder());
    }),
  );

  promises(
    'a write whose answer was lost is unknown, and happened',
    withBench(async (bench) => {
      const { user, trouble } = bench.fixture;
      const shelf = await user.createFolder('Shelf');
      await user.addContact(person(1), shelf);
      const items = await read(bench, shelf);
      await trouble.loseNextAnswer();
      const [outcome] = await leftoversOf(bench).restore(shelf, [DENTIST], bench.signal);
      expect(outcome?.status).toBe('unknown');
      expect(await read(bench, shelf)).toHaveLength(items.length + 1);
    }),
    { needs: 'loseNextAnswer' },
  );

  for (const why of ['mailboxNotProvisioned', 'mailboxAccessDenied'] as const) {
    promises(
      `what carries no mark is not read where the mailbox as a whole refuses: ${why}`,
      withBench(async (bench) => {
        await bench.fixture.trouble.refuse(why);
        await expectFailure(leftoversOf(bench).listFolders(bench.signal), why, 'impersonationDenied');
        await expectFailure(read(bench, folderId('any')), why, 'impersonationDenied');
      }),
      { needs: 'refuse' },
    );
  }
}
