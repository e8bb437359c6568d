// Every promise of ports/ledger.ts as a test.

import { describe, expect } from 'vitest';
import { folderId, itemId, type MailboxId, type PolicyId } from '../../src/model/ids.ts';
import type { LedgerRecord } from '../../src/model/ledger-record.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import { fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';
import { sampleMailboxId, sampleMark, samplePolicyId, sampleSourceObjectId } from './sample.ts';

export function sampleRecord(
  policyId: PolicyId = samplePolicyId(),
  mailboxId: MailboxId = sampleMailboxId(),
): LedgerRecord {
  const mark = sampleMark(policyId, 1);
  return {
    policyId,
    mailboxId,
    isDirty: false,
    rulesDigest: 'digest of the rules',
    folders: [
      {
        key: '',
        folderId: folderId('AAMk=folder'),
        name: 'Company Contacts ü',
        mark: { ...mark, sourceObjectId: undefined, fieldFingerprints: '' },
        syncToken: `https://graph.example/delta?token=${'t'.repeat(400)}`,
      },
      {
        key: 'contoso.example',
        folderId: folderId('AAMk-sub'),
        name: 'contoso.example',
        mark: undefined,
        syncToken: undefined,
      },
    ],
    entries: [1, 2].map((number) => ({
      sourceObjectId: sampleSourceObjectId(number),
      itemId: itemId(`AAMkAG${'x'.repeat(120)}${number}=`),
      version: `EQAAABYAAAB${number}`,
      folderKey: number === 1 ? '' : 'contoso.example',
      createdAt: '2026-11-02T08:00:01.000Z',
      markVersion: 1,
      fingerprint: mark.fingerprint,
      fieldFingerprints: mark.fieldFingerprints,
      ...(number === 1 ? {} : { contested: { jobTitle: 1, notes: 2 } }),
    })),
    missing: [sampleSourceObjectId(3)],
    alsoOurs: [itemId('also ours')],
    others: [1, 2].map((number) => ({
      policyId: samplePolicyId(7),
      sourceObjectId: sampleSourceObjectId(number),
      itemId: itemId(`theirs ${number}`),
      folderKey: 'contoso.example',
      markVersion: 1,
    })),
    foreignCount: 4,
  };
}

export function ledgerContract(
  name: string,
  make: () => Promise<StoreFixture<Ledger>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);
  const [policy, mailbox] = [samplePolicyId(), sampleMailboxId()];

  describe(`ledger: ${name}`, () => {
    promises(
      'there is no record before one is written',
      withFixture(async ({ subject }) => {
        expect(await subject.read(policy, mailbox)).toBeUndefined();
      }),
    );

    promises(
      'reads back what was written, for its policy and mailbox only',
      withFixture(async ({ subject }) => {
        await subject.write(sampleRecord());
        expect(await subject.read(policy, mailbox)).toEqual(sampleRecord());
        expect(await subject.read(samplePolicyId(2), mailbox)).toBeUndefined();
        expect(await subject.read(policy, sampleMailboxId(2))).toBeUndefined();
      }),
    );

    promises(
      'a record without entries, folders and missing people reads back as such',
      withFixture(async ({ subject }) => {
        const { missing: _none, ...rest } = sampleRecord();
        const record: LedgerRecord = { ...rest, folders: [], entries: [], foreignCount: 0 };
        await subject.write(record);
        const read = await subject.read(policy, mailbox);
        expect({ ...read, missing: read?.missing ?? [] }).toEqual({ ...record, missing: [] });
      }),
    );

    promises(
      'write replaces the record',
      withFixture(async ({ subject }) => {
        await subject.write(sampleRecord());
        const next = { ...sampleRecord(), entries: sampleRecord().entries.slice(1), rulesDigest: 'other' };
        await subject.write(next);
        expect(await subject.read(policy, mailbox)).toEqual(next);
      }),
    );

    promises(
      'what the caller does to its own objects afterwards changes nothing',
      withFixture(async ({ subject }) => {
        const record = structuredClone(sampleRecord());
        await subject.write(record);
        (record.entries as unknown[]).length = 0;
        expect(await subject.read(policy, mailbox)).toEqual(sampleRecord());
      }),
    );

    promises(
      'markDirty flags the record and keeps the rest; the next write clears it',
      withFixture(async ({ subject }) => {
        await subject.write(sampleRecord());
        await subject.markDirty(policy, mailbox);
        expect(await subject.read(policy, mailbox)).toEqual({ ...sampleRecord(), isDirty: true });
        await subject.write(sampleRecord());
        expect((await subject.read(policy, mailbox))?.isDirty).toBe(false);
      }),
    );

    promises(
      'markDirty also works where no record exists yet',
      withFixture(async ({ subject }) => {
        await subject.markDirty(policy, mailbox);
        expect(await subject.read(policy, mailbox)).toMatchObject({
          isDirty: true,
          folders: [],
          entries: [],
        });
        await subject.markDirty(policy, mailbox);
        expect((await subject.read(policy, mailbox))?.isDirty).toBe(true);
      }),
    );

    promises(
      'records and flags are durable',
      withFixture(async ({ subject, reopen }) => {
        await subject.write(sampleRecord());
        await subject.markDirty(policy, sampleMailboxId(2));
        const later = await reopen();
        expect(await later.read(policy, mailbox)).toEqual(sampleRecord());
        expect((await later.read(policy, sampleMailboxId(2)))?.isDirty).toBe(true);
      }),
      { needs: 'reopen' },
    );

    promises(
      'forgets the mailbox in the policy, the policy, or everything, and says how many records',
      withFixture(async ({ subject }) => {
        for (const policyNumber of [1, 2]) {
          for (const mailboxNumber of [1, 2, 3]) {
            await subject.write(sampleRecord(samplePolicyId(policyNumber), sampleMailboxId(mailboxNumber)));
          }
        }
        expect(await subject.forget(policy, sampleMailboxId(1))).toBe(1);
        expect(await subject.read(policy, sampleMailboxId(1))).toBeUndefined();
        expect(await subject.read(samplePolicyId(2), sampleMailboxId(1))).toBeDefined();
        expect(await subject.forget(policy)).toBe(2);
        expect(await subject.read(samplePolicyId(2), sampleMailboxId(3))).toBeDefined();
        expect(await subject.forget()).toBe(3);
        expect(await subject.forget()).toBe(0);
        expect(await subject.read(samplePolicyId(2), sampleMailboxId(3))).toBeUndefined();
      }),
    );

    promises(
      'holds a mailbox with thousands of contacts',
      withFixture(async ({ subject }) => {
        const [entry] = sampleRecord().entries;
        if (entry === undefined) throw new Error('the sample has entries');
        const entries = Array.from({ length: 5_000 }, (_, index) => ({
          ...entry,
          sourceObjectId: sampleSourceObjectId(index),
          itemId: itemId(`item-${index}`),
        }));
        await subject.write({ ...sampleRecord(), entries });
        expect(await subject.read(policy, mailbox)).toEqual({ ...sampleRecord(), entries });
      }),
    );
  });
}
