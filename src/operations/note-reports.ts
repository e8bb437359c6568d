// Before a run ends, or begins to wait, its mail is noted: a process that dies right after has not forgotten it. Whether
// the policy wants one is decided when it is sent.

import type { RunId } from '../model/ids.ts';
import { ENDED_STATES, type RunState } from '../model/run.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { MailOccasion, ReportOutbox } from '../ports/report-outbox.ts';
import type { RunStore } from '../ports/run-store.ts';

/** The same store. That a mail cannot be noted is told in the log and keeps no run from ending. */
export function withNotedReports(
  runs: RunStore,
  { outbox, clock, log }: { readonly outbox: ReportOutbox; readonly clock: Clock; readonly log: Log },
): RunStore {
  async function note(id: RunId, occasion: MailOccasion): Promise<void> {
    try {
      const run = await runs.read(id);
      if (run === undefined || run.kind === 'test') return;
      const at = clock.now().toISOString();
      await outbox.add({ key: `${id} ${occasion}`, policyId: run.policyId, runId: id, occasion, at });
    } catch (error) {
      log.error('the mail about a run could not be noted', { runId: id, error });
    }
  }

  return {
    // A class keeps its methods where spreading does not look.
    create: (run, revision) => runs.create(run, revision),
    read: (id) => runs.read(id),
    readRevision: (id) => runs.readRevision(id),
    list: (filter) => runs.list(filter),
    findByPrefix: (prefix) => runs.findByPrefix(prefix),
    append: (id, events, at) => runs.append(id, events, at),
    readEvents: (id, types) => runs.readEvents(id, types),
    saveContacts: (id, contacts) => runs.saveContacts(id, contacts),
    readContacts: (id) => runs.readContacts(id),
    savePlan: (id, stored) => runs.savePlan(id, stored),
    setProgress: (id, mailboxId, progress) => runs.setProgress(id, mailboxId, progress),
    readPlan: (id, mailboxId) => runs.readPlan(id, mailboxId),
    readPlans: (id) => runs.readPlans(id),
    saveApproval: (id, pending) => runs.saveApproval(id, pending),
    readApproval: (id) => runs.readApproval(id),
    async setState(id, state, endedAt) {
      const occasion = occasionOf(state);
      if (occasion !== undefined) await note(id, occasion);
      await runs.setState(id, state, endedAt);
    },
  };
}

/** A plan that gave way to a newer one is told by the report of that one. */
function occasionOf(state: RunState): MailOccasion | undefined {
  if (state === 'awaitingApproval') return 'awaitingApproval';
  return ENDED_STATES.includes(state) && state !== 'superseded' ? 'ended' : undefined;
}
