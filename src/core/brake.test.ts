import { describe, expect, it } from 'vitest';
import { itemId, mailboxId, policyId, type SourceObjectId, sourceObjectId } from '../model/ids.ts';
import type { ChangeReason, ContactPlan } from '../model/plan.ts';
import { addToTally, emptyTally, engageBrake } from './brake.ts';
import { testPolicy } from './test-policy.ts';

const limits = testPolicy().brake;
const hex = (n: number): string => n.toString(16).padStart(12, '0');
const person = (n: number): SourceObjectId => sourceObjectId(`00000000-0000-4000-8000-${hex(n)}`);
const people = (count: number, from = 0): SourceObjectId[] =>
  Array.from({ length: count }, (_, index) => person(from + index));
const box = (n: number) => mailboxId(`00000000-0000-4000-9000-${hex(n)}`);

function plan(
  mailbox: number,
  deleted: readonly SourceObjectId[],
  change: { purpose?: 'fill' | 'empty'; reason?: ChangeReason; managed?: number } = {},
): ContactPlan {
  const { purpose = 'fill', reason = 'leftSelection', managed = 1000 } = change;
  return {
    mailboxId: box(mailbox),
    primarySmtpAddress: 'box@contoso.example',
    policyId: policyId(testPolicy().id),
    purpose,
    folders: [],
    changes: deleted.map((sourceId) => ({
      kind: 'delete',
      sourceObjectId: sourceId,
      itemId: itemId('i'),
      version: 'v',
      mode: 'hard',
      reason,
      label: '',
    })),
    counts: { create: 0, update: 0, delete: deleted.length, handOver: 0, adopt: 0, keep: 0, foreign: 0 },
    managedCount: managed,
    notices: [],
    respectedDeletions: [],
  };
}

function engage(plans: readonly ContactPlan[], lastPeople: readonly SourceObjectId[], lastMailboxes = 100) {
  const tally = emptyTally();
  for (const one of plans) addToTally(tally, one);
  const boxes = new Set(Array.from({ length: lastMailboxes }, (_, index) => box(index)));
  return engageBrake({ limits, tally, lastPeople: new Set(lastPeople), lastMailboxes: boxes }).map(
    ({ rule, unit, count }) => `${rule} ${unit} ${count}`,
  );
}

it('lists nobody per mailbox whose leaving explains it, and engages all the same', () => {
  const last = new Set(people(1000));
  const tally = emptyTally((id) => last.has(id));
  for (let index = 0; index < 50; index += 1) addToTally(tally, plan(index, people(300)));
  expect(tally.mailboxes).toEqual([]);
  const reasons = engageBrake({ limits, tally, lastPeople: last, lastMailboxes: new Set() });
  expect(reasons.map(({ rule, count }) => `${rule} ${count}`)).toEqual(['people 300', 'people 300']);
});

describe('(a) people who left', () => {
  it('counts a person once, however many mailboxes lose the copy', () => {
    const plans = Array.from({ length: 500 }, (_, index) => plan(index, people(100)));
    expect(engage(plans, people(1000))).toEqual([]);
  });

  it('engages above 100 people', () => {
    expect(engage([plan(1, people(100))], people(1000))).toEqual([]);
    expect(engage([plan(1, people(101))], people(1000))).toEqual(['people count 101']);
  });

  it('engages above 20 %, from 20 objects on', () => {
    expect(engage([plan(1, people(4))], people(20))).toEqual([]);
    expect(engage([plan(1, people(5))], people(20))).toEqual(['people percent 5']);
    expect(engage([plan(1, people(15))], people(19))).toEqual([]);
  });

  it('counts people whose grace is over, though they left before the last run', () => {
    const gone = people(6, 500);
    expect(engage([plan(1, gone, { reason: 'graceOver' })], people(20))).toEqual(['people percent 6']);
  });
});

describe('(b) mailboxes that left', () => {
  const emptied = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      plan(index, people(900), { purpose: 'empty', reason: 'mailboxLeft' }),
    );

  it('engages above 10 mailboxes or 20 %', () => {
    expect(engage(emptied(10), people(1000))).toEqual([]);
    expect(engage(emptied(11), people(1000))).toEqual(['mailboxes count 11']);
    expect(engage(emptied(3), people(1000), 14)).toEqual(['mailboxes percent 3']);
  });
});

describe('(c) deletions in one mailbox that nothing explains', () => {
  it('engages above 20 % of what the mailbox holds', () => {
    const strangers = people(30, 5000);
    expect(engage([plan(1, strangers, { managed: 150 })], people(1000))).toEqual([]);
    expect(engage([plan(1, strangers, { managed: 149 })], people(1000))).toEqual(['mailbox percent 30']);
  });

  it('does not count those that (a) explains, nor moves between sub-folders', () => {
    expect(engage([plan(1, people(60), { managed: 100 })], people(1000))).toEqual([]);
    const moved = plan(1, people(60, 5000), { managed: 100, reason: 'movedToSubfolder' });
    expect(engage([moved], people(1000))).toEqual([]);
  });
});

describe('people whom another policy of the folder writes', () => {
  it('are counted in each mailbox, and not as people who left', () => {
    const merged = plan(1, people(30), { reason: 'mergedIntoOtherPolicy', managed: 100 });
    expect(engage([merged], people(100))).toEqual(['mailbox percent 30']);
    expect(engage([plan(1, people(20), { reason: 'mergedIntoOtherPolicy', managed: 100 })], [])).toEqual([]);
  });
});
