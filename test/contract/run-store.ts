// Every promise of ports/run-store.ts as a test.

import { describe, expect } from 'vitest';
import type { MappedContact } from '../../src/model/contact.ts';
import { itemId, type RunId } from '../../src/model/ids.ts';
import type { ContactPlan } from '../../src/model/plan.ts';
import type { Policy, PolicyRevision } from '../../src/model/policy.ts';
import type { Run, RunEvent } from '../../src/model/run.ts';
import type { RunStore, StoredPlan } from '../../src/ports/run-store.ts';
import { wholeOrganization } from './contact-source.ts';
import { collect, fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { everyMailbox } from './mailbox-directory.ts';
import { promisesExcept } from './promise.ts';
import {
  person,
  sampleFolder,
  sampleMailbox,
  samplePolicyId,
  sampleRunId,
  sampleSourceObjectId,
} from './sample.ts';

export const samplePolicy = (changes: Partial<Policy> = {}): Policy => ({
  kind: 'policy',
  version: 1,
  id: samplePolicyId(),
  name: 'Everybody to everybody',
  environment: 'contoso',
  enabled: true,
  source: wholeOrganization,
  report: { recipients: [], when: 'onChange', detail: 'mailboxes', csv: true, alertAfterDays: 0 },
  mailboxes: everyMailbox,
  folder: sampleFolder(),
  contact: {
    displayName: '{displayName}',
    fileAs: '{surname}[, {givenName}]',
    properties: {},
    phones: { format: 'e164', dropInternalShorterThan: 6 },
    categories: ['Company'],
    isPrivate: false,
    photo: false,
    photoMegabytes: 100,
    rewriteDomains: [],
    includeOwn: false,
  },
  deletion: {
    strategy: 'remove',
    graceDays: 14,
    mailboxLeft: 'remove',
    deletedByUser: 'restore',
    keepInDeletedItems: false,
  },
  brake: {
    maxPeople: 100,
    maxPeoplePercent: 20,
    percentFromPeople: 20,
    maxMailboxes: 10,
    maxMailboxesPercent: 20,
    maxUnexplainedPercentPerMailbox: 20,
  },
  canary: { mailboxes: [], percent: 0 },
  ...changes,
});

const revision = (number = 1): PolicyRevision => ({ policy: samplePolicy(), revision: number });

const runOf = (number: number, changes: Partial<Run> = {}): Run => ({
  id: sampleRunId(number),
  kind: 'run',
  policyId: samplePolicyId(),
  policyName: 'Everybody to everybody',
  policyRevision: 1,
  undoes: undefined,
  state: 'queued',
  startedAt: `2026-11-02T08:00:${String(number).padStart(2, '0')}.000Z`,
  endedAt: undefined,
  holder: 'process 1 on host',
  ...changes,
});

export const sampleContact = (number: number): MappedContact => ({
  sourceObjectId: sampleSourceObjectId(number),
  kind: 'mailContact',
  label: `Person ${number} 渡辺`,
  properties: person(number),
  folderKey: 'contoso.example',
  fingerprint: 'AAAA',
  fieldFingerprints: 'BBBB',
  losses: [{ property: 'emailAddress1', reason: 'noSlot', count: 2 }],
});

export const samplePlan = (number: number): StoredPlan => {
  const mailbox = sampleMailbox(number);
  const plan: ContactPlan = {
    mailboxId: mailbox.id,
    primarySmtpAddress: mailbox.primarySmtpAddress,
    policyId: samplePolicyId(),
    purpose: 'fill',
    folders: [{ kind: 'create', key: '', name: 'Company Contacts' }],
    changes: [
      { kind: 'create', sourceObjectId: sampleSourceObjectId(1), folderKey: '', reason: 'new' },
      {
        kind: 'update',
        sourceObjectId: sampleSourceObjectId(2),
        itemId: itemId('item-2'),
        version: 'v2',
        fields: [{ property: 'notes', from: 'old', to: '' }],
        reason: 'changedAtSource',
      },
      {
        kind: 'delete',
        sourceObjectId: sampleSourceObjectId(3),
        itemId: itemId('item-3'),
        version: 'v3',
        mode: 'soft',
        reason: 'leftSelection',
        label: 'Person 3',
      },
    ],
    counts: { create: 1, update: 1, delete: 1, handOver: 0, adopt: 0, keep: 4, foreign: 2 },
    managedCount: 6,
    notices: [{ kind: 'copyLeftAlone', count: 1, sourceObjectIds: [sampleSourceObjectId(4)] }],
    respectedDeletions: [sampleSourceObjectId(5)],
  };
  return { mailbox, plan, progress: 'planned' };
};

export function runStoreContract(
  name: string,
  make: () => Promise<StoreFixture<RunStore>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);
  const id = sampleRunId(1);
  const idsOf = (runs: readonly Run[]): readonly RunId[] => runs.map((run) => run.id);

  describe(`run store: ${name}`, () => {
    promises(
      'reads back a run and the revision it uses; an unknown run is undefined or empty',
      withFixture(async ({ subject }) => {
        const run = runOf(1, { kind: 'rollback', undoes: sampleRunId(7) });
        await subject.create(run, revision(3));
        expect(await subject.read(id)).toEqual(run);
        expect(await subject.readRevision(id)).toEqual(revision(3));
        const unknown = sampleRunId(99);
        expect(await subject.read(unknown)).toBeUndefined();
        expect(await subject.readRevision(unknown)).toBeUndefined();
        expect(await subject.readEvents(unknown)).toEqual([]);
        expect((await subject.readContacts(unknown)).size).toBe(0);
        expect(await subject.readPlan(unknown, sampleMailbox(1).id)).toBeUndefined();
        expect(await collect(subject.readPlans(unknown))).toEqual([]);
        expect(await subject.readApproval(unknown)).toBeUndefined();
      }),
    );

    promises(
      'each run keeps its own revision of the policy',
      withFixture(async ({ subject }) => {
        await subject.create(runOf(1), revision(1));
        const edited = { policy: samplePolicy({ name: 'Edited' }), revision: 2 };
        await subject.create(runOf(2, { policyRevision: 2 }), edited);
        expect(await subject.readRevision(id)).toEqual(revision(1));
        expect(await subject.readRevision(sampleRunId(2))).toEqual(edited);
      }),
    );

    promises(
      'setState changes the state and, when given, the end',
      withFixture(async ({ subject }) => {
        await subject.create(runOf(1), revision());
        await subject.setState(id, 'planning');
        expect(await subject.read(id)).toEqual(runOf(1, { state: 'planning' }));
        await subject.setState(id, 'finished', '2026-11-02T09:00:00.000Z');
        expect(await subject.read(id)).toEqual(
          runOf(1, { state: 'finished', endedAt: '2026-11-02T09:00:00.000Z' }),
        );
      }),
    );

    promises(
      'lists newest first, by policy, by states, by kinds, and no more than asked',
      withFixture(async ({ subject }) => {
        for (const number of [1, 2, 3, 4]) {
          const policyId = samplePolicyId(number % 2 === 0 ? 2 : 1);
          const kind = number === 2 ? 'verify' : 'run';
          await subject.create(runOf(number, { policyId, kind }), revision());
        }
        await subject.setState(sampleRunId(3), 'awaitingApproval');
        const list = async (filter: Parameters<RunStore['list']>[0]) => idsOf(await subject.list(filter));
        expect(await list({})).toEqual([4, 3, 2, 1].map(sampleRunId));
        expect(await list({ policyId: samplePolicyId(2) })).toEqual([4, 2].map(sampleRunId));
        expect(await list({ states: ['awaitingApproval', 'finished'] })).toEqual([sampleRunId(3)]);
        expect(await list({ states: ['queued'], limit: 2 })).toEqual([4, 2].map(sampleRunId));
        expect(await list({ states: [] })).toEqual([]);
        expect(await list({ kinds: ['verify'] })).toEqual([sampleRunId(2)]);
        expect(await list({ kinds: ['run', 'verify'], states: ['queued'] })).toEqual(
          [4, 2, 1].map(sampleRunId),
        );
        expect(await list({ kinds: [] })).toEqual([]);
      }),
    );

    promises(
      'finds runs whose id starts with a text',
      withFixture(async ({ subject }) => {
        for (const number of [1, 16, 17]) await subject.create(runOf(number), revision());
        const whole = sampleRunId(16);
        expect(idsOf(await subject.findByPrefix(whole))).toEqual([whole]);
        expect([...idsOf(await subject.findByPrefix(whole.slice(0, -1)))].sort()).toEqual(
          [16, 17].map(sampleRunId),
        );
        expect(idsOf(await subject.findByPrefix('ffff'))).toEqual([]);
        // What looks like a pattern to a database is an ordinary text.
        expect(idsOf(await subject.findByPrefix('%'))).toEqual([]);
        expect(idsOf(await subject.findByPrefix('d_'))).toEqual([]);
      }),
    );

    promises(
      'events come back in order with their time',
      withFixture(async ({ subject }) => {
        await subject.create(runOf(1), revision());
        const started: RunEvent = {
          type: 'run.started',
          kind: 'run',
          policyName: 'Everybody to everybody',
          policyRevision: 1,
        };
        const wave = (mailboxes: number): RunEvent => ({ type: 'wave.started', wave: 'rest', mailboxes });
        await subject.append(id, [started, wave(1)], '2026-11-02T08:00:01.000Z');
        await subject.append(id, [], '2026-11-02T08:00:02.000Z');
        await subject.append(id, [wave(2)], '2026-11-02T08:00:01.000Z');
        expect(await subject.readEvents(id)).toEqual([
          { ...started, at: '2026-11-02T08:00:01.000Z' },
          { ...wave(1), at: '2026-11-02T08:00:01.000Z' },
          { ...wave(2), at: '2026-11-02T08:00:01.000Z' },
        ]);
        const lookalike: RunEvent = { ...started, policyName: '"type":"wave.started"' };
        await subject.append(id, [lookalike], '2026-11-02T08:00:03.000Z');
        expect((await subject.readEvents(id, ['wave.started'])).map(({ type }) => type)).toEqual([
          'wave.started',
          'wave.started',
        ]);
        expect(await subject.readEvents(id, ['run.started', 'wave.started'])).toHaveLength(4);
        expect(await subject.readEvents(id, [])).toEqual([]);
      }),
    );

    promises(
      'mapped contacts come back by source object id',
      withFixture(async ({ subject }) => {
        await subject.create(runOf(1), revision());
        const numbers = Array.from({ length: 700 }, (_, index) => index);
        await subject.saveContacts(id, numbers.map(sampleContact));
        const contacts = await subject.readContacts(id);
        expect(contacts.size).toBe(700);
        expect(contacts.get(sampleSourceObjectId(699))).toEqual(sampleContact(699));
      }),
    );

    promises(
      'plans come back whole, one by one and in the order of planning',
      withFixture(async ({ subject }) => {
        await subject.create(runOf(1), revision());
        for (const number of [3, 1, 2]) await subject.savePlan(id, samplePlan(number));
        expect(await subject.readPlan(id, sampleMailbox(1).id)).toEqual(samplePlan(1));
        expect(await collect(subject.readPlans(id))).toEqual([3, 1, 2].map(samplePlan));
      }),
    );

    promises(
      'a plan saved again replaces the older one',
      withFixture(async ({ subject }) => {
        await subject.create(runOf(1), revision());
        await subject.savePlan(id, samplePlan(1));
        const { mailbox, plan } = samplePlan(1);
        const again: StoredPlan = { mailbox, plan: { ...plan, changes: [] }, progress: 'applying' };
        await subject.savePlan(id, again);
        expect(await collect(subject.readPlans(id))).toEqual([again]);
      }),
    );

    promises(
      'setProgress changes one mailbox, also while the plans are being read',
      withFixture(async ({ subject }) => {
        await subject.create(runOf(1), revision());
        for (const number of [1, 2, 3]) await subject.savePlan(id, samplePlan(number));
        for await (const { mailbox } of subject.readPlans(id)) {
          if (mailbox.id === sampleMailbox(2).id) await subject.setProgress(id, mailbox.id, 'failed');
        }
        const progress = (await collect(subject.readPlans(id))).map((stored) => stored.progress);
        expect(progress).toEqual(['planned', 'failed', 'planned']);
        expect((await subject.readPlan(id, sampleMailbox(2).id))?.plan).toEqual(samplePlan(2).plan);
      }),
    );

    promises(
      'remembers what a waiting run needs, and the newest of it',
      withFixture(async ({ subject }) => {
        await subject.create(runOf(1), revision());
        expect(await subject.readApproval(id)).toBeUndefined();
        await subject.saveApproval(id, { digest: 'a', since: '2026-11-02T08:00:00.000Z' });
        await subject.saveApproval(id, { digest: 'b', since: '2026-11-02T09:00:00.000Z' });
        expect(await subject.readApproval(id)).toEqual({ digest: 'b', since: '2026-11-02T09:00:00.000Z' });
      }),
    );

    promises(
      'everything is durable',
      withFixture(async ({ subject, reopen }) => {
        await subject.create(runOf(1), revision());
        await subject.setState(id, 'applying');
        await subject.saveContacts(id, [sampleContact(1)]);
        await subject.savePlan(id, samplePlan(1));
        await subject.setProgress(id, sampleMailbox(1).id, 'applying');
        const later = await reopen();
        expect((await later.read(id))?.state).toBe('applying');
        expect((await later.readContacts(id)).get(sampleSourceObjectId(1))).toEqual(sampleContact(1));
        expect((await later.readPlan(id, sampleMailbox(1).id))?.progress).toBe('applying');
      }),
      { needs: 'reopen' },
    );
  });
}
