// Second pass over all mailboxes: waves of the stored plans, each a bounded number of mailboxes at a time. A failed
// wave ends the run. A mailbox whose trouble may pass is tried once more at the end of its wave; one that another run
// writes at the moment is waited for.

import { Failure } from '../model/failure.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { StoredPlan } from '../ports/run-store.ts';
import { type ApplyInput, applyPlan } from './apply-plan.ts';
import { forEachBounded, throwIfAborted } from './mailbox-pool.ts';
import type { PlanningContext } from './plan-mailbox.ts';
import type { RecentMailboxes } from './recent-mailboxes.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';
import { type OnWritten, watchedTarget, watchedTargets } from './watched-writes.ts';
import { type WaveCandidate, wavesOf } from './waves.ts';

/** Two policies over the same mailboxes meet for the time of one mailbox; a first fill of it may take minutes. */
const BUSY_WAITS_MS = [1_000, 3_000, 10_000, 30_000, 60_000, 60_000, 120_000] as const;

export interface ApplyAllInput {
  readonly revision: PolicyRevision;
  readonly context: PlanningContext;
  readonly recent: RecentMailboxes | undefined;
  readonly holder: string;
  readonly concurrency: number;
}

export interface AppliedAll {
  /** Mailboxes and contacts that failed. */
  readonly failed: number;
  /** false: a mailbox failed as a whole, or a wave was not begun. */
  readonly reachedAll: boolean;
  /** Set when a wave failed and the others were not begun. */
  readonly failure: Failure | undefined;
}

export async function applyWaves(
  input: ApplyAllInput,
  ports: RunPorts,
  recorder: RunRecorder,
  signal: AbortSignal,
): Promise<AppliedAll> {
  const runId = recorder.run.id;
  const candidates: WaveCandidate[] = [];
  for await (const { mailbox, progress } of ports.runs.readPlans(runId)) {
    if (progress !== 'done')
      candidates.push({ id: mailbox.id, primarySmtpAddress: mailbox.primarySmtpAddress });
  }
  const waves = wavesOf(candidates, input.revision.policy.canary);
  let failed = 0;
  let reachedAll = true;
  const doubts: ApplyInput['doubts'] = new Map();

  const onWritten: OnWritten = (mailboxId, contacts) => recorder.wrote(mailboxId, contacts);
  const watched = { ...ports, targets: watchedTargets(ports.targets, onWritten) };
  const applyOne = async (stored: StoredPlan): Promise<void> => {
    const { mailbox, plan } = stored;
    const recent = input.recent?.take(mailbox.id);
    const prepared = recent && { ...recent, target: watchedTarget(recent.target, mailbox.id, onWritten) };
    const counts = await applyPlan(
      { mailbox, plan, context: input.context, prepared, holder: input.holder, doubts },
      watched,
      recorder,
      signal,
    );
    failed += counts.failed;
  };
  const report = async ({ mailbox }: StoredPlan, failure: Failure): Promise<void> => {
    failed += 1;
    reachedAll = false;
    await ports.runs.setProgress(runId, mailbox.id, 'failed');
    await recorder.emit({
      type: 'mailbox.failed',
      mailboxId: mailbox.id,
      primarySmtpAddress: mailbox.primarySmtpAddress,
      phase: 'applying',
      failure: failure.toRecord(),
    });
  };

  for (const [index, wave] of waves.entries()) {
    if (waves.length > 1) {
      await recorder.emit({ type: 'wave.started', wave: wave.name, mailboxes: wave.mailboxIds.length });
    }
    let again: StoredPlan[] = [];
    const plans = async function* (): AsyncIterable<StoredPlan> {
      for (const id of wave.mailboxIds) {
        const stored = await ports.runs.readPlan(runId, id);
        if (stored !== undefined) yield stored;
      }
    };
    await forEachBounded(plans(), input.concurrency, signal, applyOne, async (stored, failure) => {
      if (failure.facts.advice === 'doNotRetry') await report(stored, failure);
      else again.push(stored);
    });
    for (const waitMs of [0, ...BUSY_WAITS_MS]) {
      if (again.length === 0) break;
      if (waitMs > 0) await ports.clock.sleep(waitMs, signal).catch(() => throwIfAborted(signal));
      const isLast = waitMs === BUSY_WAITS_MS.at(-1);
      const stillBusy: StoredPlan[] = [];
      await forEachBounded(again, input.concurrency, signal, applyOne, async (stored, failure) => {
        if (failure.code === 'mailboxBusy' && !isLast) stillBusy.push(stored);
        else await report(stored, failure);
      });
      again = stillBusy;
    }
    if (failed > 0 && index < waves.length - 1) {
      const failure = new Failure('waveFailed', { details: { wave: wave.name } });
      return { failed, reachedAll: false, failure };
    }
  }
  return { failed, reachedAll, failure: undefined };
}
