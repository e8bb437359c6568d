// Removes what other tools left, as far as an administrator's rules recognize it: all mailboxes are planned, the plan waits
// for an approval, and then every item goes to Deleted Items, journaled as it was. Nothing with a mark of ours is touched.

import { recognizer } from '../core/recognize-leftovers.ts';
import { type MailboxId, policyId, type RunId } from '../model/ids.ts';
import type { LeftoverRules } from '../model/leftovers.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { Run, RunEvent } from '../model/run.ts';
import type { StoredPlan } from '../ports/run-store.ts';
import { applyLeftovers, type EarlierLeftoverTries } from './apply-leftovers.ts';
import { supersedeWaiting } from './earlier-runs.ts';
import { inNewRun } from './in-new-run.ts';
import { tryEachMailbox } from './mailbox-tries.ts';
import { leftoversIn, planOfLeftovers, readLeftovers } from './plan-leftovers.ts';
import { isNothingToDo } from './plan-mailbox.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';
import { waitForApproval } from './wait-for-approval.ts';

export interface LeftoversRequest {
  readonly runId: RunId;
  /** No policy writes here: a document that stands for what is cleaned up, one per environment. */
  readonly revision: PolicyRevision;
  readonly rules: LeftoverRules;
  readonly mailboxes: readonly TargetMailbox[];
  readonly mode: 'run' | 'test';
  readonly holder: string;
  readonly concurrency?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

export async function cleanUpLeftovers(
  request: LeftoversRequest,
  ports: RunPorts,
  signal: AbortSignal,
): Promise<Run> {
  return inNewRun(
    request.mode === 'test' ? 'test' : 'cleanup',
    request,
    ports,
    signal,
    async (recorder, held) => {
      await recorder.emit({ type: 'leftovers.sought', rules: request.rules });
      return carryOut(request, ports, recorder, held);
    },
  );
}

async function carryOut(
  request: LeftoversRequest,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Run> {
  const { rules, mailboxes } = request;
  const id = policyId(request.revision.policy.id);
  const recognize = recognizer(rules);
  let failed = 0;
  let concerned = 0;
  await recorder.enter('planning');
  const concurrency = request.concurrency ?? DEFAULT_CONCURRENCY;
  await tryEachMailbox(
    mailboxes,
    { clock: ports.clock, recorder, concurrency, signal },
    {
      isReading: true,
      work: async (mailbox) => {
        const found = await readLeftovers(leftoversIn(ports.targets, mailbox), rules, recognize, signal);
        const plan = planOfLeftovers(mailbox, id, rules, found);
        if (!isNothingToDo(plan)) concerned += 1;
        const progress = isNothingToDo(plan) ? 'done' : 'planned';
        await ports.runs.savePlan(request.runId, { mailbox, plan, progress });
        const { counts, notices, purpose, mailboxId, primarySmtpAddress } = plan;
        await recorder.emit({
          type: 'mailbox.planned',
          ...{ mailboxId, primarySmtpAddress, purpose, counts, notices },
        });
      },
      onFailure: async (mailbox, failure) => {
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
    },
  );
  const endOfTest = failed === 0 ? 'finished' : 'finishedWithErrors';
  if (concerned === 0) {
    if (request.mode === 'run') await supersedeWaiting(id, ports);
    return recorder.end(endOfTest);
  }
  // These items are not ours, and nobody can tell what their users put into them: a person sees the plan, always.
  const reason = {
    rule: 'mailboxes',
    count: concerned,
    base: mailboxes.length,
    limit: 0,
    unit: 'count',
  } as const;
  return waitForApproval(request, [reason], endOfTest, ports, recorder);
}

export interface ApprovedLeftovers {
  readonly rules: LeftoverRules;
  readonly holder: string;
  readonly concurrency: number;
  readonly isPlannedWhole: boolean;
}

/** The plans of a clean-up that waited, once they are released. */
export async function applyApprovedLeftovers(
  approved: ApprovedLeftovers,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<Run> {
  const { rules, holder, concurrency } = approved;
  const runId = recorder.run.id;
  let isClean = approved.isPlannedWhole;
  const tries = new Map<MailboxId, EarlierLeftoverTries>();
  const planned = async function* (): AsyncIterable<StoredPlan> {
    for await (const stored of ports.runs.readPlans(runId)) if (stored.progress !== 'done') yield stored;
  };
  await tryEachMailbox(
    planned(),
    { clock: ports.clock, recorder, concurrency, signal },
    {
      work: async (stored) => {
        const earlier = tries.get(stored.mailbox.id) ?? { doubts: [], failedFor: new Set() };
        tries.set(stored.mailbox.id, earlier);
        const work = { stored, earlier, rules, recognize: recognizer(rules), holder };
        if (!(await applyLeftovers(work, ports, recorder, signal))) isClean = false;
      },
      onFailure: async ({ mailbox }, failure) => {
        isClean = false;
        await ports.runs.setProgress(runId, mailbox.id, 'failed');
        await recorder.emit({
          type: 'mailbox.failed',
          mailboxId: mailbox.id,
          primarySmtpAddress: mailbox.primarySmtpAddress,
          phase: 'applying',
          failure: failure.toRecord(),
        });
      },
    },
  );
  return recorder.end(isClean ? 'finished' : 'finishedWithErrors');
}

/** undefined: the run removed, or brought back, something else. */
export async function leftoverRulesOf(
  runId: RunId,
  { runs }: Pick<RunPorts, 'runs'>,
): Promise<LeftoverRules | undefined> {
  const [sought] = await runs.readEvents(runId, ['leftovers.sought']);
  return sought?.type === 'leftovers.sought' ? sought.rules : undefined;
}
