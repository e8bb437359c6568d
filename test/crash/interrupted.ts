// A history lived once to its end, and then again and again with a death on the way.

import { OperationError, type OutcomeCountsView, type ReportView, type RunView } from '@contactsync/contract';
import { expect } from 'vitest';
import { type CrashSite, type Moment, NotDead } from './crash-site.ts';
import type { History } from './histories.ts';
import {
  contactsChanged,
  expectForeignUntouched,
  expectLittleWaste,
  expectNobodyTwice,
  expectSameContents,
  type Mailboxes,
} from './mailboxes.ts';
import type { Death, Order, Work } from './orders.ts';

/** A history with its beginning, its undisturbed end, and how often something is heard on the way. */
export interface Lived {
  readonly work: Work;
  readonly start: Moment;
  readonly before: Mailboxes;
  readonly end: Mailboxes;
  readonly calls: number;
}

export async function live(site: CrashSite, installed: Moment, history: History): Promise<Lived> {
  site.goBackTo(installed);
  const work = await history.prepare(site);
  const start = site.save();
  const before = await site.mailboxes();
  const { run, calls } = await site.undisturbed(work);
  if (run?.state !== 'finished') throw new Error(`${history.name} ended ${run?.state}`);
  const end = await site.mailboxes();
  return { work, start, before, end, calls };
}

/** What is known right after a death. */
export interface Wreck {
  readonly lived: Lived;
  /** undefined: the process died before it had begun a run. */
  readonly run: RunView | undefined;
  readonly report: ReportView | undefined;
  readonly after: Mailboxes;
  /** Contacts that really changed. */
  readonly changed: number;
}

/** Goes back, lets the process die there, and checks what the dead one left. */
export async function die(
  site: CrashSite,
  lived: Lived,
  death: Death,
  more: Partial<Order> = {},
): Promise<Wreck> {
  site.goBackTo(lived.start);
  const known = await newest(site);
  await dieOrEarlier(site, lived, death, more);
  const after = await site.mailboxes();
  const changed = contactsChanged(lived.before, after);
  expectForeignUntouched(lived.before, after);
  expectNobodyTwice(after);
  site.data.letLeasesExpire();
  const run = await newest(site);
  if (run === undefined || (run.id === known?.id && run.state === known.state)) {
    expect(changed, 'contacts changed without a run').toBe(0);
    return { lived, run: undefined, report: undefined, after, changed };
  }
  expect(['interrupted', 'awaitingApproval', 'finished'], 'the state of the dead run').toContain(run.state);
  const { applied, open } = site.data.journalOfNewest();
  expect(applied, 'applied by the journal').toBeLessThanOrEqual(changed);
  expect(applied + open, 'applied or open in the journal').toBeGreaterThanOrEqual(changed);
  const report = await site.ask((operations) => operations.runs.report(run.id));
  expect(written(report.applied), 'claimed by the report').toBeLessThanOrEqual(changed);
  return { lived, run, report, after, changed };
}

/**
 * How much is heard depends on timing a little: each second of a run is recorded, and questions about several mailboxes
 * share a request when they wait at the same time. A process that lived to its end has proved that there is no n-th
 * call; the next one dies at the last call of that one. Everybody dies in the end, and named points are never moved.
 */
async function dieOrEarlier(
  site: CrashSite,
  { work, start }: Lived,
  death: Death,
  more: Partial<Order>,
): Promise<void> {
  for (let at = death; ; ) {
    const survived = await site.attempted(work, at, more);
    if (survived === undefined) return;
    if (at.at !== 'anyCall' || survived.calls >= at.n) throw new NotDead(at, survived.calls);
    at = { at: 'anyCall', n: survived.calls };
    site.goBackTo(start);
  }
}

const newest = async (site: CrashSite): Promise<RunView | undefined> =>
  (await site.ask((operations) => operations.runs.list({ limit: 1 })))[0];

const written = ({ created, updated, deleted, handedOver, adopted }: OutcomeCountsView): number =>
  created + updated + deleted + handedOver + adopted;

/** Both ways on from a death: the work is done again, or what the dead one wrote is undone. */
export async function expectBothWaysOn(site: CrashSite, wreck: Wreck): Promise<void> {
  const found = site.save();
  await expectRepair(site, wreck);
  site.goBackTo(found);
  await expectUndone(site, wreck);
}

/** The same work is done once more, and everything is as if nobody had died. */
export async function expectRepair(site: CrashSite, { lived, after }: Wreck): Promise<void> {
  const again = await site.inProcess(lived.work);
  expect(again?.state).toBe('finished');
  const now = await site.mailboxes();
  expectForeignUntouched(after, now);
  expectNobodyTwice(now);
  expectSameContents(now, lived.end, 'the end state');
  expectLittleWaste(now, lived.end);
}

/** What the dead one wrote is undone, and everything is as if it had never begun. */
export async function expectUndone(site: CrashSite, { lived, run, changed }: Wreck): Promise<void> {
  if (run === undefined) return;
  const undone = await site.inProcess({ kind: 'rollback', run: run.id }).catch((thrown: unknown) => {
    // Only a run that wrote nothing at all.
    if (changed === 0 && thrown instanceof OperationError && thrown.failure.number === 17_030)
      return undefined;
    throw thrown;
  });
  if (undone !== undefined) expect(undone.state).toBe('finished');
  const now = await site.mailboxes();
  expectNobodyTwice(now);
  expectSameContents(now, lived.before, 'the state before the dead run');
  expectLittleWaste(now, lived.before);
}
