// Every promise of ports/policy-memory.ts as a test.

import { describe, expect } from 'vitest';
import type { Offer } from '../../src/model/offer.ts';
import type { LastSelection, PolicyMemory } from '../../src/ports/policy-memory.ts';
import { fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';
import { person, sampleMailbox, sampleMailboxId, samplePolicyId, sampleSourceObjectId } from './sample.ts';

const selection = (people: readonly number[], mailboxes: readonly number[]): LastSelection => ({
  completedAt: '2026-11-02T08:00:00.000Z',
  sourceObjectIds: new Set(people.map(sampleSourceObjectId)),
  mailboxIds: new Set(mailboxes.map((number) => sampleMailboxId(number))),
});

const offer = (...people: readonly number[]): Offer => ({
  people: people.map((number) => ({
    sourceObjectId: sampleSourceObjectId(number),
    properties: person(number, { notes: 'first line\nsecond line' }),
    unknownProperties: ['jobTitle'],
    address: `person${number}@contoso.example`,
  })),
  former: [],
  mailboxIds: [sampleMailboxId(1)],
});
const formerly = (number: number) => ({
  sourceObjectId: sampleSourceObjectId(number),
  address: `person${number}@contoso.example`,
});

export function policyMemoryContract(
  name: string,
  make: () => Promise<StoreFixture<PolicyMemory>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);
  const policy = samplePolicyId(1);
  const other = samplePolicyId(2);
  const mailbox = sampleMailboxId(1);

  describe(`policy memory: ${name}`, () => {
    promises(
      'remembers nothing before the first run',
      withFixture(async ({ subject }) => {
        expect(await subject.readLastSelection(policy)).toBeUndefined();
        expect((await subject.readDepartures(policy)).size).toBe(0);
        expect(await subject.readWrittenMailboxes(policy)).toEqual([]);
        expect(await subject.writtenPolicies()).toEqual([]);
        expect((await subject.readRespectedDeletions(policy, mailbox)).size).toBe(0);
      }),
    );

    promises(
      'the last selection is replaced as a whole, also by an empty one',
      withFixture(async ({ subject }) => {
        await subject.saveLastSelection(policy, selection([1, 2, 3], [1, 2]));
        await subject.saveLastSelection(policy, selection([2, 4], [2]));
        expect(await subject.readLastSelection(policy)).toEqual(selection([2, 4], [2]));
        expect(await subject.readLastSelection(other)).toBeUndefined();
        await subject.saveLastSelection(policy, selection([], []));
        expect(await subject.readLastSelection(policy)).toEqual(selection([], []));
      }),
    );

    promises(
      'holds a selection of thousands',
      withFixture(async ({ subject }) => {
        const many = Array.from({ length: 6_000 }, (_, index) => index);
        await subject.saveLastSelection(policy, selection(many, many));
        expect(await subject.readLastSelection(policy)).toEqual(selection(many, many));
      }),
    );

    promises(
      'departures are replaced as a whole and keep their time',
      withFixture(async ({ subject }) => {
        const first = new Map([
          [sampleSourceObjectId(1), '2026-11-01T00:00:00.000Z'],
          [sampleSourceObjectId(2), '2026-11-02T00:00:00.000Z'],
        ]);
        await subject.saveDepartures(policy, first);
        expect(await subject.readDepartures(policy)).toEqual(first);
        const second = new Map([[sampleSourceObjectId(2), '2026-11-02T00:00:00.000Z']]);
        await subject.saveDepartures(policy, second);
        expect(await subject.readDepartures(policy)).toEqual(second);
        expect((await subject.readDepartures(other)).size).toBe(0);
      }),
    );

    promises(
      'written mailboxes are remembered once each, with their newest address, until removed',
      withFixture(async ({ subject }) => {
        await subject.addWrittenMailbox(policy, sampleMailbox(1));
        await subject.addWrittenMailbox(policy, sampleMailbox(2));
        const renamed = {
          ...sampleMailbox(1),
          primarySmtpAddress: 'new@contoso.example',
          ownerId: sampleSourceObjectId(1),
        };
        await subject.addWrittenMailbox(policy, renamed);
        await subject.addWrittenMailbox(other, sampleMailbox(3));
        const written = [...(await subject.readWrittenMailboxes(policy))].sort((a, b) =>
          a.id < b.id ? -1 : 1,
        );
        expect(written).toEqual([renamed, sampleMailbox(2)]);
        expect(await subject.writtenPolicies()).toEqual([policy, other].sort());
        await subject.removeWrittenMailbox(policy, mailbox);
        await subject.removeWrittenMailbox(policy, mailbox);
        expect(await subject.readWrittenMailboxes(policy)).toEqual([sampleMailbox(2)]);
        expect(await subject.readWrittenMailboxes(other)).toEqual([sampleMailbox(3)]);
        await subject.removeWrittenMailbox(policy, sampleMailboxId(2));
        expect(await subject.writtenPolicies()).toEqual([other]);
      }),
    );

    promises(
      'respected deletions add up per mailbox',
      withFixture(async ({ subject }) => {
        await subject.addRespectedDeletions(policy, mailbox, [1, 2].map(sampleSourceObjectId));
        await subject.addRespectedDeletions(policy, mailbox, [2, 3].map(sampleSourceObjectId));
        await subject.addRespectedDeletions(policy, mailbox, []);
        await subject.addRespectedDeletions(policy, sampleMailboxId(2), [sampleSourceObjectId(9)]);
        expect(await subject.readRespectedDeletions(policy, mailbox)).toEqual(
          new Set([1, 2, 3].map(sampleSourceObjectId)),
        );
        expect((await subject.readRespectedDeletions(other, mailbox)).size).toBe(0);
      }),
    );

    promises(
      'what a policy tells the others is replaced as a whole, and may be taken back',
      withFixture(async ({ subject }) => {
        expect(await subject.readOffer(policy)).toBeUndefined();
        await subject.saveOffer(policy, offer(1, 2, 3));
        await subject.saveOffer(policy, offer(2));
        await subject.saveOffer(other, offer(2, 3));
        expect(await subject.readOffer(policy)).toEqual(offer(2));
        await subject.removeOffer(policy);
        await subject.removeOffer(policy);
        expect(await subject.readOffer(policy)).toBeUndefined();
        expect(await subject.readOffer(other)).toEqual(offer(2, 3));
      }),
    );

    promises(
      'a person is taken out of what all policies tell',
      withFixture(async ({ subject }) => {
        await subject.saveOffer(policy, offer(1, 2));
        await subject.saveOffer(other, { ...offer(3), former: [formerly(2), formerly(4)] });
        await subject.removeFromOffers(sampleSourceObjectId(2));
        expect(await subject.readOffer(policy)).toEqual(offer(1));
        expect(await subject.readOffer(other)).toEqual({ ...offer(3), former: [formerly(4)] });
      }),
    );

    promises(
      'forgets everything about the policy and nothing about others',
      withFixture(async ({ subject }) => {
        for (const one of [policy, other]) {
          await subject.saveLastSelection(one, selection([1], [1]));
          await subject.saveDepartures(one, new Map([[sampleSourceObjectId(1), '2026-11-01T00:00:00.000Z']]));
          await subject.addWrittenMailbox(one, sampleMailbox(1));
          await subject.addRespectedDeletions(one, mailbox, [sampleSourceObjectId(1)]);
          await subject.saveOffer(one, offer(1));
        }
        await subject.forget(policy);
        expect(await subject.readLastSelection(policy)).toBeUndefined();
        expect((await subject.readDepartures(policy)).size).toBe(0);
        expect(await subject.readWrittenMailboxes(policy)).toEqual([]);
        expect((await subject.readRespectedDeletions(policy, mailbox)).size).toBe(0);
        expect(await subject.readOffer(policy)).toBeUndefined();
        expect(await subject.readOffer(other)).toEqual(offer(1));
        expect(await subject.readLastSelection(other)).toEqual(selection([1], [1]));
        expect((await subject.readDepartures(other)).size).toBe(1);
        expect(await subject.readWrittenMailboxes(other)).toHaveLength(1);
        expect((await subject.readRespectedDeletions(other, mailbox)).size).toBe(1);
      }),
    );

    promises(
      'what is remembered is durable',
      withFixture(async ({ subject, reopen }) => {
        await subject.saveLastSelection(policy, selection([1], [1]));
        await subject.addWrittenMailbox(policy, sampleMailbox(1));
        await subject.addRespectedDeletions(policy, mailbox, [sampleSourceObjectId(1)]);
        const later = await reopen();
        expect(await later.readLastSelection(policy)).toEqual(selection([1], [1]));
        expect(await later.readWrittenMailboxes(policy)).toEqual([sampleMailbox(1)]);
        expect((await later.readRespectedDeletions(policy, mailbox)).size).toBe(1);
      }),
      { needs: 'reopen' },
    );
  });
}
