// Every promise of ports/document-store.ts as a test, on policies.

import { describe, expect } from 'vitest';
import type { Policy } from '../../src/model/policy.ts';
import type { DocumentStore } from '../../src/ports/document-store.ts';
import { fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { expectFailure } from './mailbox-target/bench.ts';
import { promisesExcept } from './promise.ts';
import { samplePolicy } from './run-store.ts';
import { samplePolicyId } from './sample.ts';

const policyOf = (number: number, name = `Policy ${number}`, changes: Partial<Policy> = {}): Policy =>
  samplePolicy({ id: samplePolicyId(number), name, ...changes });

export function documentStoreContract(
  name: string,
  make: () => Promise<StoreFixture<DocumentStore<Policy>>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);

  describe(`document store: ${name}`, () => {
    promises(
      'is empty at first',
      withFixture(async ({ subject }) => {
        expect(await subject.list()).toEqual([]);
        expect(await subject.readByName('Policy 1')).toBeUndefined();
        expect(await subject.readById(samplePolicyId(1))).toBeUndefined();
        expect(await subject.history(samplePolicyId(1))).toEqual([]);
      }),
    );

    promises(
      'a new document is revision 1 and found by name and id',
      withFixture(async ({ subject }) => {
        const saved = await subject.save(policyOf(1), 0, 'ada');
        expect(saved).toMatchObject({ document: policyOf(1), revision: 1, savedBy: 'ada' });
        expect(saved.savedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
        expect(await subject.readByName('Policy 1')).toEqual(saved);
        expect(await subject.readById(samplePolicyId(1))).toEqual(saved);
      }),
    );

    promises(
      'each change is a new revision; the history has all, newest first',
      withFixture(async ({ subject }) => {
        const first = await subject.save(policyOf(1), 0, 'ada');
        const second = await subject.save(policyOf(1, 'Policy 1', { enabled: false }), 1, 'bob');
        expect(second).toMatchObject({ revision: 2, savedBy: 'bob' });
        expect(await subject.readById(samplePolicyId(1))).toEqual(second);
        expect(await subject.history(samplePolicyId(1))).toEqual([second, first]);
      }),
    );

    promises(
      'saving the same document stores nothing',
      withFixture(async ({ subject }) => {
        const first = await subject.save(policyOf(1), 0, 'ada');
        expect(await subject.save(policyOf(1), 1, 'bob')).toEqual(first);
        expect(await subject.history(samplePolicyId(1))).toEqual([first]);
      }),
    );

    promises(
      'another newest revision than expected throws changedMeanwhile and stores nothing',
      withFixture(async ({ subject }) => {
        await subject.save(policyOf(1), 0, 'ada');
        const second = await subject.save(policyOf(1, 'Policy 1', { enabled: false }), 1, 'ada');
        const edit = policyOf(1, 'Policy 1', { description: 'mine' });
        for (const expected of [0, 1, 3]) {
          await expectFailure(subject.save(edit, expected, 'bob'), 'changedMeanwhile');
        }
        await expectFailure(subject.save(policyOf(2), 1, 'bob'), 'changedMeanwhile');
        expect(await subject.readById(samplePolicyId(1))).toEqual(second);
        expect(await subject.list()).toHaveLength(1);
      }),
    );

    promises(
      'of two who save the same revision at once one is told that it changed meanwhile',
      withFixture(async ({ subject }) => {
        await subject.save(policyOf(1), 0, 'ada');
        const results = await Promise.allSettled([
          subject.save(policyOf(1, 'Policy 1', { description: 'one' }), 1, 'ada'),
          subject.save(policyOf(1, 'Policy 1', { description: 'two' }), 1, 'bob'),
        ]);
        expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(await subject.history(samplePolicyId(1))).toHaveLength(2);
      }),
    );

    promises(
      'a name of another document throws nameTaken, whatever its case',
      withFixture(async ({ subject }) => {
        await subject.save(policyOf(1, 'Sales'), 0, 'ada');
        await subject.save(policyOf(2, 'Support'), 0, 'ada');
        await expectFailure(subject.save(policyOf(3, 'Sales'), 0, 'bob'), 'nameTaken');
        await expectFailure(subject.save(policyOf(2, 'Sales'), 1, 'bob'), 'nameTaken');
        expect((await subject.readById(samplePolicyId(2)))?.document.name).toBe('Support');
        expect(await subject.readById(samplePolicyId(3))).toBeUndefined();
      }),
    );

    promises(
      'a renamed document is found under the new name only, and frees the old one',
      withFixture(async ({ subject }) => {
        await subject.save(policyOf(1, 'Sales'), 0, 'ada');
        await subject.save(policyOf(1, 'Selling'), 1, 'ada');
        expect(await subject.readByName('Sales')).toBeUndefined();
        expect((await subject.readByName('Selling'))?.revision).toBe(2);
        await subject.save(policyOf(2, 'Sales'), 0, 'ada');
      }),
    );

    promises(
      'lists the newest revisions by name',
      withFixture(async ({ subject }) => {
        await subject.save(policyOf(1, 'Marketing'), 0, 'ada');
        await subject.save(policyOf(2, 'Accounting'), 0, 'ada');
        await subject.save(policyOf(3, 'Sales'), 0, 'ada');
        await subject.save(policyOf(3, 'Sales', { enabled: false }), 1, 'ada');
        const listed = await subject.list();
        expect(listed.map(({ document }) => document.name)).toEqual(['Accounting', 'Marketing', 'Sales']);
        expect(listed.map(({ revision }) => revision)).toEqual([1, 1, 2]);
      }),
    );

    promises(
      'a removed document is gone from list and names; its history stays readable by id',
      withFixture(async ({ subject }) => {
        const saved = await subject.save(policyOf(1, 'Sales'), 0, 'ada');
        await subject.remove(samplePolicyId(1), 'bob');
        expect(await subject.list()).toEqual([]);
        expect(await subject.readByName('Sales')).toBeUndefined();
        expect(await subject.readById(samplePolicyId(1))).toBeUndefined();
        expect(await subject.history(samplePolicyId(1))).toEqual([saved]);
        await subject.save(policyOf(2, 'Sales'), 0, 'ada');
      }),
    );

    promises(
      'documents are durable',
      withFixture(async ({ subject, reopen }) => {
        const saved = await subject.save(policyOf(1), 0, 'ada');
        expect(await (await reopen()).list()).toEqual([saved]);
      }),
      { needs: 'reopen' },
    );
  });
}
