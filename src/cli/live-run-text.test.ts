import type { LiveRunView, RunStateView } from '@contactsync/contract';
import { describe, expect, it } from 'vitest';
import { timeText } from './duration-text.ts';
import { liveRunLines } from './live-run-text.ts';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const time = (seconds: number) => new Date(START + seconds * 1000).toISOString();

const live = (state: RunStateView, expected: number, waitingUntil?: string): LiveRunView => ({
  run: {
    id: '3f2a9c11-0000-4000-8000-000000000001',
    kind: 'run',
    policyId: 'p',
    policyName: 'All staff',
    policyRevision: 1,
    undoes: undefined,
    state,
    startedAt: time(0),
    endedAt: undefined,
    holder: 'process 1',
  },
  heardAt: time(60),
  mailboxes: { planned: 8, written: 3, total: 8 },
  contactsWritten: 120,
  times: {
    took: undefined,
    foretold: undefined,
    forecast: {
      at: time(60),
      basis: 'thisRun',
      reading: undefined,
      planning: undefined,
      writing: undefined,
      total: { low: expected / 2, expected, high: expected * 2 },
      requests: 100,
      writes: 80,
    },
    waits: 0,
    waited: 0,
    waitingUntil,
    mailboxesWaiting: 1,
  },
});
const told = (run: LiveRunView, seconds: number) => liveRunLines(run, START + seconds * 1000).slice(2);

describe('the status of a run', () => {
  it('tells how far it is and what is left, as long as it is heard of', () => {
    expect(told(live('applying', 30), 65)).toEqual([
      '  3 of 8 mailboxes written, 120 contacts',
      '  about 25 s (10 to 55 s) left; from what this run took so far',
    ]);
    expect(told(live('applying', 5), 65)[1]).toBe('  almost done');
    const waiting = live('applying', 5, new Date(START + 200_000).toISOString());
    expect(told(waiting, 65)[2]).toMatch(/^ {2}about .* left; /);
  });

  it('tells of a verify run into how many mailboxes it has looked', () => {
    const { run, ...rest } = live('reading', 30);
    const verify = { ...rest, run: { ...run, kind: 'verify' as const } };
    expect(told(verify, 65)[0]).toBe('  8 of 8 mailboxes looked into');
  });

  it('says how long ago that was, and not that it is almost done when nobody knows', () => {
    expect(told(live('applying', 5), 71)).toEqual([
      '  3 of 8 mailboxes written, 120 contacts',
      '  heard 11 s ago',
    ]);
    expect(told(live('planning', 90), 80)).toEqual([
      '  8 of 8 mailboxes planned',
      '  about 70 s (25 s to 3 min) left; from what this run took so far',
      '  heard 20 s ago',
    ]);
    expect(told(live('applying', 5), 190)[1]).toBe(
      '  nothing was heard of it for 2 min; its process may have ended',
    );
  });

  it('says so also of one that waits at the wish of the service, and not of one that reads', () => {
    expect(told(live('applying', 5, time(200)), 90)).toEqual([
      '  3 of 8 mailboxes written, 120 contacts',
      `  Exchange asks us to wait until ${timeText(time(200))} (1 mailbox)`,
      '  heard 30 s ago',
    ]);
    expect(told(live('reading', 600), 120)).toEqual([
      '  about 9 min (4 to 19 min) left; from what this run took so far',
    ]);
  });
});
