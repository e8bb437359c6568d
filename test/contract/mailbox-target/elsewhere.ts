// Promises about what a reading of the folder does not show: contacts of ours in other folders, and items of ours that
// lost their mark.

import { expect } from 'vitest';
import type { ItemId } from '../../../src/model/ids.ts';
import type { TargetSuite } from '../mailbox-target.ts';
import { person, sampleMark, samplePolicyId } from '../sample.ts';
import { applied, type Bench, benches, type Written } from './bench.ts';

export function elsewherePromises(suite: TargetSuite): void {
  const withBench = benches(suite);
  const { promises } = suite;

  const personOf = (bench: Bench, number: number) => sampleMark(bench.policyId, number).sourceObjectId;

  /** Who stands where, by number. */
  async function elsewhere(bench: Bench): Promise<readonly string[]> {
    const found = await bench.target.readElsewhere(bench.signal);
    const numberOf = (id: string) => [1, 2, 3].find((number) => personOf(bench, number) === id);
    return found.map(({ sourceObjectId, path }) => `${numberOf(sourceObjectId)} ${path.join('/')}`).sort();
  }

  promises(
    'readElsewhere finds copies and moved contacts in Contacts itself and in every contact folder below it',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const { folderId } = await bench.createFolder();
      const [one, two] = await bench.writeMany(folderId, [1, 2, 3]);
      if (one === undefined || two === undefined) throw new Error('written');
      const shelf = await user.createFolder('Shelf');
      const inner = await user.createFolder('Inner', shelf);
      await user.addContact(person(9));
      await user.addContact(person(8), shelf);
      expect(await elsewhere(bench)).toEqual([]);
      const copy = await user.copyContact(one.itemId, await user.contactsFolder());
      await user.copyContact(one.itemId, inner);
      await user.moveContact(two.itemId, shelf);
      expect(await elsewhere(bench)).toEqual(['1 ', '1 Shelf/Inner', '2 Shelf']);
      const found = await bench.target.readElsewhere(bench.signal);
      expect(found.find(({ path }) => path.length === 0)?.itemId).toBe(copy);
      for (const { createdAt } of found) expect(createdAt).toMatch(/^\d{4}-\d\d-\d\dT/);
    }),
  );

  promises(
    'readElsewhere shows nothing of the folder and its sub-folders, of other policies, of newer marks, nor of what was deleted',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const { folderId } = await bench.createFolder();
      const sub = await bench.createFolder('example.com');
      const [one, two] = await bench.writeMany(folderId, [1, 2]);
      await bench.write(sub.folderId, 3);
      if (one === undefined || two === undefined) throw new Error('written');
      await user.copyContact(one.itemId, sub.folderId);
      await user.deleteContact(two.itemId);
      const other = bench.forPolicy(samplePolicyId(2), { name: 'Other' });
      const theirs = await other.createFolder('', 'Other');
      const strange = await other.write(theirs.folderId, 1);
      await user.copyContact(strange.itemId, await user.contactsFolder());
      expect(await elsewhere(bench)).toEqual([]);
      await bench.read();
      expect(await elsewhere(bench)).toEqual([]);
    }),
  );

  promises(
    'readElsewhere goes on where a later release marked an item',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const { folderId } = await bench.createFolder();
      const { itemId } = await bench.write(folderId, 1);
      await user.copyContact(itemId, await user.contactsFolder());
      await user.putNewerMark(await user.copyContact(itemId, await user.contactsFolder()));
      expect(await elsewhere(bench)).toEqual(['1 ']);
    }),
    { needs: 'putNewerMark' },
  );

  promises(
    'readElsewhere finds everything where the policy has no folder',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      expect(await elsewhere(bench)).toEqual([]);
      const { folderId } = await bench.createFolder();
      const { itemId } = await bench.write(folderId, 1);
      await user.moveContact(itemId, await user.contactsFolder());
      await user.deleteFolder(folderId);
      await bench.read();
      expect(await elsewhere(bench)).toEqual(['1 ']);
    }),
  );

  promises(
    'readElsewhere costs the list of folders, and one request for each other folder that holds something',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const { folderId } = await bench.createFolder();
      await bench.writeMany(folderId, [1, 2, 3]);
      for (const name of ['Empty', 'Bare']) await user.createFolder(name);
      await user.addContact(person(8), await user.createFolder('Shelf'));
      await bench.read();
      const before = await bench.fixture.countRequests();
      await bench.target.readElsewhere(bench.signal);
      const requests = (await bench.fixture.countRequests()) - before;
      // Contacts itself, the folders below it, and the one that is not empty.
      expect(requests).toBeLessThanOrEqual(3);
      await user.addContact(person(9));
      const then = await bench.fixture.countRequests();
      await bench.target.readElsewhere(bench.signal);
      expect((await bench.fixture.countRequests()) - then).toBe(requests + 1);
    }),
    { needs: 'countRequests' },
  );

  /** A client wrote it back without the properties it does not know. */
  async function loseMark(bench: Bench, { itemId, version }: Written): Promise<Written> {
    const [outcome] = await bench.apply({ kind: 'handOver', itemId, version });
    const unmarked = applied(outcome);
    return { itemId: unmarked.itemId, version: unmarked.version };
  }

  promises(
    'readUnmarked shows items of the folder and its sub-folders without a mark, whole, in input order',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const sub = await bench.createFolder('example.com');
      const notes = `Third floor.${' Ring twice.'.repeat(40)}`;
      const one = await loseMark(bench, await bench.write(folderId, 1, person(1, { notes })));
      const two = await loseMark(bench, await bench.write(sub.folderId, 2));
      const marked = await bench.write(folderId, 3);
      const ids: readonly ItemId[] = [two.itemId, marked.itemId, one.itemId];
      const found = await bench.target.readUnmarked(ids, bench.signal);
      const without = { properties: undefined };
      expect(found.map((item) => ({ ...item, ...without }))).toMatchObject([
        { ...two, folderKey: 'example.com' },
        { ...one, folderKey: '' },
      ]);
      expect(found[1]?.properties.notes).toBe(notes);
      expect(await bench.target.readUnmarked([], bench.signal)).toEqual([]);
    }),
  );

  promises(
    'readUnmarked leaves out what is gone, lies elsewhere or carries the mark of another policy',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const { folderId } = await bench.createFolder();
      const gone = await loseMark(bench, await bench.write(folderId, 1));
      await user.deleteContact(gone.itemId);
      const moved = await loseMark(bench, await bench.write(folderId, 2));
      const movedId = (await user.moveContact(moved.itemId, await user.contactsFolder())) ?? moved.itemId;
      const other = bench.forPolicy(samplePolicyId(2));
      const theirs = await other.write(folderId, 3);
      const ids = [gone.itemId, moved.itemId, movedId, theirs.itemId];
      expect(await bench.target.readUnmarked(ids, bench.signal)).toEqual([]);
    }),
  );

  promises(
    'an item that lost its mark gets it back by `adopt`, and nothing else of it changes',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const written = await bench.write(folderId, 1);
      const before = await bench.readOne(written.itemId);
      const { itemId, version } = await loseMark(bench, written);
      const [unmarked] = await bench.target.readUnmarked([itemId], bench.signal);
      const whole = unmarked?.properties ?? {};
      const mark = sampleMark(bench.policyId, 1);
      const adopt = { kind: 'adopt', itemId, version, set: {}, whole, mark } as const;
      const after = applied((await bench.apply(adopt))[0]);
      expect(await bench.readOne(itemId)).toEqual({ ...before, version: after.version });
    }),
  );
}
