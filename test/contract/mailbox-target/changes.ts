// Promises of `applyChanges`. The first of all: an item without a mark of ours is never touched, even if told to.

import { expect } from 'vitest';
import { CONTACT_PROPERTY_NAMES, type ContactProperties } from '../../../src/model/contact.ts';
import { Failure } from '../../../src/model/failure.ts';
import { itemId as toItemId } from '../../../src/model/ids.ts';
import type { TargetChange } from '../../../src/model/plan.ts';
import type { TargetSuite } from '../mailbox-target.ts';
import { fullPerson, person, sampleMark, samplePolicyId, withoutNormalization } from '../sample.ts';
import { applied, type Bench, benches, type Written } from './bench.ts';

function update(
  bench: Bench,
  written: Written,
  set: ContactProperties,
  whole: ContactProperties,
  number = 1,
): TargetChange {
  return { kind: 'update', ...written, set, whole, mark: sampleMark(bench.policyId, number, 2) };
}

/** One change of each kind that names an item. */
function allKinds(bench: Bench, { itemId, version }: Written): readonly TargetChange[] {
  const set = { jobTitle: 'Boss' };
  return [
    update(bench, { itemId, version }, set, person(1, set)),
    { kind: 'delete', itemId, version, mode: 'hard' },
    { kind: 'delete', itemId, version, mode: 'soft' },
    { kind: 'handOver', itemId, version },
  ];
}

export function changePromises(suite: TargetSuite): void {
  const { promises } = suite;
  const withBench = benches(suite);

  promises(
    'applying nothing is nothing',
    withBench(async (bench) => {
      expect(await bench.apply()).toEqual([]);
    }),
  );

  promises(
    'create writes contact and mark; id and version are the ones the next reading shows',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const { itemId, version } = await bench.write(folderId, 1);
      const [contact] = (await bench.read()).contacts;
      expect(contact).toMatchObject({ itemId, version, mark: sampleMark(bench.policyId, 1), folderKey: '' });
      expect(withoutNormalization(contact?.properties ?? {})).toEqual(withoutNormalization(person(1)));
    }),
  );

  promises(
    'returns one outcome per change, in input order, also in a full batch',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const kept = await bench.write(folderId, 1);
      const stale = await bench.write(folderId, 2);
      await bench.fixture.user.touchContact(stale.itemId);
      const foreign = await bench.fixture.user.addContact(person(3), folderId);
      const { batchSize } = bench.fixture.targets.capabilities;
      const changes: TargetChange[] = [
        update(bench, kept, { jobTitle: 'Boss' }, person(1, { jobTitle: 'Boss' })),
        update(bench, stale, { jobTitle: 'Boss' }, person(2, { jobTitle: 'Boss' }), 2),
        { kind: 'delete', itemId: foreign, version: 'any', mode: 'hard' },
      ];
      while (changes.length < batchSize) changes.push(bench.creation(folderId, 100 + changes.length));
      const outcomes = await bench.apply(...changes.slice(0, batchSize));
      expect(outcomes).toHaveLength(Math.min(changes.length, batchSize));
      const expected = ['applied', 'conflict', 'refused', ...changes.slice(3).map(() => 'applied')];
      expect(outcomes.map((outcome) => outcome.status)).toEqual(expected.slice(0, batchSize));
      const created = outcomes.slice(3).map((outcome) => applied(outcome).itemId);
      for (const [position, itemId] of created.entries()) {
        expect((await bench.readOne(itemId))?.mark).toEqual(sampleMark(bench.policyId, 103 + position));
      }
    }),
  );

  promises(
    'update writes the named fields and the mark, and leaves the rest',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const before = person(1, {
        emailAddress2: 'second@contoso.example',
        emailAddress3: 'third@contoso.example',
        businessPhone1: '+49 30 1',
        businessPhone2: '+49 30 2',
        homePhone1: '+49 30 3',
        mobilePhone: '+49 170 4',
        businessStreet: 'Street 1',
        businessCity: 'Berlin',
        businessCountry: 'Germany',
        homeCity: 'Potsdam',
        notes: 'n'.repeat(2_000),
      });
      const written = await bench.write(folderId, 1, before);
      const set = { emailAddress2: 'new@contoso.example', businessPhone1: '+49 30 9', businessCity: 'Köln' };
      const [outcome] = await bench.apply(update(bench, written, set, { ...before, ...set }));
      const after = await bench.readOne(written.itemId);
      expect(after?.version).toBe(applied(outcome).version);
      expect(applied(outcome).itemId).toBe(written.itemId);
      expect(after?.version).not.toBe(written.version);
      expect(after?.mark).toEqual(sampleMark(bench.policyId, 1, 2));
      expect(withoutNormalization(after?.properties ?? {})).toEqual(
        withoutNormalization({ ...before, ...set }),
      );
    }),
  );

  promises(
    'update leaves what the user put into fields we do not write',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const { itemId } = await bench.write(folderId, 1);
      await bench.fixture.user.editContact(itemId, {
        spouseName: 'Kim',
        homePhone1: '+49 30 54',
        homePhone2: '+49 30 55',
      });
      const stored = await bench.readOne(itemId);
      const whole = { ...stored?.properties, jobTitle: 'Boss' };
      await bench.apply(
        update(bench, { itemId, version: stored?.version ?? '' }, { jobTitle: 'Boss' }, whole),
      );
      expect((await bench.readOne(itemId))?.properties).toMatchObject({
        jobTitle: 'Boss',
        spouseName: 'Kim',
        homePhone2: '+49 30 55',
      });
    }),
  );

  promises(
    'an empty value clears the field, whichever it is',
    withBench(async (bench) => {
      const { capabilities } = bench.fixture.targets;
      const names = { displayName: 'Person 1', fileAs: '1, Person', givenName: 'Person', surname: '1' };
      const before = { ...fullPerson(capabilities.lossyProperties), ...names };
      const { folderId } = await bench.createFolder();
      const written = await bench.write(folderId, 1, before);
      const set: Partial<Record<keyof ContactProperties, string>> = {};
      for (const name of CONTACT_PROPERTY_NAMES) if (name in before && !(name in names)) set[name] = '';
      const [outcome] = await bench.apply(update(bench, written, set, names));
      applied(outcome);
      expect((await bench.readOne(written.itemId))?.properties).toEqual(names);
    }),
  );

  promises(
    'update with no field writes the mark alone',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const written = await bench.write(folderId, 1);
      const before = await bench.readOne(written.itemId);
      applied((await bench.apply(update(bench, written, {}, before?.properties ?? {})))[0]);
      const after = await bench.readOne(written.itemId);
      expect(after?.properties).toEqual(before?.properties);
      expect(after?.mark).toEqual(sampleMark(bench.policyId, 1, 2));
    }),
  );

  promises(
    'a mark that grew to its full length is stored whole',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const written = await bench.write(folderId, 1);
      const mark = { ...sampleMark(bench.policyId, 1, 3), fieldFingerprints: 'B'.repeat(250) };
      const change = update(bench, written, {}, person(1));
      if (change.kind !== 'update') throw new Error('an update');
      applied((await bench.apply({ ...change, mark }))[0]);
      expect((await bench.readOne(written.itemId))?.mark).toEqual(mark);
    }),
  );

  promises(
    'conflict: update, delete and handOver of an item that has another version leave it as it is',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const written = await bench.write(folderId, 1);
      await bench.fixture.user.editContact(written.itemId, { jobTitle: 'By the user' });
      const before = await bench.readOne(written.itemId);
      for (const change of allKinds(bench, written)) {
        expect(await bench.apply(change)).toEqual([{ status: 'conflict' }]);
        expect(await bench.readOne(written.itemId)).toEqual(before);
      }
    }),
  );

  promises(
    'gone: update, delete and handOver of an item that no longer exists',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const written = await bench.write(folderId, 1);
      applied((await bench.apply({ kind: 'delete', ...written, mode: 'hard' }))[0]);
      for (const change of allKinds(bench, written)) {
        expect(await bench.apply(change)).toEqual([{ status: 'gone' }]);
      }
      expect((await bench.read()).contacts).toEqual([]);
    }),
  );

  promises(
    'an item that the user deleted or dragged elsewhere is not written',
    withBench(async (bench) => {
      const { user } = bench.fixture;
      const { folderId } = await bench.createFolder();
      const deleted = await bench.write(folderId, 1);
      const dragged = await bench.write(folderId, 2);
      await user.deleteContact(deleted.itemId);
      await user.moveContact(dragged.itemId, await user.contactsFolder());
      for (const written of [deleted, dragged]) {
        for (const change of allKinds(bench, written)) {
          const [outcome] = await bench.apply(change);
          // Servers tell the two apart by whether the id or only the version changed.
          expect(['gone', 'conflict']).toContain(outcome?.status);
        }
      }
      expect(await user.whereIs(deleted.itemId)).toBe('deletedItems');
      expect(await user.whereIs(dragged.itemId)).toBe('inPlace');
    }),
  );

  promises(
    'refused: an item without mark or with the mark of another policy is never touched, even with its version',
    withBench(async (bench) => {
      const { fixture } = bench;
      const { folderId } = await bench.createFolder();
      const other = bench.forPolicy(samplePolicyId(2));
      await fixture.user.addContact(person(1), folderId);
      const [foreign] = (await bench.read(undefined, true)).foreign ?? [];
      if (foreign === undefined) throw new Error('the foreign contact is read');
      const theirs = await other.write(folderId, 2);
      const foreignBefore = await fixture.dumpForeign();
      const theirsBefore = await other.readOne(theirs.itemId);
      for (const written of [{ itemId: foreign.itemId, version: foreign.version }, theirs]) {
        for (const change of allKinds(bench, written)) {
          const [outcome] = await bench.apply(change);
          expect(outcome?.status).toBe('refused');
          if (outcome?.status === 'refused') expect(outcome.failure.code).toBe('notOurs');
        }
      }
      expect(await fixture.dumpForeign()).toBe(foreignBefore);
      expect(await other.readOne(theirs.itemId)).toEqual(theirsBefore);
    }),
  );

  promises(
    'delete hard is gone for good; delete soft lies in Deleted Items',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const hard = await bench.write(folderId, 1);
      const soft = await bench.write(folderId, 2);
      const outcomes = await bench.apply(
        { kind: 'delete', ...hard, mode: 'hard' },
        { kind: 'delete', ...soft, mode: 'soft' },
      );
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['applied', 'applied']);
      expect(await bench.fixture.user.whereIs(hard.itemId)).toBe('gone');
      expect(await bench.fixture.user.whereIs(soft.itemId)).toBe('deletedItems');
      expect((await bench.read()).contacts).toEqual([]);
    }),
  );

  promises(
    'handOver takes the mark off and leaves everything else',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const written = await bench.write(folderId, 1, person(1, { notes: 'kept '.repeat(100).trim() }));
      const before = (await bench.readOne(written.itemId))?.properties;
      const [outcome] = await bench.apply({ kind: 'handOver', ...written });
      applied(outcome);
      const snapshot = await bench.read(undefined, true);
      expect(snapshot.contacts).toEqual([]);
      expect(snapshot.foreign).toHaveLength(1);
      expect(snapshot.foreign?.[0]).toMatchObject({ itemId: written.itemId, properties: before });
      // From now on it is the user's.
      const [again] = await bench.apply({ kind: 'delete', ...applied(outcome), mode: 'hard' });
      expect(again?.status).toBe('refused');
    }),
  );

  promises(
    'adopt marks an unmarked item and writes the named fields',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      await bench.fixture.user.addContact(person(1, { spouseName: 'Kim' }), folderId);
      const [foreign] = (await bench.read(undefined, true)).foreign ?? [];
      if (foreign === undefined) throw new Error('the foreign contact is read');
      const { itemId, version, properties } = foreign;
      const set = { jobTitle: 'Boss' };
      const mark = sampleMark(bench.policyId, 1);
      const [outcome] = await bench.apply({
        kind: 'adopt',
        itemId,
        version,
        set,
        whole: { ...properties, ...set },
        mark,
      });
      const snapshot = await bench.read(undefined, true);
      expect(snapshot.foreign).toEqual([]);
      expect(snapshot.contacts[0]).toMatchObject({ itemId, version: applied(outcome).version, mark });
      expect(snapshot.contacts[0]?.properties).toMatchObject({ jobTitle: 'Boss', spouseName: 'Kim' });
    }),
  );

  promises(
    'adopt of an item that changed since is a conflict and leaves it',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const itemId = await bench.fixture.user.addContact(person(1), folderId);
      const [foreign] = (await bench.read(undefined, true)).foreign ?? [];
      await bench.fixture.user.editContact(itemId, { jobTitle: 'Mine' });
      const before = await bench.fixture.dumpForeign();
      const [outcome] = await bench.apply({
        kind: 'adopt',
        itemId,
        version: foreign?.version ?? '',
        set: { jobTitle: 'Boss' },
        whole: person(1, { jobTitle: 'Boss' }),
        mark: sampleMark(bench.policyId, 1),
      });
      expect(outcome).toEqual({ status: 'conflict' });
      expect(await bench.fixture.dumpForeign()).toBe(before);
    }),
  );

  promises(
    'an id that never existed is gone, and does not make the call throw',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const written = await bench.write(folderId, 1);
      await bench.apply({ kind: 'delete', ...written, mode: 'hard' });
      const outcomes = await bench.apply(
        { kind: 'delete', ...written, mode: 'soft' },
        bench.creation(folderId, 2),
      );
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['gone', 'applied']);
      const [strange] = await bench.apply({
        kind: 'delete',
        itemId: toItemId('no-such-id'),
        version: 'v',
        mode: 'hard',
      });
      expect(['gone', 'failed']).toContain(strange?.status);
    }),
  );

  promises(
    'creating in a folder that is gone does not make the call throw and creates nothing',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      await bench.apply(bench.creation(folderId, 1));
      await bench.fixture.user.deleteFolder(folderId);
      const [outcome] = await bench.apply(bench.creation(folderId, 2));
      expect(['gone', 'failed', 'applied']).toContain(outcome?.status);
      expect((await bench.read()).contacts).toEqual([]);
    }),
  );

  promises(
    'a single item that fails leaves the others applied',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      await bench.fixture.trouble.failNextWrite();
      const outcomes = await bench.apply(bench.creation(folderId, 1), bench.creation(folderId, 2));
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['failed', 'applied']);
      const [first] = outcomes;
      if (first?.status === 'failed') expect(first.failure).toBeInstanceOf(Failure);
      expect((await bench.read()).contacts).toHaveLength(1);
    }),
    { needs: 'failNextWrite' },
  );

  promises(
    'a write whose answer was lost is unknown, and it happened',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      await bench.fixture.trouble.loseNextAnswer();
      const [outcome] = await bench.apply(bench.creation(folderId, 1));
      expect(outcome?.status).toBe('unknown');
      const { contacts } = await bench.read();
      expect(contacts.map((contact) => contact.mark)).toEqual([sampleMark(bench.policyId, 1)]);
    }),
    { needs: 'loseNextAnswer' },
  );

  promises(
    'an update whose answer was lost is unknown and never applied twice',
    withBench(async (bench) => {
      const { folderId } = await bench.createFolder();
      const written = await bench.write(folderId, 1);
      await bench.fixture.trouble.loseNextAnswer();
      const set = { jobTitle: 'Boss' };
      const [outcome] = await bench.apply(update(bench, written, set, person(1, set)));
      expect(outcome?.status).toBe('unknown');
      const contact = await bench.readOne(written.itemId);
      expect(contact?.properties?.jobTitle).toBe('Boss');
      expect(contact?.mark).toEqual(sampleMark(bench.policyId, 1, 2));
    }),
    { needs: 'loseNextAnswer' },
  );
}
