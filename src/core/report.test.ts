import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import type { FailureRecord } from '../model/failure.ts';
import { Failure } from '../model/failure.ts';
import { FAILURE_CODES, type FailureCode } from '../model/failure-codes.ts';
import { itemId, mailboxId, policyId, runId, sourceObjectId } from '../model/ids.ts';
import type { JournalEntry } from '../model/ledger-record.ts';
import type { PlanCounts } from '../model/plan.ts';
import type { OutcomeCounts, Run, RunEvent } from '../model/run.ts';
import { buildReport, compareFailures, countWrites } from './report.ts';

const run: Run = {
  id: runId('00000000-0000-4000-8000-000000000001'),
  kind: 'run',
  policyId: policyId('00000000-0000-4000-8000-000000000002'),
  policyName: 'Everybody',
  policyRevision: 3,
  undoes: undefined,
  state: 'finishedWithErrors',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:05:00.000Z',
  holder: 'host',
};

const box = (number: number) => ({
  mailboxId: mailboxId(`00000000-0000-4000-8000-0000000001${String(number).padStart(2, '0')}`),
  primarySmtpAddress: `user${number}@contoso.example`,
});
const none: PlanCounts = { create: 0, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 };
const nothing: OutcomeCounts = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };
const record = (code: FailureCode): FailureRecord => new Failure(code).toRecord();
const planned = (number: number, counts: Partial<PlanCounts> = {}): RunEvent => ({
  type: 'mailbox.planned',
  ...box(number),
  purpose: 'fill',
  counts: { ...none, ...counts },
  notices: [],
});
const applied = (number: number, counts: Partial<OutcomeCounts> = {}): RunEvent => ({
  type: 'mailbox.applied',
  ...box(number),
  counts: { ...nothing, ...counts },
});
const failed = (
  number: number,
  code: FailureCode,
  type: 'mailbox.failed' | 'mailbox.skipped' = 'mailbox.failed',
): RunEvent => ({
  type,
  ...box(number),
  phase: 'applying',
  failure: record(code),
});
const contactFailed = (number: number, code: FailureCode): RunEvent => ({
  type: 'contact.failed',
  mailboxId: box(number).mailboxId,
  sourceObjectId: sourceObjectId('00000000-0000-4000-8000-00000000000a'),
  change: 'create',
  failure: record(code),
});

describe('buildReport', () => {
  it('tells the story of every mailbox and adds up', () => {
    const report = buildReport(run, [
      { type: 'run.started', kind: 'run', policyName: 'Everybody', policyRevision: 3 },
      planned(5, { create: 2, keep: 1 }),
      planned(1, { keep: 4, foreign: 2 }),
      planned(2, { create: 3 }),
      planned(3, { delete: 1 }),
      failed(4, 'mailboxNotProvisioned', 'mailbox.skipped'),
      planned(6, { update: 1 }),
      contactFailed(2, 'contactRefused'),
      applied(2, { created: 2, failed: 1 }),
      failed(3, 'mailboxFull'),
      applied(5, { created: 2 }),
    ]);
    expect(
      report.perMailbox.map(({ primarySmtpAddress, state }) => `${primarySmtpAddress.slice(0, 5)} ${state}`),
    ).toEqual([
      'user1 unchanged',
      'user2 partly',
      'user3 failed',
      'user4 skipped',
      'user5 applied',
      'user6 planned',
    ]);
    expect(report.planned).toEqual({ ...none, create: 5, update: 1, delete: 1, keep: 5, foreign: 2 });
    expect(report.applied).toEqual({ ...nothing, created: 4, failed: 1 });
    expect(report.perMailbox[1]?.failures.map(({ code }) => code)).toEqual(['contactRefused']);
    expect(report.failures.map(({ failure }) => failure.code)).toEqual(['mailboxFull', 'contactRefused']);
  });

  it('counts a mailbox that was planned twice once, and lets a later success overrule a failure', () => {
    const report = buildReport(run, [
      planned(1, { create: 5 }),
      failed(1, 'answerLost'),
      planned(1, { create: 3 }),
      applied(1, { created: 3 }),
    ]);
    expect(report.planned.create).toBe(3);
    expect(report.perMailbox).toHaveLength(1);
    expect(report.perMailbox[0]?.state).toBe('applied');
  });

  it('names gaps among the failures and puts what ended the run first', () => {
    const report = buildReport(run, [
      {
        type: 'source.read',
        objects: 1,
        selected: 1,
        excluded: {},
        isComplete: false,
        gaps: [record('sourceIncomplete')],
      },
      failed(1, 'mailboxFull'),
      failed(2, 'mailboxFull'),
      failed(3, 'unexpectedAnswer'),
      { type: 'run.ended', state: 'failed', failure: record('waveFailed') },
    ]);
    expect(report.failures.map(({ failure, count }) => `${failure.code} ${count}`)).toEqual([
      'waveFailed 1',
      'sourceIncomplete 1',
      'unexpectedAnswer 1',
      'mailboxFull 2',
    ]);
    expect(report.source?.isComplete).toBe(false);
  });

  it('is empty for a run without events', () => {
    expect(buildReport(run, [])).toMatchObject({
      perMailbox: [],
      failures: [],
      planned: none,
      applied: nothing,
      source: undefined,
    });
  });
});

describe('compareFailures', () => {
  const codes = fc.constantFrom(...(Object.keys(FAILURE_CODES) as FailureCode[]));

  it('is one order for all: nothing equal but the same code, and no circles', () => {
    holds(
      fc.property(codes, codes, codes, fc.option(codes, { nil: undefined }), (a, b, c, end) => {
        const ending = end === undefined ? undefined : record(end);
        const order = (x: FailureCode, y: FailureCode) =>
          Math.sign(compareFailures(record(x), record(y), ending));
        expect(order(a, b) === 0).toBe(a === b);
        expect(order(a, b) + order(b, a)).toBe(0);
        if (order(a, b) <= 0 && order(b, c) <= 0) expect(order(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('a run that was cut off', () => {
  const entry = (of: Partial<JournalEntry>): JournalEntry => ({
    id: 1,
    runId: run.id,
    ...box(1),
    change: 'create',
    sourceObjectId: sourceObjectId('00000000-0000-4000-8000-00000000000a'),
    itemId: undefined,
    folderId: undefined,
    folderKey: '',
    fields: [],
    before: undefined,
    label: '',
    outcome: 'applied',
    newItemId: undefined,
    newVersion: undefined,
    ...of,
  });
  const { failed: _, ...done } = nothing;
  const counted = async (...entries: readonly JournalEntry[]) => {
    const read = async function* () {
      yield* entries;
    };
    return Object.fromEntries(await countWrites(read()));
  };

  it('has written what its journal says, and nobody knows of the rest', async () => {
    const other = sourceObjectId('00000000-0000-4000-8000-00000000000b');
    expect(
      await counted(
        entry({ change: 'folderCreate', outcome: undefined }),
        entry({}),
        entry({ sourceObjectId: other, outcome: undefined }),
        entry({ change: 'delete', itemId: itemId('i'), outcome: 'unknown' }),
        entry({ change: 'update', itemId: itemId('j'), outcome: 'refused' }),
        entry({ ...box(2), outcome: 'applied' }),
      ),
    ).toEqual({
      [box(1).mailboxId]: { written: 1, unknown: 2, applied: { ...done, created: 1 } },
      [box(2).mailboxId]: { written: 1, unknown: 0, applied: { ...done, created: 1 } },
    });
  });

  it('knows of a write that was tried again and answered', async () => {
    expect(await counted(entry({ outcome: 'unknown' }), entry({}))).toEqual({
      [box(1).mailboxId]: { written: 1, unknown: 0, applied: { ...done, created: 1 } },
    });
  });

  it('is reported by its journal, also where events told nothing', async () => {
    const events = [planned(1, { create: 3 }), planned(2, { create: 3 }), planned(3, { update: 1 })];
    const cutOff: Run = { ...run, state: 'interrupted' };
    const writes = await countWrites(
      (async function* () {
        yield entry({});
        yield entry({ change: 'adopt', itemId: itemId('i') });
        yield entry({ ...box(2), outcome: undefined });
      })(),
    );
    expect(buildReport(cutOff, [...events, applied(1, { created: 1, failed: 1 })], writes)).toMatchObject({
      applied: { ...nothing, created: 1, adopted: 1, failed: 1 },
      writes: { written: 2, unknown: 1 },
      perMailbox: [
        { applied: { created: 1, adopted: 1, failed: 1 }, writes: { written: 2, unknown: 0 } },
        { state: 'planned', applied: undefined, writes: { written: 0, unknown: 1 } },
        { state: 'planned', applied: undefined, writes: { written: 0, unknown: 0 } },
      ],
    });
  });

  it('has done a mailbox only partly where it wrote less than planned', () => {
    const events = [
      planned(1, { create: 3 }),
      applied(1, { created: 2 }),
      planned(2, { create: 1 }),
      applied(2),
    ];
    const states = (state: Run['state']) =>
      buildReport({ ...run, state }, events).perMailbox.map((mailbox) => mailbox.state);
    expect(states('cancelled')).toEqual(['partly', 'planned']);
    // Planned again on the way, a mailbox may need less.
    expect(states('finished')).toEqual(['applied', 'applied']);
  });
});
