// Removes a policy's contacts from mailboxes, with the same planner, brake, journal and report as a run.

import { addToTally, emptyTally, engageBrake } from '../core/brake.ts';
import { rulesDigest } from '../core/fingerprint.ts';
import { Failure } from '../model/failure.ts';
import { type MailboxId, policyId, type RunId, type SourceObjectId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { BrakeLimits, PolicyRevision } from '../model/policy.ts';
import type { Run, RunEvent } from '../model/run.ts';
import { applyWaves } from './apply-waves.ts';
import { supersedeWaiting } from './earlier-runs.ts';
import { inNewRun } from './in-new-run.ts';
import { tryEachMailbox } from './mailbox-tries.ts';
import { isNothingToDo, type PlanningContext, planOneMailbox } from './plan-mailbox.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';
import { waitForApproval } from './wait-for-approval.ts';

export interface CleanUpRequest {
  readonly runId: RunId;
  /** The policy whose contacts go; for a forgotten one, any policy document with its id. */
  readonly revision: PolicyRevision;
  readonly mailboxes: readonly TargetMailbox[];
  /** Only their contacts go, by order; nothing given: everybody's. */
  readonly people?: ReadonlySet<SourceObjectId>;
  /** Where more mailboxes would be emptied the plan waits for an approval; nothing given: it was approved before. */
  readonly brake?: CleanUpBrake;
  readonly mode: 'run' | 'test';
  readonly holder: string;
  readonly concurrency?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface CleanUpBrake {
  readonly limits: BrakeLimits;
  /** All that the policy is known to have written to. */
  readonly written: ReadonlySet<MailboxId>;
}

export async function cleanUp(request: CleanUpRequest, ports: RunPorts, signal: AbortSignal): Promise<Run> {
  return inNewRun(request.mode === 'test' ? 'test' : 'cleanup', request, ports, signal, (recorder, held) =>
    carryOut(request, ports, recorder, held),
  );
}

async function carryOut(
  request: CleanUpRequest,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Run> {
  const { people, revision } = request;
  const context = contextOf(revision, ports.clock.now().toISOString(), people);
  // A mailbox that loses one person is not emptied.
  const purpose = people === undefined ? 'empty' : 'fill';
  const concurrency = request.concurrency ?? DEFAULT_CONCURRENCY;
  const tally = emptyTally();
  let failed = 0;
  await recorder.enter('planning');
  const trying = { clock: ports.clock, recorder, concurrency, signal };
  await tryEachMailbox(request.mailboxes, trying, {
    isReading: true,
    work: async (mailbox) => {
      const { plan } = await planOneMailbox(mailbox, purpose, context, ports, signal);
      addToTally(tally, plan);
      // What a newer release wrote can only be removed by it; that is no success.
      const isNewer = plan.notices.some(({ kind }) => kind === 'newerMark');
      // Also a mailbox with nothing left is applied, so that it is no longer remembered as written to.
      const isDone = isNewer || (isNothingToDo(plan) && (request.mode === 'test' || people !== undefined));
      const progress = isDone ? 'done' : 'planned';
      await ports.runs.savePlan(request.runId, { mailbox, plan, progress });
      await recorder.emit({
        type: 'mailbox.planned',
        mailboxId: mailbox.id,
        primarySmtpAddress: mailbox.primarySmtpAddress,
        purpose,
        counts: plan.counts,
        notices: plan.notices,
      });
      if (isNewer) throw new Failure('newerMark');
    },
    onFailure: async (mailbox, failure) => {
      // A mailbox that is gone took its contacts along; should it come back, it is still remembered.
      const isGone = failure.code === 'mailboxNotProvisioned';
      if (!isGone) failed += 1;
      await recorder.emit({
        type: isGone ? 'mailbox.skipped' : 'mailbox.failed',
        mailboxId: mailbox.id,
        primarySmtpAddress: mailbox.primarySmtpAddress,
        phase: 'planning',
        failure: failure.toRecord(),
      });
    },
  });
  const endOfTest = failed === 0 ? 'finished' : 'finishedWithErrors';
  if (request.brake !== undefined) {
    const { limits, written } = request.brake;
    const reasons = engageBrake({ limits, tally, lastPeople: new Set(), lastMailboxes: written });
    if (reasons.length > 0) return waitForApproval(request, reasons, endOfTest, ports, recorder);
  }
  if (request.mode === 'test') return recorder.end(endOfTest);
  await supersedeWaiting(context.policyId, ports);
  await recorder.enter('applying');
  const work = { revision, holder: request.holder, concurrency, isPlannedWhole: failed === 0 };
  return applyAll(work, context, ports, recorder, signal);
}

export interface ApprovedCleanUp {
  readonly revision: PolicyRevision;
  readonly holder: string;
  readonly concurrency: number;
  /** false: a mailbox failed while it was planned. */
  readonly isPlannedWhole: boolean;
}

/** The plans of a clean-up that waited, once they are released. */
export function applyCleanUp(
  approved: ApprovedCleanUp,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Run> {
  const context = contextOf(approved.revision, recorder.run.startedAt);
  return applyAll(approved, context, ports, recorder, signal);
}

async function applyAll(
  { revision, holder, concurrency, isPlannedWhole }: ApprovedCleanUp,
  context: PlanningContext,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Run> {
  const input = { revision, context, recent: undefined, holder, concurrency };
  const applied = await applyWaves(input, ports, recorder, signal);
  if (context.only === undefined && (await wasWhole(recorder, context, ports))) {
    // Where its contacts are gone, the other policies of the folder must not wait for it.
    await ports.memory.removeOffer(context.policyId);
  }
  const isClean = isPlannedWhole && applied.failed === 0;
  return recorder.end(isClean ? 'finished' : 'finishedWithErrors', applied.failure);
}

/** No mailbox that the policy wrote to was left out on purpose. */
async function wasWhole(
  { run }: RunRecorder,
  { policyId: id }: PlanningContext,
  ports: RunPorts,
): Promise<boolean> {
  const events = await ports.runs.readEvents(run.id, [
    'mailbox.planned',
    'mailbox.failed',
    'mailbox.skipped',
  ]);
  const met = new Set(events.flatMap((event) => ('mailboxId' in event ? [event.mailboxId] : [])));
  return (await ports.memory.readWrittenMailboxes(id)).every((mailbox) => met.has(mailbox.id));
}

function contextOf(
  { policy }: PolicyRevision,
  now: string,
  people?: ReadonlySet<SourceObjectId>,
): PlanningContext {
  return {
    policy,
    policyId: policyId(policy.id),
    wanted: new Map(),
    undecided: new Set(),
    markedNoContactSync: new Set(),
    withheld: people ?? new Set(),
    ...(people === undefined ? {} : { only: people }),
    departures: new Map(),
    mayDelete: true,
    rulesDigest: rulesDigest(policy),
    now,
    emptyReason: 'policyRemoved',
  };
}
