// Runs under way, whatever process they are in, as the stored events tell them; and those that wait for an approval.

import type { LiveRunView } from '@contactsync/contract';
import { addApplied } from '../core/report.ts';
import { runTimes, writesIn } from '../core/run-times.ts';
import type { MailboxId } from '../model/ids.ts';
import { ENDED_STATES, type OutcomeCounts, type RecordedEvent, RUN_STATES, type Run } from '../model/run.ts';
import type { RunStore } from '../ports/run-store.ts';
import { presentRun } from './present.ts';

const OPEN_STATES = RUN_STATES.filter((state) => !ENDED_STATES.includes(state));
const NOTHING: OutcomeCounts = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };

export async function openRuns(runs: RunStore): Promise<readonly LiveRunView[]> {
  const views: LiveRunView[] = [];
  for (const run of await runs.list({ states: OPEN_STATES }))
    views.push(presentOpenRun(run, await runs.readEvents(run.id)));
  return views;
}

export function presentOpenRun(run: Run, events: readonly RecordedEvent[]): LiveRunView {
  let [total, written] = [0, 0];
  // By id: one that is tried twice, or fails after it was planned, is told twice and is one mailbox.
  const planned = new Set<MailboxId>();
  const toWrite = new Set<MailboxId>();
  const done = new Set<MailboxId>();
  let applied = NOTHING;
  for (const event of events) {
    switch (event.type) {
      case 'mailboxes.read':
        total = event.targets + event.leaving;
        break;
      case 'mailbox.planned':
        planned.add(event.mailboxId);
        if (writesIn(event.counts) > 0) toWrite.add(event.mailboxId);
        break;
      case 'mailbox.verified':
        planned.add(event.mailboxId);
        break;
      case 'mailbox.applied':
        // Also one in which no contact changes: its folder does.
        toWrite.add(event.mailboxId);
        done.add(event.mailboxId);
        applied = addApplied(applied, event.counts);
        break;
      case 'mailbox.failed':
      case 'mailbox.skipped':
        if (event.phase === 'planning') {
          planned.add(event.mailboxId);
          toWrite.delete(event.mailboxId);
        } else {
          toWrite.add(event.mailboxId);
          done.add(event.mailboxId);
        }
        break;
      case 'forecast.made':
        written = Math.max(written, event.written);
        break;
      default:
        break;
    }
  }
  const { created, updated, deleted, handedOver, adopted } = applied;
  return {
    run: presentRun(run),
    heardAt: events.at(-1)?.at ?? run.startedAt,
    mailboxes: {
      planned: planned.size,
      written: done.size,
      total: run.state === 'applying' ? toWrite.size : total,
    },
    contactsWritten: Math.max(written, created + updated + deleted + handedOver + adopted),
    times: runTimes(run, events),
  };
}
