// Before a run ends, or begins to wait, its mail is noted: a process that dies right after has not forgotten it. Whether
// the policy wants one is decided when it is sent.

import type { RunId } from '../model/ids.ts';
import type { Run, RunEvent } from '../model/run.ts';
import type { NewAnnouncement } from '../ports/announcements.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { MailOccasion, ReportOutbox } from '../ports/report-outbox.ts';
import type { RunStore } from '../ports/run-store.ts';

type Ended = Extract<RunEvent, { readonly type: 'run.ended' }>;
const GOT_FURTHER: readonly RunEvent['type'][] = ['mailbox.planned', 'wave.started', 'mailbox.applied'];

/** The same store. That a mail cannot be noted is told in the log and keeps no run from ending. */
export function withNotedReports(
  runs: RunStore,
  {
    outbox,
    clock,
    log,
    announce = async () => {},
  }: {
    readonly outbox: ReportOutbox;
    readonly clock: Clock;
    readonly log: Log;
    /** Notes what other programs are to be told; never throws. */
    readonly announce?: (run: Run, event: NewAnnouncement['event']) => Promise<void>;
  },
): RunStore {
  async function announceRun(id: RunId, event: NewAnnouncement['event']): Promise<void> {
    const run = await runs.read(id).catch(() => undefined);
    if (run !== undefined) await announce(run, event);
  }

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

  /** When in doubt somebody is asked twice. */
  async function isAskedBefore(id: RunId): Promise<boolean> {
    try {
      const engaged = await runs.readEvents(id, ['brake.engaged']);
      return engaged.some((event) => event.type === 'brake.engaged' && event.asked !== undefined);
    } catch {
      return false;
    }
  }

  /** Where nothing can be reached, each of its runs would tell the same: once a day is enough, until one gets further. */
  async function isToldToday(id: RunId, { state, failure }: Ended): Promise<boolean> {
    if (state !== 'failed' || failure === undefined) return false;
    const run = await runs.read(id);
    if (run?.kind !== 'run' || (await runs.readEvents(id, GOT_FURTHER)).length > 0) return false;
    const latest = await runs.list({ policyId: run.policyId, kinds: ['run'], limit: 2 });
    const before = latest.find((one) => one.id !== id);
    const today = clock.now().toISOString().slice(0, 10);
    if (before?.state !== 'failed' || before.endedAt?.slice(0, 10) !== today) return false;
    const [ended] = await runs.readEvents(before.id, ['run.ended']);
    return ended?.type === 'run.ended' && ended.failure?.number === failure.number;
  }

  return {
    // A class keeps its methods where spreading does not look.
    async create(run, revision) {
      await runs.create(run, revision);
      await announce(run, 'run.started');
    },
    read: (id) => runs.read(id),
    readRevision: (id) => runs.readRevision(id),
    list: (filter) => runs.list(filter),
    findByPrefix: (prefix) => runs.findByPrefix(prefix),
    readEvents: (id, types) => runs.readEvents(id, types),
    saveContacts: (id, contacts) => runs.saveContacts(id, contacts),
    readContacts: (id) => runs.readContacts(id),
    savePlan: (id, stored) => runs.savePlan(id, stored),
    setProgress: (id, mailboxId, progress) => runs.setProgress(id, mailboxId, progress),
    readPlan: (id, mailboxId) => runs.readPlan(id, mailboxId),
    readPlans: (id) => runs.readPlans(id),
    saveApproval: (id, pending) => runs.saveApproval(id, pending),
    readApproval: (id) => runs.readApproval(id),
    async append(id, events, at) {
      // A plan that gave way to a newer one is told by the report of that one.
      const ended = events.find((event) => event.type === 'run.ended');
      if (ended !== undefined && ended.state !== 'superseded') {
        const isTold =
          !events.some(({ type }) => GOT_FURTHER.includes(type)) &&
          (await isToldToday(id, ended).catch(() => false));
        if (!isTold) await note(id, 'ended');
      }
      // Nor is it told that a request for an approval ended which goes on in another run.
      if (ended !== undefined && ended.takenOverBy === undefined) await announceRun(id, 'run.ended');
      await runs.append(id, events, at);
    },
    async setState(id, state, endedAt) {
      if (state === 'awaitingApproval' && !(await isAskedBefore(id))) {
        await note(id, 'awaitingApproval');
        await announceRun(id, 'run.awaitingApproval');
      }
      await runs.setState(id, state, endedAt);
    },
  };
}
