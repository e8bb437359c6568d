import type { RunEventView } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import { advance, NO_PROGRESS, Progress, type ProgressState, progressLine } from './progress.ts';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const COUNTS = { create: 5, update: 0, delete: 0, handOver: 0, adopt: 0, keep: 0, foreign: 0 };
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

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
const planned = (seconds: number, create = 5): RunEventView => ({
  type: 'mailbox.planned',
  at: at(seconds),
  mailboxId: 'm',
  primarySmtpAddress: 'anna@contoso.example',
  purpose: 'fill',
  counts: { ...COUNTS, create },
  notices: [],
});
const released: RunEventView = { type: 'brake.released', at: at(20), approvedBy: undefined };
const applied = (seconds: number): RunEventView => ({
  type: 'mailbox.applied',
  at: at(seconds),
  mailboxId: 'm',
  primarySmtpAddress: 'anna@contoso.example',
  counts: { created: 5, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 },
});

const after = (...events: RunEventView[]): ProgressState => events.reduce(advance, NO_PROGRESS);

describe('progress', () => {
  it('shows rate and remaining time once they mean something', () => {
    const state = after(read(40), ...Array.from({ length: 10 }, (_, index) => planned(index)));
    expect(progressLine(state, START + 5_000)).toBe(
      'Planning █████░░░░░░░░░░░░░░░ 10/40 mailboxes  2.0/s, about 15 s left',
    );
    expect(progressLine(after(read(40), planned(1)), START + 5_000)).toBe(
      'Planning █░░░░░░░░░░░░░░░░░░░ 1/40 mailboxes',
    );
  });

  it('counts in the second pass only mailboxes that have something to write', () => {
    const state = after(read(3), planned(1), planned(2, 0), planned(3), released, applied(21));
    expect(progressLine(state, START + 21_000)).toBe(
      'Writing ██████████░░░░░░░░░░ 1/2 mailboxes, 5 contacts written',
    );
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
    progress.add(read(100));
    for (let index = 0; index < 100; index += 1) {
      now += 120;
      progress.add(planned(index));
    }
    progress.end();
    expect(written).toEqual([
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
    expect(progressLine(cleanUp, START + 1_000)).toBe('Planning ░░░░░░░░░░░░░░░░░░░░ 1 mailboxes');
  });
});
