import { describe, expect, it } from 'vitest';
import { mailboxId, policyId, runId } from '../model/ids.ts';
import type { DurationRange, RecordedEvent, Run, RunEvent } from '../model/run.ts';
import { measureRun, plannedWrites, runTimes } from './run-times.ts';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const time = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const at = (seconds: number, event: RunEvent): RecordedEvent => ({ ...event, at: time(seconds) });
const run: Run = {
  id: runId('00000000-0000-4000-8000-000000000001'),
  kind: 'run',
  policyId: policyId('00000000-0000-4000-8000-000000000002'),
  policyName: 'Everybody',
  policyRevision: 1,
  undoes: undefined,
  state: 'finished',
  startedAt: time(0),
  endedAt: time(300),
  holder: 'host',
};

const foretold = (
  occasion: Extract<RunEvent, { type: 'forecast.made' }>['occasion'],
  total: DurationRange,
): RunEvent => ({
  type: 'forecast.made',
  occasion,
  forecast: {
    basis: 'limits',
    reading: undefined,
    planning: undefined,
    writing: total,
    total,
    requests: 1,
    writes: 1,
  },
  written: 0,
});
const engaged: RunEvent = { type: 'brake.engaged', reasons: [], digest: 'd' };
const released: RunEvent = { type: 'brake.released', approvedBy: 'admin' };
const ended: RunEvent = { type: 'run.ended', state: 'finished', failure: undefined };
const throttled = (until: number, mailboxesWaiting = 3): RunEvent => ({
  type: 'run.throttled',
  waitingUntil: time(until),
  mailboxesWaiting,
});
const resumed: RunEvent = { type: 'run.resumed' };

describe('the times of a run', () => {
  it('set what was foretold beside what it took', () => {
    const times = runTimes(run, [
      at(20, foretold('planning', { low: 10, expected: 50, high: 900 })),
      at(60, foretold('writing', { low: 120, expected: 180, high: 300 })),
      at(90, foretold('correction', { low: 1, expected: 2, high: 3 })),
      at(300, ended),
    ]);
    expect(times.took).toBe(300);
    expect(times.foretold).toEqual({ low: 180, expected: 240, high: 360 });
    expect(times.forecast).toMatchObject({ total: { expected: 2 }, at: time(90) });
  });

  it('leave out how long a person took to approve', () => {
    const events = [
      at(60, foretold('writing', { low: 100, expected: 200, high: 300 })),
      at(60, engaged),
      at(5_060, released),
      at(5_061, foretold('writing', { low: 1, expected: 1, high: 1 })),
      at(5_300, ended),
    ];
    const times = runTimes({ ...run, endedAt: time(5_300) }, events);
    expect(times.took).toBe(300);
    expect(times.foretold).toEqual({ low: 160, expected: 260, high: 360 });
    expect(runTimes({ ...run, endedAt: undefined, state: 'awaitingApproval' }, events).took).toBeUndefined();
  });

  it('count each wait once, and to the moment the service named', () => {
    const times = runTimes(run, [
      at(10, throttled(40)),
      at(20, throttled(50)),
      at(53, resumed),
      at(100, throttled(200)),
      // It went on earlier than asked: the mailbox was given up.
      at(120, resumed),
      at(300, ended),
    ]);
    expect(times).toMatchObject({ waits: 2, waited: 60, waitingUntil: undefined, mailboxesWaiting: 0 });
  });

  it('say until when a run waits now, and nothing of it when the run is over', () => {
    const events = [at(10, throttled(400, 7))];
    expect(runTimes({ ...run, endedAt: undefined }, events)).toMatchObject({
      waitingUntil: time(400),
      mailboxesWaiting: 7,
    });
    expect(runTimes(run, events)).toMatchObject({ waits: 1, waitingUntil: undefined });
  });
});

describe('a measured run', () => {
  const none = { create: 0, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 };
  const box = (n: number) => mailboxId(`00000000-0000-4000-8000-00000000010${n}`);
  const planned = (n: number, create: number): RunEvent => ({
    type: 'mailbox.planned',
    mailboxId: box(n),
    primarySmtpAddress: `box${n}@contoso.example`,
    purpose: 'fill',
    counts: { ...none, create, update: 1 },
    notices: [],
  });
  const events = [
    at(0, { type: 'run.started', kind: 'run', policyName: 'Everybody', policyRevision: 1 }),
    at(5, { type: 'source.read', objects: 900, selected: 400, excluded: {}, isComplete: true, gaps: [] }),
    at(8, {
      type: 'mailboxes.read',
      found: 2,
      targets: 2,
      leaving: 0,
      skipped: [],
      isComplete: true,
      gaps: [],
    }),
    at(9, planned(1, 398)),
    at(10, planned(2, 398)),
    at(12, released),
    at(62, ended),
  ];

  it('is cut where its phases end', () => {
    const measured = measureRun(events, { mailboxesAtOnce: 40 });
    expect(measured).toMatchObject({ people: 400, reading: 8 });
    expect(measured.planning?.seconds).toBe(4);
    // 399 contacts and the folder, four at a time, 250 ms each: both mailboxes at once.
    expect(measured.writing).toEqual({ seconds: 50, work: 25 });
    expect([...plannedWrites(events).values()]).toEqual([399, 399]);
  });

  it('knows nothing of phases that it did not reach', () => {
    const early = measureRun(events.slice(0, 2), { mailboxesAtOnce: 40 });
    expect(early).toEqual({ people: 400, reading: undefined, planning: undefined, writing: undefined });
  });
});
