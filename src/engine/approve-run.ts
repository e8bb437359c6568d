// Releases a run that waits at the brake: the stored plans are applied, and a mailbox that moved on meanwhile is
// written only if it loses nothing beyond what was approved.

import { rulesDigest } from '../core/fingerprint.ts';
import { Failure } from '../model/failure.ts';
import type { MailboxId, RunId, SourceObjectId } from '../model/ids.ts';
import type { Companion } from '../model/offer.ts';
import type { Run, RunEvent } from '../model/run.ts';
import type { LicenseLimit } from '../ports/license.ts';
import { applyWaves } from './apply-waves.ts';
import { applyCleanUp } from './clean-up.ts';
import { applyApprovedLeftovers, leftoverRulesOf } from './clean-up-leftovers.ts';
import { readCompanions, rememberOffer } from './companions.ts';
import { holdingPolicy } from './holding.ts';
import { rememberSelection, withUnreadable } from './last-selection.ts';
import { requireLicense } from './license-check.ts';
import { planDigest } from './plan-digest.ts';
import type { PlanningContext } from './plan-mailbox.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';
import { RunRecorder } from './run-recorder.ts';
import { APPROVAL_LIFE_MS } from './wait-for-approval.ts';
import { filledMailboxes, writePhotos } from './write-photos.ts';

export interface ApprovalRequest {
  readonly runId: RunId;
  /** What the person saw; another one is refused with `planChanged`. */
  readonly digest: string;
  readonly approvedBy: string;
  readonly holder: string;
  readonly limit: LicenseLimit;
  readonly concurrency?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Throws `nothingToApprove`, `planChanged`, `alreadyRunning`, `trialOver` or `licenseExpired` and then has changed nothing. */
export async function approveRun(
  request: ApprovalRequest,
  ports: RunPorts,
  signal: AbortSignal,
): Promise<Run> {
  const waiting = await ports.runs.read(request.runId);
  if (waiting === undefined) throw new Failure('notFound', { details: { run: request.runId } });
  if (waiting.kind !== 'cleanup') requireLicense(request.limit);
  const holding = { leases: ports.leases, holder: request.holder, signal };
  return holdingPolicy(waiting.policyId, holding, async (held) => {
    // Read again under the lease: another process may have approved or superseded it meanwhile.
    const run = await ports.runs.read(request.runId);
    const pending = await ports.runs.readApproval(request.runId);
    const revision = await ports.runs.readRevision(request.runId);
    if (run?.state !== 'awaitingApproval' || pending === undefined || revision === undefined) {
      throw new Failure('nothingToApprove', { details: { state: run?.state ?? 'unknown' } });
    }
    const concurrency = request.concurrency ?? DEFAULT_CONCURRENCY;
    const recorder = new RunRecorder(ports, run, request.onEvent, concurrency);
    if (ports.clock.now().getTime() - Date.parse(pending.since) > APPROVAL_LIFE_MS) {
      await recorder.end(
        'superseded',
        new Failure('nothingToApprove', { details: { since: pending.since } }),
      );
      throw new Failure('nothingToApprove', { details: { since: pending.since } });
    }
    const actual = await planDigest(request.runId, revision, ports.runs);
    if (request.digest !== actual || pending.digest !== actual) throw new Failure('planChanged');

    const goOn = async (): Promise<void> => {
      await recorder.resume(await ports.runs.readEvents(request.runId), revision.policy);
      await recorder.emit({ type: 'brake.released', approvedBy: request.approvedBy });
      await recorder.enter('applying');
    };
    if (run.kind === 'cleanup') {
      await goOn();
      const isPlannedWhole = !(await hasFailedInPlanning(request.runId, ports));
      const approved = { revision, holder: request.holder, concurrency, isPlannedWhole };
      const rules = await leftoverRulesOf(request.runId, ports);
      return recorder.carryOut(held, () =>
        rules === undefined
          ? applyCleanUp(approved, ports, recorder, held)
          : applyApprovedLeftovers({ ...approved, rules }, ports, recorder, held),
      );
    }
    const { context, mailboxIds, companions } = await contextOf(request.runId, run, revision, ports);
    await goOn();
    return recorder.carryOut(held, async () => {
      const applied = await applyWaves(
        { revision, context, recent: undefined, holder: request.holder, concurrency },
        ports,
        recorder,
        held,
      );
      const isPlannedWhole = !(await hasFailedInPlanning(request.runId, ports));
      const reachedAll = isPlannedWhole && applied.reachedAll;
      const last = await ports.memory.readLastSelection(run.policyId);
      const before = last?.sourceObjectIds ?? context.undecided;
      const people = withUnreadable(context.wanted, context.undecided, before);
      await rememberSelection(run.policyId, { people, mailboxIds, reachedAll }, ports);
      const ended = {
        people: { ...context, isComplete: true },
        mailboxIds,
        areAllMailboxes: !(await hasFailedInPlanning(request.runId, ports)),
        unreached: applied.unreached,
      };
      await rememberOffer(revision.policy, companions, ended, ports);
      const { policy, policyId, wanted } = context;
      const pass = { policy, policyId, wanted, holder: request.holder, concurrency };
      await writePhotos(pass, await filledMailboxes(recorder, ports), ports, recorder, held);
      const isClean = isPlannedWhole && applied.isClean;
      return await recorder.end(isClean ? 'finished' : 'finishedWithErrors', applied.failure);
    });
  });
}

/** Mailboxes without a plan are no part of what was approved. */
async function hasFailedInPlanning(runId: RunId, ports: RunPorts): Promise<boolean> {
  const events = await ports.runs.readEvents(runId);
  return events.some((event) => event.type === 'mailbox.failed' && event.phase === 'planning');
}

/** The planning context of the waiting run, from what it stored; used where a mailbox must be planned again. */
async function contextOf(
  runId: RunId,
  run: Run,
  revision: PlanningRevision,
  ports: RunPorts,
): Promise<{
  context: PlanningContext;
  mailboxIds: ReadonlySet<MailboxId>;
  companions: readonly Companion[];
}> {
  const markedNoContactSync = new Set<SourceObjectId>();
  const mailboxIds = new Set<MailboxId>();
  for await (const { plan } of ports.runs.readPlans(runId)) {
    if (plan.purpose === 'fill') mailboxIds.add(plan.mailboxId);
    for (const change of plan.changes) {
      if (change.reason === 'markedNoContactSync') markedNoContactSync.add(change.sourceObjectId);
    }
  }
  const { policy } = revision;
  const withheld = await ports.withheld.ids();
  // Who was removed by order since the plan was made is not brought back by it.
  const wanted = [...(await ports.runs.readContacts(runId))].filter(([id]) => !withheld.has(id));
  const people = { wanted: new Map(wanted), undecided: await unreadableOf(runId, ports), withheld };
  const { merger, companions } = await readCompanions(policy, people, ports);
  const context: PlanningContext = {
    policy,
    policyId: run.policyId,
    wanted: people.wanted,
    undecided: people.undecided,
    markedNoContactSync,
    withheld,
    departures: await ports.memory.readDepartures(run.policyId),
    // The brake only engages on deletions, and an incomplete reading plans none.
    mayDelete: true,
    rulesDigest: rulesDigest(policy),
    now: run.startedAt,
    emptyReason: 'mailboxLeft',
    merger,
  };
  return { context, mailboxIds, companions };
}

/** The brake does not engage on an incomplete reading, so that there is nobody else who is undecided. */
async function unreadableOf(runId: RunId, { runs }: RunPorts): Promise<ReadonlySet<SourceObjectId>> {
  const events = await runs.readEvents(runId, ['source.read']);
  return new Set(events.flatMap((event) => (event.type === 'source.read' ? (event.unreadable ?? []) : [])));
}

type PlanningRevision = NonNullable<Awaited<ReturnType<RunPorts['runs']['readRevision']>>>;
