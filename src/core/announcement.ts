// A run -> what other programs are told of it. Counts, names of documents and numbers of failures, and nobody's name.

import type { AnnouncedEvent, Announcement } from '@contactsync/contract';
import type { DriftReport } from '../model/drift.ts';
import type { Run, RunReport, RunState } from '../model/run.ts';

export interface AnnouncedRun {
  readonly event: AnnouncedEvent;
  /** ISO 8601. */
  readonly at: string;
  readonly environment: string;
  readonly run: Run;
  readonly report: RunReport;
}

/** undefined: of a test run, and of a state that nobody is told of. */
export function announcementOf({
  event,
  at,
  environment,
  run,
  report,
}: AnnouncedRun): Announcement | undefined {
  const state = stateOf(event, run.state);
  if (run.kind === 'test' || state === undefined) return undefined;
  const { id, kind, policyId, policyName, policyRevision, startedAt, endedAt } = run;
  return {
    version: 1,
    id: `${id} ${event}`,
    event,
    at,
    environment,
    policy: { id: policyId, name: policyName, revision: policyRevision },
    run: {
      id,
      kind,
      state,
      startedAt,
      ...(event !== 'run.ended' || endedAt === undefined ? {} : { endedAt }),
    },
    ...(event === 'run.started' ? {} : { counts: countsOf(event, report) }),
    ...(event !== 'run.ended' || report.drift === undefined ? {} : { drift: driftOf(report.drift) }),
    failures: event === 'run.started' ? [] : failuresOf(report),
  };
}

/** What was told late still tells what was: a plan that waited waited, also where it was approved since. */
function stateOf(event: AnnouncedEvent, now: RunState): Announcement['run']['state'] | undefined {
  if (event === 'run.started') return 'reading';
  if (event === 'run.awaitingApproval') return 'awaitingApproval';
  switch (now) {
    case 'finished':
    case 'finishedWithErrors':
    case 'failed':
    case 'interrupted':
    case 'superseded':
    case 'cancelled':
      return now;
    default:
      return undefined;
  }
}

function countsOf(event: AnnouncedEvent, report: RunReport): NonNullable<Announcement['counts']> {
  const { source, mailboxes, planned, applied, writes } = report;
  const changes =
    event === 'run.awaitingApproval'
      ? {
          created: planned.create,
          updated: planned.update,
          adopted: planned.adopt,
          deleted: planned.delete,
          handedOver: planned.handOver,
          failed: 0,
        }
      : {
          created: applied.created,
          updated: applied.updated,
          adopted: applied.adopted,
          deleted: applied.deleted,
          handedOver: applied.handedOver,
          failed: applied.failed,
          ...(writes === undefined ? {} : { unknown: writes.unknown }),
        };
  return {
    objects: source?.objects ?? 0,
    selected: source?.selected ?? 0,
    mailboxes: mailboxes?.targets ?? 0,
    ...changes,
  };
}

function driftOf({
  mailboxes,
  mailboxesDiffering,
  differing,
}: DriftReport): NonNullable<Announcement['drift']> {
  return { mailboxes, mailboxesDiffering, contactsDiffering: differing };
}

function failuresOf({ failures }: RunReport): Announcement['failures'] {
  const counts = new Map<number, number>();
  for (const { failure, count } of failures)
    counts.set(failure.number, (counts.get(failure.number) ?? 0) + count);
  return [...counts].map(([number, count]) => ({ number, count }));
}
