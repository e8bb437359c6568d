// Every promise of ports/journal.ts as a test.

import { describe, expect } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { folderId, itemId } from '../../src/model/ids.ts';
import type { JournalIntent } from '../../src/model/ledger-record.ts';
import type { ChangeOutcome } from '../../src/model/plan.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { collect, fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';
import {
  person,
  sampleMailbox,
  sampleMark,
  samplePolicyId,
  sampleRunId,
  sampleSourceObjectId,
} from './sample.ts';

const mailboxOf = (number: number) => {
  const { id, primarySmtpAddress } = sampleMailbox(number);
  return { id, primarySmtpAddress };
};

const update = (number: number): JournalIntent => ({
  change: 'update',
  sourceObjectId: sampleSourceObjectId(number),
  itemId: itemId(`item-${number}`),
  folderId: undefined,
  folderKey: 'contoso.example',
  fields: [{ property: 'jobTitle', from: 'Clerk', to: '' }],
  before: {
    properties: person(number, { notes: 'unmistakable-before-image', jobTitle: 'Clerk' }),
    mark: sampleMark(samplePolicyId(), number),
    folderKey: 'contoso.example',
  },
  label: `Person ${number}`,
});

const folderCreation: JournalIntent = {
  change: 'folderCreate',
  sourceObjectId: undefined,
  itemId: undefined,
  folderId: folderId('AAMk-folder'),
  folderKey: '',
  fields: [],
  before: undefined,
  label: 'Company Contacts',
};

const failure = new Failure('contactRefused');
const applied = (number: number): ChangeOutcome => ({
  status: 'applied',
  itemId: itemId(`new-item-${number}`),
  version: `version-${number}`,
});

export function journalContract(
  name: string,
  make: () => Promise<StoreFixture<Journal>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);
  const run = sampleRunId();

  describe(`journal: ${name}`, () => {
    promises(
      'intend returns one id per intent in input order, and none for nothing',
      withFixture(async ({ subject }) => {
        const ids = await subject.intend(run, mailboxOf(1), [update(1), folderCreation, update(2)]);
        expect(new Set(ids).size).toBe(3);
        const entries = await collect(subject.readRun(run));
        const labels = new Map(entries.map((entry) => [entry.id, entry.label]));
        expect(ids.map((id) => labels.get(id))).toEqual(['Person 1', 'Company Contacts', 'Person 2']);
        expect(await subject.intend(run, mailboxOf(1), [])).toEqual([]);
      }),
    );

    promises(
      'an entry is read back whole, before-image included; its outcome is not known yet',
      withFixture(async ({ subject }) => {
        const [first, second] = await subject.intend(run, mailboxOf(1), [update(1), folderCreation]);
        const still = { outcome: undefined, newItemId: undefined, newVersion: undefined };
        const place = {
          runId: run,
          mailboxId: mailboxOf(1).id,
          primarySmtpAddress: 'mailbox1@contoso.example',
        };
        expect(await collect(subject.readRun(run))).toEqual([
          { ...update(1), id: first, ...place, ...still },
          { ...folderCreation, id: second, ...place, ...still },
        ]);
      }),
    );

    promises(
      'outcomes are recorded in the order of the ids; applied keeps item id and version',
      withFixture(async ({ subject }) => {
        const ids = await subject.intend(run, mailboxOf(1), [1, 2, 3, 4, 5, 6].map(update));
        const outcomes: readonly ChangeOutcome[] = [
          applied(1),
          { status: 'conflict' },
          { status: 'gone' },
          { status: 'refused', failure },
          { status: 'failed', failure },
          { status: 'unknown', failure },
        ];
        await subject.record([...ids].reverse(), [...outcomes].reverse());
        const entries = await collect(subject.readRun(run));
        expect(entries.map((entry) => entry.outcome)).toEqual(outcomes.map((outcome) => outcome.status));
        expect(entries.map((entry) => entry.newItemId)).toEqual(['new-item-1', ...Array(5).fill(undefined)]);
        expect(entries.map((entry) => entry.newVersion)).toEqual(['version-1', ...Array(5).fill(undefined)]);
      }),
    );

    promises(
      'refuses another number of outcomes than ids',
      withFixture(async ({ subject }) => {
        const ids = await subject.intend(run, mailboxOf(1), [update(1), update(2)]);
        await expect(subject.record(ids, [applied(1)])).rejects.toThrow();
      }),
    );

    promises(
      'reads a run, or one mailbox of it, in the order of writing',
      withFixture(async ({ subject }) => {
        await subject.intend(run, mailboxOf(1), [update(1)]);
        await subject.intend(run, mailboxOf(2), [update(2)]);
        await subject.intend(sampleRunId(2), mailboxOf(1), [update(3)]);
        await subject.intend(run, mailboxOf(1), [update(4)]);
        const labels = async (...args: Parameters<Journal['readRun']>) =>
          (await collect(subject.readRun(...args))).map((entry) => entry.label);
        expect(await labels(run)).toEqual(['Person 1', 'Person 2', 'Person 4']);
        expect(await labels(run, mailboxOf(1).id)).toEqual(['Person 1', 'Person 4']);
        expect(await labels(sampleRunId(3))).toEqual([]);
      }),
    );

    promises(
      'reads long runs completely',
      withFixture(async ({ subject }) => {
        const numbers = Array.from({ length: 1_050 }, (_, index) => index);
        const ids = await subject.intend(run, mailboxOf(1), numbers.map(update));
        expect(ids).toHaveLength(1_050);
        await subject.record(ids, numbers.map(applied));
        const entries = await collect(subject.readRun(run));
        expect(entries.map((entry) => entry.label)).toEqual(numbers.map((number) => `Person ${number}`));
        expect(entries.every((entry) => entry.outcome === 'applied')).toBe(true);
      }),
    );

    promises(
      'hasWrites: no for a run without entries, or whose every write was declined',
      withFixture(async ({ subject }) => {
        expect(await subject.hasWrites(run)).toBe(false);
        const ids = await subject.intend(run, mailboxOf(1), [1, 2, 3, 4].map(update));
        await subject.record(ids, [
          { status: 'conflict' },
          { status: 'gone' },
          { status: 'refused', failure },
          { status: 'failed', failure },
        ]);
        expect(await subject.hasWrites(run)).toBe(false);
      }),
    );

    promises(
      'hasWrites: yes after an applied write, and where nobody knows',
      withFixture(async ({ subject }) => {
        const outcomes: readonly (ChangeOutcome | undefined)[] = [
          applied(1),
          { status: 'unknown', failure },
          undefined,
        ];
        for (const [number, outcome] of outcomes.entries()) {
          const ids = await subject.intend(sampleRunId(number + 1), mailboxOf(1), [update(1)]);
          if (outcome !== undefined) await subject.record(ids, [outcome]);
          expect(await subject.hasWrites(sampleRunId(number + 1))).toBe(true);
        }
        expect(await subject.hasWrites(sampleRunId(9))).toBe(false);
      }),
    );

    promises(
      'tells to whom a person was handed over, each mailbox once, and nothing that was not carried out',
      withFixture(async ({ subject }) => {
        const handOver = (number: number): JournalIntent => ({ ...update(number), change: 'handOver' });
        const write = async (mailbox: number, intent: JournalIntent, outcome?: ChangeOutcome) => {
          const ids = await subject.intend(run, mailboxOf(mailbox), [intent]);
          if (outcome !== undefined) await subject.record(ids, [outcome]);
        };
        await write(2, handOver(1), applied(1));
        await write(1, handOver(1), applied(2));
        await write(1, handOver(1), applied(3));
        await write(3, handOver(1), { status: 'failed', failure });
        await write(4, handOver(1));
        await write(5, update(1), applied(4));
        await write(6, handOver(2), applied(5));
        const addresses = [1, 2].map((number) => mailboxOf(number).primarySmtpAddress);
        expect(await subject.handedOver(sampleSourceObjectId(1))).toEqual(addresses);
        expect(await subject.handedOver(sampleSourceObjectId(9))).toEqual([]);
      }),
    );

    promises(
      'intents and outcomes are durable when the call returns',
      withFixture(async ({ subject, reopen }) => {
        const ids = await subject.intend(run, mailboxOf(1), [update(1), update(2)]);
        await subject.record(ids.slice(0, 1), [applied(1)]);
        const entries = await collect((await reopen()).readRun(run));
        expect(entries.map((entry) => entry.outcome)).toEqual(['applied', undefined]);
        expect(entries[0]?.before).toEqual(update(1).before);
      }),
      { needs: 'reopen' },
    );

    promises(
      'before-images are not readable in what is stored',
      withFixture(async ({ subject, rawBytes }) => {
        await subject.intend(run, mailboxOf(1), [update(1)]);
        const stored = await rawBytes();
        // The twin: what is not secret is found, so the bytes are the right ones.
        expect(stored.includes('item-1')).toBe(true);
        expect(stored.includes('unmistakable-before-image')).toBe(false);
      }),
      { needs: 'rawBytes' },
    );
  });
}
