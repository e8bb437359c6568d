// One run of a policy, top to bottom, in the words of the flow: read -> select -> map -> plan every mailbox -> brake ->
// apply -> end. A test run ends after the brake; an engaged brake waits there.

import { addToTally, type BrakeTally, emptyTally, engageBrake } from '../core/brake.ts';
import { rulesDigest } from '../core/fingerprint.ts';
import { Failure } from '../model/failure.ts';
import type { FailureCode } from '../model/failure-codes.ts';
import type { MailboxId, PolicyId, SourceObjectId } from '../model/ids.ts';
import { policyId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { Run } from '../model/run.ts';
import { applyWaves } from './apply-waves.ts';
import { readCompanions, rememberOffer } from './companions.ts';
import { supersedeWaiting } from './earlier-runs.ts';
import { expectedWrites } from './expected-writes.ts';
import { inNewRun } from './in-new-run.ts';
import { rememberSelection, withUnreadable } from './last-selection.ts';
import { requireLicense } from './license-check.ts';
import { tryEachMailbox } from './mailbox-tries.ts';
import { isNothingToDo, type PlannedMailbox, type PlanningContext, planOneMailbox } from './plan-mailbox.ts';
import { readSource, type SourceResult } from './read-source.ts';
import { readTargets, type TargetsResult } from './read-targets.ts';
import { RecentMailboxes } from './recent-mailboxes.ts';
import { DEFAULT_CONCURRENCY, type RunPorts, type RunRequest } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';
import { waitForApproval } from './wait-for-approval.ts';
import { writePhotos } from './write-photos.ts';

/** A right of the whole account that shows at a mailbox. */
const DENIALS: readonly FailureCode[] = ['mailboxAccessDenied', 'impersonationDenied'];

/**
 * Runs the policy and returns the ended (or waiting) run; what went wrong stands in its events. Throws only what is
 * known before the run exists: `alreadyRunning`, `trialOver`, `licenseExpired`.
 */
export async function runPolicy(request: RunRequest, ports: RunPorts, signal: AbortSignal): Promise<Run> {
  if (request.mode === 'run') requireLicense(request.limit);
  return inNewRun(request.mode, request, ports, signal, (recorder, held) =>
    carryOut(request, ports, recorder, held),
  );
}

async function carryOut(
  request: RunRequest,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Run> {
  const { policy } = request.revision;
  const id = policyId(policy.id);

  await recorder.enter('reading');
  const source = await readSource(request, ports, recorder, signal);
  const targets = await readTargets(request, ports, recorder, signal);
  const { merger, companions } = await readCompanions(policy, source, ports);
  await ports.runs.saveContacts(request.runId, merger?.shown() ?? [...source.wanted.values()]);

  await recorder.enter('planning');
  const last = await ports.memory.readLastSelection(id);
  await recorder.foretell(source.wanted.size, await expectedWrites(id, source, targets, last, ports));
  const mayDelete = source.isComplete && targets.isComplete;
  const departures = departuresNow(
    await ports.memory.readDepartures(id),
    last?.sourceObjectIds,
    source,
    ports,
  );
  const context: PlanningContext = {
    policy,
    policyId: id,
    wanted: source.wanted,
    undecided: source.undecided,
    markedNoContactSync: source.markedNoContactSync,
    withheld: source.withheld,
    departures,
    mayDelete,
    rulesDigest: rulesDigest(policy),
    now: ports.clock.now().toISOString(),
    emptyReason: 'mailboxLeft',
    merger,
  };
  // Without an earlier run everybody found in a mailbox counts as somebody who was there.
  const tally = emptyTally((one) => last?.sourceObjectIds.has(one) ?? true);
  const planned = await planAll(request, targets, context, tally, ports, recorder, signal);

  // Without an earlier run, the marks found in the mailboxes tell who was there before.
  const lastPeople = last?.sourceObjectIds ?? planned.peopleFound;
  const lastMailboxes =
    last?.mailboxIds ?? new Set([...targets.fill, ...targets.leaving].map((box) => box.id));
  if (request.mode === 'run' && source.isComplete) {
    await ports.memory.saveDepartures(id, withFound(departures, planned.peopleFound, source, context.now));
  }
  const reasons = engageBrake({ limits: policy.brake, tally, lastPeople, lastMailboxes });
  const isPlannedWhole = planned.failed === 0 && mayDelete;
  const endOfTest = isPlannedWhole ? 'finished' : 'finishedWithErrors';
  if (reasons.length > 0) return await waitForApproval(request, reasons, endOfTest, ports, recorder);
  if (request.mode === 'test') return await recorder.end(endOfTest);

  await supersedeWaiting(id, ports);
  await recorder.emit({ type: 'brake.released', approvedBy: undefined });
  await recorder.enter('applying');
  const applied = await applyWaves(
    {
      revision: request.revision,
      context,
      recent: planned.recent,
      holder: request.holder,
      concurrency: concurrencyOf(request),
    },
    ports,
    recorder,
    signal,
  );
  if (mayDelete) {
    const ended = {
      people: withUnreadable(source.wanted, source.undecided, lastPeople),
      mailboxIds: new Set([...targets.fill, ...targets.undecided].map((box) => box.id)),
      reachedAll: planned.failed === 0 && applied.reachedAll,
    };
    await rememberSelection(id, ended, ports);
  }
  const fill = {
    mailboxIds: [...targets.fill, ...targets.undecided].map((box) => box.id),
    areAllMailboxes: targets.isComplete,
    unreached: new Set([
      ...planned.unreached,
      ...applied.unreached,
      ...targets.undecided.map((box) => box.id),
    ]),
  };
  await rememberOffer(policy, companions, { people: source, ...fill }, ports);
  const concurrency = concurrencyOf(request);
  const pass = { policy, policyId: id, wanted: source.wanted, holder: request.holder, concurrency };
  await writePhotos(pass, targets.fill, ports, recorder, signal);
  const isClean = isPlannedWhole && applied.isClean;
  return await recorder.end(isClean ? 'finished' : 'finishedWithErrors', applied.failure);
}

interface PlannedAll {
  readonly peopleFound: ReadonlySet<SourceObjectId>;
  readonly recent: RecentMailboxes;
  readonly failed: number;
  readonly unreached: ReadonlySet<MailboxId>;
}

async function planAll(
  request: RunRequest,
  targets: TargetsResult,
  context: PlanningContext,
  tally: BrakeTally,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<PlannedAll> {
  const peopleFound = new Set<SourceObjectId>();
  const recent = new RecentMailboxes();
  let failed = 0;
  const unreached = new Set<MailboxId>();
  let denied = 0;
  let opened = 0;
  const work: { mailbox: TargetMailbox; purpose: 'fill' | 'empty' }[] = [
    ...targets.fill.map((mailbox) => ({ mailbox, purpose: 'fill' as const })),
    ...targets.leaving.map((mailbox) => ({ mailbox, purpose: 'empty' as const })),
  ];
  const trying = { clock: ports.clock, recorder, concurrency: concurrencyOf(request), signal };
  await tryEachMailbox(work, trying, {
    isReading: true,
    work: async ({ mailbox, purpose }) => {
      const compareAll = request.repaired?.has(mailbox.id) === true;
      const planned = await planOneMailbox(mailbox, purpose, context, ports, signal, { compareAll });
      const { plan } = planned;
      opened += 1;
      for (const id of peopleIn(planned, context.policyId)) peopleFound.add(id);
      addToTally(tally, plan);
      // A mailbox that left with nothing of ours in it is applied all the same, and then no longer remembered.
      const isEmptyAlready =
        purpose === 'empty' && context.mayDelete && plan.managedCount === 0 && plan.notices.length === 0;
      const isDone = isNothingToDo(plan) && !(isEmptyAlready && request.mode === 'run');
      const progress = isDone ? 'done' : 'planned';
      await ports.runs.savePlan(request.runId, { mailbox, plan, progress });
      if (progress === 'planned') recent.add(mailbox.id, planned);
      const { id: mailboxId, primarySmtpAddress } = mailbox;
      const { counts, notices } = plan;
      await recorder.emit({
        type: 'mailbox.planned',
        mailboxId,
        primarySmtpAddress,
        purpose,
        counts,
        notices,
      });
      // A refused folder or a newer mark is the mailbox's failure, not only a remark.
      for (const notice of notices) {
        if (notice.kind !== 'folderRefused' && notice.kind !== 'newerMark') continue;
        failed += 1;
        unreached.add(mailboxId);
        const failure = new Failure(notice.kind, {
          details: { folder: context.policy.folder.name },
        }).toRecord();
        await recorder.emit({
          type: 'mailbox.failed',
          mailboxId,
          primarySmtpAddress,
          phase: 'planning',
          failure,
        });
      }
    },
    onFailure: async ({ mailbox }, failure) => {
      unreached.add(mailbox.id);
      // A mailbox that is not provisioned yet is a notice; the rest are errors.
      const isNotice = failure.code === 'mailboxNotProvisioned';
      if (!isNotice) failed += 1;
      if (DENIALS.includes(failure.code)) denied += 1;
      await recorder.emit({
        type: isNotice ? 'mailbox.skipped' : 'mailbox.failed',
        mailboxId: mailbox.id,
        primarySmtpAddress: mailbox.primarySmtpAddress,
        phase: 'planning',
        failure: failure.toRecord(),
      });
    },
  });
  // Not a matter of single mailboxes: a right is missing, and the administrator must read that first.
  if (opened === 0 && denied > 0 && denied === failed) {
    throw new Failure('everyMailboxDenied', { details: { mailboxes: denied } });
  }
  return { peopleFound, recent, failed, unreached };
}

function peopleIn(planned: PlannedMailbox, id: PolicyId): readonly SourceObjectId[] {
  return planned.snapshot.contacts.flatMap(({ mark }) =>
    mark.policyId === id && mark.sourceObjectId !== undefined ? [mark.sourceObjectId] : [],
  );
}

/** Who is missing since when: earlier departures that did not come back, and those who left since the last run. */
function departuresNow(
  before: ReadonlyMap<SourceObjectId, string>,
  lastPeople: ReadonlySet<SourceObjectId> | undefined,
  source: SourceResult,
  ports: RunPorts,
): ReadonlyMap<SourceObjectId, string> {
  if (!source.isComplete) return before;
  const now = ports.clock.now().toISOString();
  const departures = new Map<SourceObjectId, string>();
  const isThere = (id: SourceObjectId) => source.wanted.has(id) || source.undecided.has(id);
  for (const [id, since] of before) if (!isThere(id)) departures.set(id, since);
  for (const id of lastPeople ?? []) {
    if (!isThere(id) && !departures.has(id)) departures.set(id, now);
  }
  return departures;
}

/** People found in mailboxes whom no earlier run remembers: their grace starts now. */
function withFound(
  departures: ReadonlyMap<SourceObjectId, string>,
  found: ReadonlySet<SourceObjectId>,
  source: SourceResult,
  now: string,
): ReadonlyMap<SourceObjectId, string> {
  const all = new Map(departures);
  for (const id of found) {
    if (!source.wanted.has(id) && !source.undecided.has(id) && !all.has(id)) all.set(id, now);
  }
  return all;
}

function concurrencyOf(request: RunRequest): number {
  return request.concurrency ?? DEFAULT_CONCURRENCY;
}
