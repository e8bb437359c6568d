// Removes a policy's contacts from mailboxes, with the same planner, journal and report as a run; and finds what was
// left behind by policies that nobody remembers.

import { rulesDigest } from '../core/fingerprint.ts';
import { Failure } from '../model/failure.ts';
import { policyId, type RunId, type SourceObjectId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { MailboxesPart, PolicyRevision } from '../model/policy.ts';
import type { Run, RunEvent } from '../model/run.ts';
import type { MarkedFolder } from '../ports/mailbox-target.ts';
import { applyWaves } from './apply-waves.ts';
import { closeDeadRuns, supersedeWaiting } from './earlier-runs.ts';
import { holdingPolicy } from './holding.ts';
import { forEachBounded } from './mailbox-pool.ts';
import { tryEachMailbox } from './mailbox-tries.ts';
import { isNothingToDo, type PlanningContext, planOneMailbox } from './plan-mailbox.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';
import { RunRecorder } from './run-recorder.ts';

export interface CleanUpRequest {
  readonly runId: RunId;
  /** The policy whose contacts go; for a forgotten one, any policy document with its id. */
  readonly revision: PolicyRevision;
  readonly mailboxes: readonly TargetMailbox[];
  /** Only their contacts go, by order; nothing given: everybody's. */
  readonly people?: ReadonlySet<SourceObjectId>;
  readonly mode: 'run' | 'test';
  readonly holder: string;
  readonly concurrency?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

export async function cleanUp(request: CleanUpRequest, ports: RunPorts, signal: AbortSignal): Promise<Run> {
  const { policy, revision } = request.revision;
  const id = policyId(policy.id);
  return holdingPolicy(id, { leases: ports.leases, holder: request.holder, signal }, async (held) => {
    await closeDeadRuns(id, ports);
    const run: Run = {
      id: request.runId,
      kind: request.mode === 'test' ? 'test' : 'cleanup',
      policyId: id,
      policyName: policy.name,
      policyRevision: revision,
      undoes: undefined,
      state: 'queued',
      startedAt: ports.clock.now().toISOString(),
      endedAt: undefined,
      holder: request.holder,
    };
    const recorder = new RunRecorder(ports, run, request.onEvent);
    await recorder.start(request.revision);
    return recorder.carryOut(held, () => carryOut(request, ports, recorder, held));
  });
}

async function carryOut(
  request: CleanUpRequest,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Run> {
  const { policy } = request.revision;
  const { people } = request;
  const context: PlanningContext = {
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
    now: ports.clock.now().toISOString(),
    emptyReason: 'policyRemoved',
  };
  // A mailbox that loses one person is not emptied.
  const purpose = people === undefined ? 'empty' : 'fill';
  const concurrency = request.concurrency ?? DEFAULT_CONCURRENCY;
  let failed = 0;
  await recorder.enter('planning');
  const trying = { clock: ports.clock, recorder, concurrency, signal };
  await tryEachMailbox(request.mailboxes, trying, {
    isReading: true,
    work: async (mailbox) => {
      const { plan } = await planOneMailbox(mailbox, purpose, context, ports, signal);
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
      failed += 1;
      await recorder.emit({
        type: 'mailbox.failed',
        mailboxId: mailbox.id,
        primarySmtpAddress: mailbox.primarySmtpAddress,
        phase: 'planning',
        failure: failure.toRecord(),
      });
    },
  });
  if (request.mode === 'test') return recorder.end(failed === 0 ? 'finished' : 'finishedWithErrors');
  await supersedeWaiting(context.policyId, ports);
  await recorder.enter('applying');
  const input = {
    revision: request.revision,
    context,
    recent: undefined,
    holder: request.holder,
    concurrency,
  };
  const applied = await applyWaves(input, ports, recorder, signal);
  // Where its contacts are gone, the other policies of the folder must not wait for it.
  if (people === undefined) await ports.memory.removeOffer(context.policyId);
  return recorder.end(failed + applied.failed === 0 ? 'finished' : 'finishedWithErrors', applied.failure);
}

export interface ScannedMailbox {
  readonly mailbox: TargetMailbox;
  readonly folders: readonly MarkedFolder[];
  readonly failure: Failure | undefined;
}

/** Looks into every mailbox of the scope for folders with our mark, whatever policy they belong to. */
export async function scanMailboxes(
  request: { readonly scope: MailboxesPart; readonly concurrency?: number },
  ports: Pick<RunPorts, 'directory' | 'targets'>,
  signal: AbortSignal,
): Promise<{ readonly mailboxes: readonly ScannedMailbox[]; readonly isComplete: boolean }> {
  const reading = await ports.directory.readMailboxes(request.scope, signal);
  const scanned: ScannedMailbox[] = [];
  await forEachBounded(
    reading.mailboxes,
    request.concurrency ?? DEFAULT_CONCURRENCY,
    signal,
    async (mailbox) => {
      const folders = await ports.targets.scan(mailbox, signal);
      scanned.push({ mailbox, folders, failure: undefined });
    },
    async (mailbox, failure) => {
      scanned.push({ mailbox, folders: [], failure });
    },
  );
  return { mailboxes: scanned, isComplete: reading.isComplete };
}
