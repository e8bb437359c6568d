import type { RunEventView } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import { timeText } from './duration-text.ts';
import { advance, NO_PROGRESS, Progress, type ProgressState, plainLine, progressLine } from './progress.ts';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const COUNTS = { create: 5, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 };
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

const source: RunEventView = {
  type: 'source.read',
  at: at(0),
  objects: 5,
  selected: 5,
  excluded: {},
  isComplete: true,
  gaps: [],
};
const read = (targets: number): RunEventView => ({
  type: 'mailboxes.read',
  at: at(0),
  found: targets,
  targets,
  leaving: 0,
  skipped: [],
  isComplete: true,
  gaps: [],
});
/** Of a mailbox of its own. */
const planned = (seconds: number, create = 5): RunEventView => ({
  type: 'mailbox.planned',
  at: at(seconds),
  mailboxId: `m${seconds}`,
  primarySmtpAddress: 'anna@contoso.example',
  purpose: 'fill',
  counts: { ...COUNTS, create },
  notices: [],
});
const released: RunEventView = { type: 'brake.released', at: at(20), approvedBy: undefined };
const applied = (seconds: number, mailbox = 1): RunEventView => ({
  type: 'mailbox.applied',
  at: at(seconds),
  mailboxId: `m${mailbox}`,
  primarySmtpAddress: 'anna@contoso.example',
  counts: { created: 5, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 },
});

const failed = (seconds: number, mailbox: number, phase: 'planning' | 'applying'): RunEventView => ({
  type: 'mailbox.failed',
  at: at(seconds),
  mailboxId: `m${mailbox}`,
  primarySmtpAddress: 'anna@contoso.example',
  phase,
  failure: {
    code: 'mailboxBusy',
    number: 15000,
    scope: 'mailbox',
    whoActs: 'nobody',
    sentence: 'Busy.',
    causes: [],
    remedy: '',
    details: {},
  },
});

const foretold = (
  seconds: number,
  occasion: Extract<RunEventView, { type: 'forecast.made' }>['occasion'],
  expected: number,
  written = 0,
): RunEventView => {
  const total = { low: expected / 2, expected, high: expected * 2 };
  return {
    type: 'forecast.made',
    at: at(seconds),
    occasion,
    forecast: {
      basis: 'limits',
      reading: undefined,
      planning: undefined,
      writing: total,
      total,
      requests: 1_040,
      writes: 1_000,
    },
    written,
  };
};

const after = (...events: RunEventView[]): ProgressState => events.reduce(advance, NO_PROGRESS);

describe('progress', () => {
  it('shows what is left by the forecast, which runs down until it is made again', () => {
    const state = after(read(40), foretold(0, 'planning', 240), planned(1), planned(2));
    expect(progressLine(state, START + 2_000)).toBe(
      'Planning █░░░░░░░░░░░░░░░░░░░ 2/40 mailboxes, about 4 min left (2 to 8 min)',
    );
    expect(progressLine(state, START + 180_000)).toContain(', about 60 s left (up to 5 min)');
    expect(progressLine(state, START + 400_000)).toContain(', almost done');
    const corrected = advance(state, foretold(180, 'correction', 600, 70));
    expect(progressLine(corrected, START + 180_000)).toBe(
      'Planning █░░░░░░░░░░░░░░░░░░░ 2/40 mailboxes, 70 contacts written, about 10 min left (5 to 20 min)',
    );
    expect(progressLine(after(read(40), planned(1)), START + 5_000)).toBe(
      'Planning █░░░░░░░░░░░░░░░░░░░ 1/40 mailboxes',
    );
  });

  it('says that the service asks to wait instead of standing still', () => {
    const until = at(200);
    const waiting: RunEventView = {
      type: 'run.throttled',
      at: at(22),
      waitingUntil: until,
      mailboxesWaiting: 3,
    };
    const state = after(read(2), planned(1), planned(2), released, foretold(20, 'writing', 400), waiting);
    expect(progressLine(state, START + 30_000)).toBe(
      `Exchange asks us to wait until ${timeText(until)} (3 mailboxes); 0/2 mailboxes, about 7 min left (3 to 13 min)`,
    );
    const resumed = advance(state, { type: 'run.resumed', at: at(201) });
    expect(progressLine(resumed, START + 201_000)).toMatch(/^Writing ░{20} 0\/2 mailboxes, about 4 min left/);
    expect(plainLine(state, waiting, false, START)).toBe(
      `Exchange asks us to wait until ${timeText(until)} (3 mailboxes)`,
    );
    expect(progressLine(after(waiting), START)).toContain('asks us to wait until');
  });

  it('leaves out what does not fit', () => {
    const state = after(read(2), planned(1), planned(2), released, applied(21), foretold(21, 'writing', 400));
    const at80 = progressLine(state, START + 21_000, 80);
    expect(at80).toBe('Writing ██████████░░░░░░░░░░ 1/2 mailboxes, 5 contacts written, about 7 min left');
    expect(progressLine(state, START + 21_000, 45)).toBe('Writing ██████████░░░░░░░░░░ 1/2 mailboxes');
    expect(progressLine(state, START + 21_000, 20)).toHaveLength(20);
  });

  it('tells a log the forecast once, and how far it is now and then', () => {
    const state = after(read(40), planned(1));
    const first = foretold(1, 'planning', 7_800);
    expect(plainLine(state, first, false, START)).toBe(
      'forecast: about 2.2 h (1.1 to 4.3 h), 1,000 changes, 1,040 requests',
    );
    const correction = foretold(60, 'correction', 240, 500);
    const corrected = advance(advance(state, released), correction);
    expect(plainLine(corrected, correction, false, START + 60_000)).toBeUndefined();
    expect(plainLine(corrected, correction, true, START + 60_000)).toBe(
      'written: 0/1 mailboxes, 500 contacts written, about 4 min left (2 to 8 min)',
    );
    expect(plainLine(state, foretold(60, 'realRun', 240), true, START)).toBeUndefined();
  });

  it('counts in the second pass only mailboxes that have something to write', () => {
    const state = after(read(3), planned(1), planned(2, 0), planned(3), released, applied(21));
    expect(progressLine(state, START + 21_000)).toBe(
      'Writing ██████████░░░░░░░░░░ 1/2 mailboxes, 5 contacts written',
    );
  });

  it('counts a mailbox once, also when it is tried twice or fails after it was planned', () => {
    const begun = after(read(3), planned(1), planned(2), planned(3), failed(3, 3, 'planning'));
    expect(progressLine(begun, START)).toBe(
      'Planning ████████████████████ 3/3 mailboxes, 1 failed or skipped',
    );
    const twice = [released, applied(21, 1), applied(22, 2), applied(23, 2)].reduce(advance, begun);
    expect(progressLine(twice, START)).toBe(
      'Writing ████████████████████ 2/2 mailboxes, 15 contacts written',
    );
    const failing = [released, applied(21, 2), failed(22, 2, 'applying')].reduce(advance, begun);
    expect(progressLine(failing, START)).toBe(
      'Writing ██████████░░░░░░░░░░ 1/2 mailboxes, 5 contacts written, 1 failed or skipped',
    );
  });

  it('counts what a rollback plans apart from what it writes', () => {
    const planning = after(read(3), planned(1), planned(2, 0), planned(3));
    expect(plainLine(after(), read(3), false, START)).toBe('3 mailboxes to roll back');
    expect(progressLine(planning, START)).toContain('Planning ████████████████████ 3/3 mailboxes');
    const writing = [foretold(20, 'writing', 10), applied(21, 1)].reduce(advance, planning);
    expect(progressLine(writing, START + 20_000)).toContain('Writing ██████████░░░░░░░░░░ 1/2 mailboxes');
    // A folder that is undone, and no contact.
    expect(progressLine(advance(writing, applied(22, 2)), START + 20_000)).toContain(' 2/3 mailboxes');
  });

  it('foretells no more when everything is written, and no range that says nothing', () => {
    const begun = after(read(1), planned(1), released, foretold(20, 'writing', 100));
    expect(progressLine(advance(begun, applied(21)), START + 21_000)).toMatch(
      / 1\/1 mailboxes.*, almost done$/,
    );
    const exact = foretold(20, 'writing', 7);
    if (exact.type !== 'forecast.made') throw new Error('no forecast');
    const total = { low: 6.8, expected: 7, high: 7.3 };
    const near = advance(begun, { ...exact, forecast: { ...exact.forecast, total } });
    expect(progressLine(near, START + 20_000)).toMatch(/, about 7 s left$/);
  });

  it('rewrites one line on a terminal and leaves it empty at the end', () => {
    const written: string[] = [];
    let now = START;
    const progress = new Progress(
      { isTerminal: true, width: 80, write: (text) => written.push(text) },
      () => now,
    );
    for (const event of [read(2), planned(1), planned(2)]) {
      now += 500;
      progress.add(event);
    }
    progress.end();
    expect(written.join('')).not.toContain('\n');
    expect(written.at(-1)).toBe('\r\u001b[K');
  });

  it('writes plain lines elsewhere, one in five seconds', () => {
    const written: string[] = [];
    let now = START;
    const output = { isTerminal: false, width: 80, write: (text: string) => written.push(text) };
    const progress = new Progress(output, () => now);
    progress.add(source);
    progress.add(read(100));
    for (let index = 0; index < 100; index += 1) {
      now += 120;
      progress.add(planned(index));
    }
    progress.end();
    expect(written).toEqual([
      'source read: 5 objects, 5 selected\n',
      'mailboxes read: 100 to fill\n',
      'planned: 42/100 mailboxes\n',
      'planned: 84/100 mailboxes\n',
    ]);
  });

  it('does without a total', () => {
    expect(progressLine(after(planned(1), planned(2), released, applied(21)), START + 21_000)).toContain(
      ' 1/2 mailboxes',
    );
    const cleanUp = advance({ ...NO_PROGRESS, phase: 'planning' }, planned(1));
    expect(progressLine(cleanUp, START + 1_000)).toBe('Planning ░░░░░░░░░░░░░░░░░░░░ 1 mailbox');
  });
});
