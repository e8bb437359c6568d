// Undoes what a run wrote, mailbox by mailbox, from the journal's before-images: a plan first, then the writing, which
// is journaled as a run of its own and can be rolled back itself. What users changed since is kept and reported.

import { Failure } from '../model/failure.ts';
import { type MailboxId, type RunId, policyId as toPolicyId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { PolicyRevision } from '../model/policy.ts';
import { ENDED_STATES, type Run, type RunEvent } from '../model/run.ts';
import { leftoverRulesOf } from './clean-up-leftovers.ts';
import { closeDeadRuns } from './earlier-runs.ts';
import { holdingPolicy } from './holding.ts';
import { rememberReturned } from './last-selection.ts';
import { tryEachMailbox } from './mailbox-tries.ts';
import { RollbackLeftovers } from './rollback-leftovers.ts';
import { type Returning, RollbackMailbox } from './rollback-mailbox.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';
import { RunRecorder } from './run-recorder.ts';

export interface RollbackRequest {
  /** Of the rollback itself. */
  readonly runId: RunId;
  readonly undoes: RunId;
  readonly mode: 'run' | 'test';
  /** Nothing given: every mailbox the run wrote to. */
  readonly mailboxIds?: readonly MailboxId[];
  readonly holder: string;
  readonly concurrency?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

type Work = RollbackMailbox | RollbackLeftovers;

/** Throws `notFound`, `runNotReversible` or `alreadyRunning` and then has changed nothing. */
export async function rollbackRun(
  request: RollbackRequest,
  ports: RunPorts,
  signal: AbortSignal,
): Promise<Run> {
  const original = await ports.runs.read(request.undoes);
  const revision = await ports.runs.readRevision(request.undoes);
  if (original === undefined || revision === undefined) {
    throw new Failure('notFound', { details: { run: request.undoes } });
  }
  const holding = { leases: ports.leases, holder: request.holder, signal };
  return holdingPolicy(original.policyId, holding, async (held) => {
    // Also the one to be undone, if its process died.
    await closeDeadRuns(original.policyId, ports);
    const { state = 'queued', ...undone } = (await ports.runs.read(request.undoes)) ?? {};
    if (!ENDED_STATES.includes(state) || !(await ports.journal.hasWrites(request.undoes))) {
      throw new Failure('runNotReversible', { details: { state } });
    }
    refusePruned(undone);
    const recorder = new RunRecorder(ports, newRun(request, original, ports), request.onEvent);
    await recorder.start(revision);
    return recorder.carryOut(held, () => carryOut(request, revision, ports, recorder, held));
  });
}

async function carryOut(
  request: RollbackRequest,
  revision: PolicyRevision,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Run> {
  // From now on nothing of it is pruned; it may have been a moment ago.
  refusePruned(await ports.runs.read(request.undoes));
  const mailboxes = await mailboxesOf(request, ports);
  const concurrency = request.concurrency ?? DEFAULT_CONCURRENCY;
  let failed = 0;
  const failedIn = (phase: 'planning' | 'applying') => async (mailbox: Work, failure: Failure) => {
    failed += 1;
    const { id: mailboxId, primarySmtpAddress } = mailbox.mailbox;
    await recorder.emit({
      type: 'mailbox.failed',
      mailboxId,
      primarySmtpAddress,
      phase,
      failure: failure.toRecord(),
    });
  };
  const rules = await leftoverRulesOf(request.undoes, ports);
  const { undoes, holder } = request;
  const works: readonly Work[] = mailboxes.map((mailbox) =>
    rules === undefined
      ? new RollbackMailbox(mailbox, undoes, revision, holder, ports, recorder, signal)
      : new RollbackLeftovers(mailbox, undoes, holder, ports, recorder, signal),
  );
  // Said of this run, too: it can be rolled back itself.
  if (rules !== undefined) await recorder.emit({ type: 'leftovers.sought', rules });

  await recorder.emit({
    type: 'mailboxes.read',
    found: mailboxes.length,
    targets: mailboxes.length,
    leaving: 0,
    skipped: [],
    isComplete: true,
    gaps: [],
  });
  await recorder.enter('planning');
  const returning: Returning = { people: new Set(), contacts: new Map() };
  const trying = { clock: ports.clock, recorder, concurrency, signal };
  await tryEachMailbox(works, trying, {
    isReading: true,
    work: (mailbox) => mailbox.plan(returning),
    onFailure: failedIn('planning'),
  });
  // For reports: the people of the undone run, and those whom only a before-image still knows.
  const contacts = new Map([...returning.contacts, ...(await ports.runs.readContacts(request.undoes))]);
  await ports.runs.saveContacts(request.runId, [...contacts.values()]);
  if (request.mode === 'test') return recorder.end(failed === 0 ? 'finished' : 'finishedWithErrors');

  // Before the writing, so that also after a rollback that was cut off the brake counts them.
  await rememberReturned(toPolicyId(revision.policy.id), returning.people, ports);
  await recorder.enter('applying');
  const planned = works.filter((work) => work.hasSomethingToDo);
  await tryEachMailbox(planned, trying, {
    work: (mailbox) => mailbox.apply(),
    onFailure: failedIn('applying'),
  });
  const contactsFailed = planned.some((work) => work.failed > 0);
  const isClean = failed === 0 && !contactsFailed && planned.every((work) => work.hasItsName);
  return recorder.end(isClean ? 'finished' : 'finishedWithErrors');
}

/** Half of the before-images would undo half of the run. */
function refusePruned(undone: Pick<Run, 'imagesPrunedAt'> | undefined): void {
  const pruned = undone?.imagesPrunedAt;
  if (pruned !== undefined) throw new Failure('runNotReversible', { details: { pruned } });
}

/** Mailboxes with anything in the journal of the run; the directory is not asked, they may have left it since. */
async function mailboxesOf(request: RollbackRequest, ports: RunPorts): Promise<readonly TargetMailbox[]> {
  const wanted = request.mailboxIds === undefined ? undefined : new Set(request.mailboxIds);
  const found = new Map<MailboxId, TargetMailbox>();
  for await (const { mailbox } of ports.runs.readPlans(request.undoes)) {
    if (wanted !== undefined && !wanted.has(mailbox.id)) continue;
    for await (const _entry of ports.journal.readRun(request.undoes, mailbox.id)) {
      found.set(mailbox.id, mailbox);
      break;
    }
  }
  return [...found.values()];
}

function newRun(request: RollbackRequest, original: Run, ports: RunPorts): Run {
  return {
    id: request.runId,
    kind: request.mode === 'test' ? 'test' : 'rollback',
    policyId: original.policyId,
    policyName: original.policyName,
    policyRevision: original.policyRevision,
    undoes: original.id,
    state: 'queued',
    startedAt: ports.clock.now().toISOString(),
    endedAt: undefined,
    holder: request.holder,
  };
}
