// Tells the story of each run in the log, from the events as they are stored. Ids and numbers only: whoever may read
// the log need not be allowed to read names and addresses.

import { addApplied } from '../core/report.ts';
import type { FailureRecord } from '../model/failure.ts';
import type { RunId } from '../model/ids.ts';
import type { OutcomeCounts, RunEvent } from '../model/run.ts';
import type { Log, LogData } from '../ports/log.ts';
import type { RunStore } from '../ports/run-store.ts';

/** What one process did in a run; an approved run may go on in another. */
interface Tally {
  mailboxesApplied: number;
  mailboxesFailed: number;
  mailboxesSkipped: number;
  contactsFailed: number;
  written: OutcomeCounts;
}

type Line = readonly [level: keyof Log, message: string, data: LogData];

const NOTHING: OutcomeCounts = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };

/** The same store; what it was asked to keep is told as well, once it is kept. */
export function withRunLog(runs: RunStore, log: Log): RunStore {
  const tallies = new Map<RunId, Tally>();
  return {
    ...runs,
    async create(run, revision) {
      await runs.create(run, revision);
      log.info('run started', {
        runId: run.id,
        kind: run.kind,
        policyId: run.policyId,
        policyRevision: run.policyRevision,
        ...(run.undoes === undefined ? {} : { undoes: run.undoes }),
      });
    },
    async append(id, events, at) {
      await runs.append(id, events, at);
      const tally = tallies.get(id) ?? emptyTally();
      tallies.set(id, tally);
      for (const event of events) {
        count(event, tally);
        const line = lineOf(id, event, tally);
        if (line !== undefined) log[line[0]](line[1], line[2]);
        if (event.type === 'run.ended' || event.type === 'brake.engaged') tallies.delete(id);
      }
    },
  };
}

function emptyTally(): Tally {
  return {
    mailboxesApplied: 0,
    mailboxesFailed: 0,
    mailboxesSkipped: 0,
    contactsFailed: 0,
    written: NOTHING,
  };
}

function count(event: RunEvent, tally: Tally): void {
  switch (event.type) {
    case 'mailbox.applied':
      tally.mailboxesApplied += 1;
      tally.written = addApplied(tally.written, event.counts);
      return;
    case 'mailbox.failed':
      tally.mailboxesFailed += 1;
      return;
    case 'mailbox.skipped':
      tally.mailboxesSkipped += 1;
      return;
    case 'contact.failed':
      tally.contactsFailed += 1;
      return;
    default:
  }
}

/** undefined: no part of the story. */
function lineOf(runId: RunId, event: RunEvent, tally: Tally): Line | undefined {
  switch (event.type) {
    case 'source.read': {
      const { objects, selected, isComplete, gaps } = event;
      return ['info', 'source read', { runId, objects, selected, isComplete, gaps: numbers(gaps) }];
    }
    case 'mailboxes.read': {
      const { found, targets, leaving, skipped, isComplete, gaps } = event;
      return [
        'info',
        'mailboxes read',
        {
          runId,
          found,
          targets,
          leaving,
          skipped: skipped.length,
          isComplete,
          gaps: numbers(gaps),
        },
      ];
    }
    case 'brake.engaged':
      return [
        'warn',
        'brake engaged',
        {
          runId,
          reasons: event.reasons.map(({ rule, count, base, limit, unit }) => ({
            rule,
            count,
            base,
            limit,
            unit,
          })),
        },
      ];
    case 'brake.released':
      return ['info', 'brake released', { runId }];
    case 'wave.started':
      return ['info', 'wave started', { runId, wave: event.wave, mailboxes: event.mailboxes }];
    case 'mailbox.failed':
    case 'mailbox.skipped':
      return [
        'warn',
        event.type === 'mailbox.failed' ? 'mailbox failed' : 'mailbox skipped',
        {
          runId,
          mailboxId: event.mailboxId,
          phase: event.phase,
          ...reasonOf(event.failure),
        },
      ];
    case 'mailbox.warned':
      return [
        'warn',
        'mailbox keeps its folder name',
        { runId, mailboxId: event.mailboxId, ...reasonOf(event.failure) },
      ];
    case 'contact.failed':
      return [
        'warn',
        'contact failed',
        {
          runId,
          mailboxId: event.mailboxId,
          sourceObjectId: event.sourceObjectId,
          change: event.change,
          ...reasonOf(event.failure),
        },
      ];
    case 'photos.written': {
      const { type: _, failures, ...counts } = event;
      return ['info', 'photos written', { runId, ...counts, failures: numbers(failures) }];
    }
    case 'mailbox.applied':
      return ['debug', 'mailbox written', { runId, mailboxId: event.mailboxId, ...event.counts }];
    case 'run.ended': {
      const { failure, state } = event;
      return [
        'info',
        'run ended',
        {
          runId,
          state,
          ...tally,
          ...(failure === undefined ? {} : reasonOf(failure)),
        },
      ];
    }
    default:
      return undefined;
  }
}

/** Without details: those may name groups and addresses. */
function reasonOf({ number, code, requestId }: FailureRecord) {
  return { number, code, ...(requestId === undefined ? {} : { requestId }) };
}

function numbers(gaps: readonly FailureRecord[]): readonly number[] {
  return gaps.map((gap) => gap.number);
}
