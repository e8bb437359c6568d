// Every promise of ports/retention.ts as a test.

import { describe, expect } from 'vitest';
import { itemId, type RunId } from '../../src/model/ids.ts';
import type { JournalIntent } from '../../src/model/ledger-record.ts';
import type { Run, RunState } from '../../src/model/run.ts';
import type { Journal } from '../../src/ports/journal.ts';
import type { ReportOutbox } from '../../src/ports/report-outbox.ts';
import { NEWEST_RUNS_KEPT, type PrunedRecords, type Retention } from '../../src/ports/retention.ts';
import type { RunStore } from '../../src/ports/run-store.ts';
import { collect, fixtures, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';
import { sampleContact, samplePlan, samplePolicy } from './run-store.ts';
import { sampleMailbox, samplePolicyId, sampleRunId } from './sample.ts';

export interface RetentionStores {
  readonly retention: Retention;
  readonly runs: RunStore;
  readonly journal: Journal;
  readonly outbox: ReportOutbox;
}

const NOW = '2026-11-23T00:00:00.000Z';
const limits = {
  runs: '2026-06-01T00:00:00.000Z',
  plans: '2026-10-01T00:00:00.000Z',
  beforeImages: '2026-11-01T00:00:00.000Z',
};
const NOTHING: PrunedRecords = { runs: 0, plans: 0, beforeImages: 0 };

const folderCreation: JournalIntent = {
  change: 'folderCreate',
  sourceObjectId: undefined,
  itemId: undefined,
  folderId: undefined,
  folderKey: '',
  fields: [],
  before: undefined,
  label: 'Contacts',
};

/** A run with a plan, a contact, events, and as many before-images as said. */
async function addRun(
  { runs, journal }: RetentionStores,
  number: number,
  endedAt: string | undefined,
  more: {
    readonly state?: RunState;
    readonly images?: number;
    readonly policy?: number;
    readonly undoes?: RunId;
  } = {},
): Promise<RunId> {
  const { state = endedAt === undefined ? 'applying' : 'finished', images = 1, policy = 1, undoes } = more;
  const id = sampleRunId(number);
  const mailbox = sampleMailbox(1);
  const run: Run = {
    id,
    kind: 'run',
    policyId: samplePolicyId(policy),
    policyName: 'Everybody',
    policyRevision: 1,
    undoes,
    state: 'queued',
    startedAt: endedAt ?? '2026-01-01T00:00:00.000Z',
    endedAt: undefined,
    holder: 'test',
  };
  await runs.create(run, { policy: samplePolicy(), revision: 1 });
  const event = { type: 'run.ended', state: 'finished', failure: undefined } as const;
  await runs.append(id, [event, event], run.startedAt);
  await runs.saveContacts(id, [sampleContact(1)]);
  await runs.savePlan(id, samplePlan(1));
  const ids = await journal.intend(
    id,
    mailbox,
    Array.from({ length: images }, () => folderCreation),
  );
  await journal.record(
    ids,
    ids.map(() => ({ status: 'applied', itemId: itemId('item'), version: 'version' }) as const),
  );
  await runs.setState(id, state, endedAt);
  return id;
}

/** Newer runs of the same policy, so that what is under test is not among the newest. */
async function addNewest(stores: RetentionStores): Promise<void> {
  for (let number = 0; number < NEWEST_RUNS_KEPT; number += 1)
    await addRun(stores, 900 + number, '2026-11-20T00:00:00.000Z', { images: 0 });
}

async function pruneAll({ retention }: RetentionStores): Promise<PrunedRecords> {
  let sum = NOTHING;
  for (;;) {
    const removed = await retention.prunePortion(limits, NOW);
    if (removed === undefined) return sum;
    sum = {
      runs: sum.runs + removed.runs,
      plans: sum.plans + removed.plans,
      beforeImages: sum.beforeImages + removed.beforeImages,
    };
  }
}

async function standing({ runs, journal }: RetentionStores, id: RunId) {
  const images = (await collect(journal.readRun(id))).length;
  const plans = (await collect(runs.readPlans(id))).length;
  const contacts = (await runs.readContacts(id)).size;
  return {
    isThere: (await runs.read(id)) !== undefined,
    events: (await runs.readEvents(id)).length,
    plans,
    contacts,
    images,
  };
}

const whole = { isThere: true, events: 2, plans: 1, contacts: 1, images: 1 };

export function retentionContract(name: string, make: () => Promise<StoreFixture<RetentionStores>>): void {
  const promises = promisesExcept([]);
  const withFixture = fixtures(make);

  describe(`retention: ${name}`, () => {
    promises(
      'each part goes at its own age, and the run says what it has given up',
      withFixture(async ({ subject }) => {
        const young = await addRun(subject, 1, '2026-11-02T00:00:00.000Z');
        const withoutImages = await addRun(subject, 2, '2026-10-20T00:00:00.000Z');
        const withoutPlans = await addRun(subject, 3, '2026-09-20T00:00:00.000Z');
        const old = await addRun(subject, 4, '2026-05-20T00:00:00.000Z');
        await addNewest(subject);
        const expected = { runs: 1, plans: 2, beforeImages: 3 };
        expect(await subject.retention.count(limits)).toEqual(expected);
        expect(await pruneAll(subject)).toEqual(expected);
        expect(await subject.retention.count(limits)).toEqual(NOTHING);
        expect(await standing(subject, young)).toEqual(whole);
        expect(await standing(subject, withoutImages)).toEqual({ ...whole, images: 0 });
        expect(await standing(subject, withoutPlans)).toEqual({ ...whole, images: 0, plans: 0, contacts: 0 });
        expect(await standing(subject, old)).toMatchObject({
          isThere: false,
          events: 0,
          plans: 0,
          images: 0,
        });
        expect(await subject.runs.read(young)).not.toHaveProperty('imagesPrunedAt');
        expect(await subject.runs.read(withoutPlans)).toMatchObject({
          imagesPrunedAt: NOW,
          plansPrunedAt: NOW,
        });
      }),
    );

    promises(
      'what is under way or waits for an approval stays, however old',
      withFixture(async ({ subject }) => {
        const active = await addRun(subject, 1, undefined);
        const waiting = await addRun(subject, 2, undefined, { state: 'awaitingApproval' });
        await addNewest(subject);
        expect(await pruneAll(subject)).toEqual(NOTHING);
        expect(await standing(subject, active)).toEqual(whole);
        expect(await standing(subject, waiting)).toEqual(whole);
      }),
    );

    promises(
      'what a rollback undoes right now stays until it has ended',
      withFixture(async ({ subject }) => {
        const undone = await addRun(subject, 1, '2026-01-01T00:00:00.000Z');
        const undoing = await addRun(subject, 2, undefined, { undoes: undone });
        await addNewest(subject);
        expect(await pruneAll(subject)).toEqual(NOTHING);
        expect(await standing(subject, undone)).toEqual(whole);
        await subject.runs.setState(undoing, 'finished', '2026-11-22T00:00:00.000Z');
        expect(await pruneAll(subject)).toMatchObject({ runs: 1, beforeImages: 1 });
      }),
    );

    promises(
      'the newest runs of each policy stay, without their before-images',
      withFixture(async ({ subject }) => {
        const others = await addRun(subject, 1, '2026-01-01T00:00:00.000Z', { policy: 2 });
        for (let number = 2; number <= NEWEST_RUNS_KEPT + 2; number += 1)
          await addRun(subject, number, '2026-01-01T00:00:00.000Z');
        expect(await pruneAll(subject)).toEqual({ runs: 1, plans: 1, beforeImages: NEWEST_RUNS_KEPT + 2 });
        expect(await standing(subject, others)).toEqual({ ...whole, images: 0 });
        expect(await standing(subject, sampleRunId(2))).toMatchObject({ isThere: false });
        expect(await standing(subject, sampleRunId(3))).toEqual({ ...whole, images: 0 });
      }),
    );

    promises(
      'mails go with runs of their age, unless they are still to be sent',
      withFixture(async ({ subject: { outbox, retention } }) => {
        const old = '2026-05-01T00:00:00.000Z';
        for (const [key, state, at] of [
          ['sent long ago', 'sent', old],
          ['not wanted', 'notWanted', old],
          ['given up', 'givenUp', old],
          ['perhaps sent', 'perhapsSent', old],
          ['sent lately', 'sent', limits.runs],
          ['waits', 'waiting', old],
          ['is being sent', 'sending', old],
        ] as const) {
          await outbox.add({
            key,
            policyId: samplePolicyId(1),
            runId: undefined,
            occasion: 'alert',
            at: old,
          });
          const [added] = await outbox.list({ limit: 1 });
          if (state === 'sending') await outbox.claim(added?.id ?? 0, at);
          else await outbox.settle(added?.id ?? 0, state, at);
        }
        while ((await retention.prunePortion(limits, NOW)) !== undefined);
        expect((await outbox.list({})).map(({ state }) => state)).toEqual(['sending', 'waiting', 'sent']);
      }),
    );

    promises(
      'before the first before-image goes, the run says so; many go in portions',
      withFixture(async ({ subject }) => {
        const id = await addRun(subject, 1, '2026-01-01T00:00:00.000Z', { images: 1_200 });
        expect(await subject.retention.prunePortion(limits, NOW)).toEqual(NOTHING);
        expect(await subject.runs.read(id)).toMatchObject({ imagesPrunedAt: NOW });
        expect((await standing(subject, id)).images).toBe(1_200);
        const portion = await subject.retention.prunePortion(limits, NOW);
        expect(portion?.beforeImages).toBeLessThanOrEqual(500);
        expect((await standing(subject, id)).images).toBe(1_200 - (portion?.beforeImages ?? 0));
        await pruneAll(subject);
        expect((await standing(subject, id)).images).toBe(0);
      }),
    );
  });
}
