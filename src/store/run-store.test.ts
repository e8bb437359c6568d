// What the run store promises beyond the contract suite: plans are streamed, large runs fit, searches are safe.

import { expect, test } from 'vitest';
import { describeOnEachDatabase } from '../../test/store-places.ts';
import { mailboxId, policyId, runId, sourceObjectId } from '../model/ids.ts';
import type { ContactPlan } from '../model/plan.ts';
import type { Run } from '../model/run.ts';
import type { StoredPlan } from '../ports/run-store.ts';
import { validatePolicy } from './validate-document.ts';

const uuid = (group: number, number: number) =>
  `${group.toString(16).padStart(8, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

const policy = validatePolicy({
  kind: 'policy',
  version: 1,
  id: uuid(9, 1),
  name: 'Staff',
  environment: 'Contoso',
  source: { type: 'exchangeOnline' },
});

const run = (number: number): Run => ({
  id: runId(uuid(1, number)),
  kind: 'run',
  policyId: policyId(policy.id),
  policyName: policy.name,
  policyRevision: 1,
  undoes: undefined,
  state: 'planning',
  startedAt: '2026-11-02T08:00:00.000Z',
  endedAt: undefined,
  holder: 'test',
});

function storedPlan(number: number, changes = 3): StoredPlan {
  const id = mailboxId(uuid(2, number));
  const primarySmtpAddress = `mailbox${number}@example.com`;
  const plan: ContactPlan = {
    mailboxId: id,
    primarySmtpAddress,
    policyId: policyId(policy.id),
    purpose: 'fill',
    folders: [],
    changes: Array.from({ length: changes }, (_, index) => ({
      kind: 'create',
      sourceObjectId: sourceObjectId(uuid(3, index)),
      folderKey: '',
      reason: 'new',
    })),
    counts: { create: changes, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 },
    managedCount: 0,
    notices: [],
    respectedDeletions: [],
  };
  const mailbox = {
    id,
    displayName: `Mailbox ${number}`,
    primarySmtpAddress,
    location: 'exchangeOnline',
    ownerId: undefined,
  } as const;
  return { mailbox, plan, progress: 'planned' };
}

describeOnEachDatabase('runs', (places) => {
  test('plans of 2,000 mailboxes are read one by one, while the caller writes', async () => {
    const { runs } = await places.open();
    const { id } = run(1);
    await runs.create(run(1), { policy, revision: 1 });
    for (let number = 1; number <= 2_000; number += 1) await runs.savePlan(id, storedPlan(number));

    const seen: string[] = [];
    for await (const { mailbox } of runs.readPlans(id)) {
      seen.push(mailbox.primarySmtpAddress);
      // With a cursor held open SQLite's only connection would be taken, and this would wait forever.
      await runs.setProgress(id, mailbox.id, 'done');
      // A list read beforehand could not hold what is planned meanwhile.
      if (seen.length === 2_000) await runs.savePlan(id, storedPlan(2_001));
    }
    expect(seen).toEqual(Array.from({ length: 2_001 }, (_, index) => `mailbox${index + 1}@example.com`));
  });

  test('a mailbox that is planned again keeps its place', async () => {
    const { runs } = await places.open();
    const { id } = run(1);
    await runs.create(run(1), { policy, revision: 1 });
    for (const number of [1, 2, 3]) await runs.savePlan(id, storedPlan(number));
    await runs.savePlan(id, storedPlan(1, 5));
    const counts: number[] = [];
    for await (const { plan } of runs.readPlans(id)) counts.push(plan.counts.create);
    expect(counts).toEqual([5, 3, 3]);
  });

  test('a plan of 20,000 changes and 20,000 contacts and events fit', async () => {
    const { runs } = await places.open();
    const { id } = run(1);
    await runs.create(run(1), { policy, revision: 1 });
    await runs.savePlan(id, storedPlan(1, 20_000));
    const contacts = Array.from({ length: 20_000 }, (_, index) => ({
      sourceObjectId: sourceObjectId(uuid(3, index)),
      kind: 'userMailbox' as const,
      label: `Ádám ${index}`,
      properties: { displayName: `Ádám ${index}` },
      folderKey: '',
      fingerprint: 'f',
      fieldFingerprints: 'ff',
      losses: [],
    }));
    await runs.saveContacts(id, contacts);
    const event = { type: 'brake.released', approvedBy: undefined } as const;
    await runs.append(id, new Array(20_000).fill(event), '2026-11-02T08:00:00.000Z');

    expect((await runs.readPlan(id, storedPlan(1).mailbox.id))?.plan).toEqual(storedPlan(1, 20_000).plan);
    expect([...(await runs.readContacts(id)).values()]).toEqual(contacts);
    expect(await runs.readEvents(id)).toHaveLength(20_000);
  });

  test.each(['%', '_', "' or 1=1 --", 'x', '00000001-0000-4000-8000-00000000000_'])(
    'the prefix %s is no pattern and finds nothing',
    async (prefix) => {
      const { runs } = await places.open();
      await runs.create(run(1), { policy, revision: 1 });
      expect(await runs.findByPrefix(prefix)).toEqual([]);
      expect(await runs.findByPrefix('00000001-0')).toHaveLength(1);
    },
  );

  test('events go to a known run or are refused', async () => {
    const { runs } = await places.open();
    const event = { type: 'brake.released', approvedBy: 'admin' } as const;
    await expect(runs.append(run(7).id, [event], '2026-11-02T08:00:00.000Z')).rejects.toMatchObject({
      code: 'notFound',
    });
  });
});
