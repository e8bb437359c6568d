// Killed at each point where the story of a run could be cut: around a write, its outcome, the ledger, the plan, the
// brake, a folder, a rollback, a clean-up. From each death two ways lead on, and both are gone.

import type { RunView } from '@contactsync/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDENTITY_PROPERTY } from '../../src/connectors/graph/ownership-properties.ts';
import { CrashSite, type Moment } from './crash-site.ts';
import { POLICY } from './documents.ts';
import {
  applyPolicy,
  cleanUp,
  deletions,
  firstFill,
  type History,
  letPeopleChange,
  RUN,
  renamed,
  rollback,
  subFolders,
} from './histories.ts';
import { die, expectBothWaysOn, expectRepair, expectUndone } from './interrupted.ts';
import type { Death, Work } from './orders.ts';
import { livesOf } from './random-points.ts';

let site: CrashSite;
let installed: Moment;
let livedOf: ReturnType<typeof livesOf>;

beforeAll(async () => {
  site = await CrashSite.installed();
  installed = site.save();
  livedOf = livesOf(site, installed);
});
afterAll(() => site.close());

const before = (name: string, nth = 1): Death => ({ at: 'call', name, moment: 'before', nth });
const after = (name: string, nth = 1): Death => ({ at: 'call', name, moment: 'after', nth });
const MAILBOXES = 3;

describe('A process may die anywhere', () => {
  it('before a write: its intent counts as a write that may have happened', async () => {
    const wreck = await die(site, await livedOf(firstFill), before('target.applyChanges'));
    expect(wreck.changed).toBe(0);
    expect(site.data.journalOfNewest()).toMatchObject({ applied: 0 });
    expect(site.data.journalOfNewest().open).toBeGreaterThan(0);
    await expectBothWaysOn(site, wreck);
  });

  it('after a write and before its outcome: nobody is there twice, nothing is claimed', async () => {
    const wreck = await die(site, await livedOf(firstFill), after('target.applyChanges'));
    expect(wreck.changed).toBeGreaterThan(0);
    expect(site.data.journalOfNewest().applied).toBe(0);
    expect(wreck.report?.run.state).toBe('interrupted');
    expect(wreck.report?.applied).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    await expectBothWaysOn(site, wreck);
  });

  it('after an outcome and before the ledger', async () => {
    // Each mailbox is recorded once when it is planned.
    const wreck = await die(site, await livedOf(firstFill), before('ledger.write', MAILBOXES + 1));
    expect(site.data.journalOfNewest().applied).toBeGreaterThan(0);
    await expectBothWaysOn(site, wreck);
  });

  it('between two batches', async () => {
    // In each mailbox a folder and a batch of 20; the next intent is of a second batch.
    const wreck = await die(site, await livedOf(firstFill), before('journal.intend', 2 * MAILBOXES + 1));
    expect(wreck.changed).toBeGreaterThanOrEqual(20);
    await expectBothWaysOn(site, wreck);
  });

  it('while mailboxes are planned: nothing is written, and the run cannot be undone', async () => {
    const wreck = await die(site, await livedOf(renamed), after('runs.savePlan', 2));
    expect(wreck.changed).toBe(0);
    expect(wreck.report?.run.state).toBe('interrupted');
    await expectBothWaysOn(site, wreck);
  });

  it.each([
    ['an update', renamed, before('target.applyChanges')],
    ['an update that happened', renamed, after('target.applyChanges')],
    ['a deletion', deletions, before('target.applyChanges', 2)],
    ['a deletion that happened', deletions, after('target.applyChanges')],
    ['a deletion, between Deleted Items and the purge', deletions, before('http.purge')],
  ] as const)('in the middle of %s', async (_, history, death) => {
    await expectBothWaysOn(site, await die(site, await livedOf(history), death));
  });

  it.each([
    ['before it is made', firstFill, before('target.applyFolder')],
    ['before its making is recorded', firstFill, after('target.applyFolder')],
    ['before its making is in the ledger', firstFill, after('journal.record')],
    ['after its new name', subFolders, after('target.applyFolder')],
    [
      'as a sub-folder, before its making is recorded',
      subFolders,
      after('target.applyFolder', 2 * MAILBOXES),
    ],
    [
      'between the new contacts and the deletion of the old ones',
      subFolders,
      before('target.applyChanges', 3 * MAILBOXES),
    ],
  ] as const)('with a folder %s', async (_, history, death) => {
    await expectBothWaysOn(site, await die(site, await livedOf(history), death));
  });

  it.each([
    ['before a write', before('target.applyChanges')],
    ['after a write', after('target.applyChanges')],
    ['before the ledger is forgotten', before('ledger.forget')],
  ] as const)('in a rollback, %s', async (_, death) => {
    await expectBothWaysOn(site, await die(site, await livedOf(rollback), death));
  });

  it.each([
    ['before a write', before('target.applyChanges', 2)],
    ['after a write', after('target.applyChanges')],
    ['before a mailbox is forgotten', before('memory.removeWrittenMailbox')],
  ] as const)('in a clean-up, %s', async (_, death) => {
    await expectBothWaysOn(site, await die(site, await livedOf(cleanUp), death));
  });
});

describe('the brake', () => {
  /** A run of this policy that would remove more than one person waits. */
  const careful: History = {
    name: 'deletions that wait',
    async prepare(at) {
      await at.inProcess(RUN);
      await letPeopleChange(at);
      await applyPolicy(at, { brake: { maxPeople: 1, percentFromPeople: 0, maxPeoplePercent: 1 } });
      return RUN;
    },
  };
  let start: Moment;
  let waiting: RunView;

  /** What a person does who finds the plan waiting. */
  async function approval(): Promise<Work> {
    const [run] = await site.ask(({ runs }) => runs.list({ states: ['awaitingApproval'] }));
    if (run === undefined) throw new Error('nothing waits for an approval');
    waiting = run;
    const { brake } = await site.ask(({ runs }) => runs.report(run.id));
    return { kind: 'approve', run: run.id, digest: brake?.digest ?? '' };
  }

  it('is waited for by nobody: another process approves what a dead one planned', async () => {
    site.goBackTo(installed);
    await careful.prepare(site);
    start = site.save();
    expect((await site.inProcess(RUN))?.state).toBe('awaitingApproval');
    expect((await site.inProcess(await approval()))?.state).toBe('finished');
    const end = await site.mailboxes();

    site.goBackTo(start);
    // The state is set for reading, planning and waiting.
    await site.killed(RUN, after('runs.setState', 3));
    site.data.letLeasesExpire();
    expect((await site.inProcess(await approval()))?.state).toBe('finished');
    const lived = { work: RUN, start, before: end, end, calls: 0 };
    await expectRepair(site, { lived, run: waiting, report: undefined, after: end, changed: 0 });
  });

  it('is asked again when the process died before it waited', async () => {
    site.goBackTo(start);
    await site.killed(RUN, after('runs.saveApproval'));
    site.data.letLeasesExpire();
    const [dead] = await site.ask(({ runs }) => runs.list({ limit: 1 }));
    expect(dead?.state).toBe('interrupted');
    expect((await site.inProcess(RUN))?.state).toBe('awaitingApproval');
  });

  it('is asked again when the process died while it carried out the approved plan', async () => {
    site.goBackTo(start);
    const untouched = await site.mailboxes();
    await site.inProcess(RUN);
    const approved = site.save();
    await site.inProcess(await approval());
    const end = await site.mailboxes();
    site.goBackTo(approved);

    const work = await approval();
    const lived = { work, start: approved, before: untouched, end, calls: 0 };
    const wreck = await die(site, lived, after('target.applyChanges'));
    expect(wreck.run).toMatchObject({ id: waiting.id, state: 'interrupted' });
    const found = site.save();
    expect((await site.inProcess(RUN))?.state).toBe('awaitingApproval');
    const again = { ...wreck, lived: { ...lived, work: await approval() } };
    await expectRepair(site, again);
    site.goBackTo(found);
    await expectUndone(site, wreck);
  });
});

describe('whoever comes after a dead process', () => {
  it('is told who holds the policy, and waits no longer than the leases live', async () => {
    const { start } = await livedOf(firstFill);
    site.goBackTo(start);
    await site.killed(RUN, after('target.applyChanges'));
    const refused = await site.inProcess(RUN).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ failure: { number: 17_010 } });
    expect(site.data.leases()).toContain('policy:aaaaaaaa-2222-4333-8444-555555555555');
    expect(site.data.longestLeaseMs(Date.now())).toBeLessThanOrEqual(60_000);
    const [seen] = await site.ask(({ runs }) => runs.list({ limit: 1 }));
    expect(seen?.state).toBe('applying');
    site.data.letLeasesExpire();
    const [looked] = await site.ask(({ runs }) => runs.list({ limit: 1 }));
    expect(looked).toMatchObject({ id: seen?.id, state: 'interrupted' });
    expect((await site.inProcess(RUN))?.state).toBe('finished');
  });

  it('still respects what a user deleted', async () => {
    site.goBackTo(installed);
    await applyPolicy(site, { deletion: { deletedByUser: 'respect' } });
    await site.inProcess(RUN);
    const [person] = await site.control.people('UserMailbox');
    const { items } = await site.control.mailbox(person?.id ?? '');
    const deleted = items.find(({ folderPath }) => folderPath === 'Contacts/Company Contacts');
    await site.control.purgeContact(person?.id ?? '', deleted?.id ?? '');
    await letPeopleChange(site);
    const start = site.save();
    const untouched = await site.mailboxes();
    expect((await site.inProcess(RUN))?.state).toBe('finished');
    const lived = { work: RUN, start, before: untouched, end: await site.mailboxes(), calls: 0 };
    for (const nth of [1, 2, 3]) {
      const wreck = await die(site, lived, after('ledger.markDirty', nth));
      await expectRepair(site, wreck);
    }
  });
});

describe('twins', () => {
  it('without a journal it is noticed that writes are missing in it', async () => {
    const lived = await livedOf(firstFill);
    await expect(die(site, lived, after('target.applyChanges'), { hasNoJournal: true })).rejects.toThrow(
      /applied or open in the journal/,
    );
  });

  it('without marks on what was written, everybody would be there twice', async () => {
    const wreck = await die(site, await livedOf(firstFill), after('target.applyChanges'));
    for (const { mailbox } of site.emulator.organization.recipients.values())
      for (const item of mailbox?.items.values() ?? []) item.extendedProperties.delete(IDENTITY_PROPERTY);
    const unmarked = { ...wreck, after: await site.mailboxes() };
    await expect(expectRepair(site, unmarked)).rejects.toThrow(/twice/);
  });

  it('a point that is never reached is no death', async () => {
    site.goBackTo(installed);
    const never = site.killed({ kind: 'cleanUp', policy: POLICY }, after('target.applyChanges'));
    await expect(never).rejects.toThrow(/did not die/);
    const moved = die(site, await livedOf(firstFill), after('target.applyFolder', 100));
    await expect(moved).rejects.toThrow(/did not die/);
  });
});
