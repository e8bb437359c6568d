// Second pass over all mailboxes: waves of the stored plans, each a bounded number of mailboxes at a time. A failed
// wave ends the run. What a mailbox needs more than one try for ends within its wave.

import { Failure } from '../model/failure.ts';
import type { MailboxId } from '../model/ids.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { StoredPlan } from '../ports/run-store.ts';
import { type ApplyInput, applyPlan } from './apply-plan.ts';
import { tryEachMailbox } from './mailbox-tries.ts';
import type { PlanningContext } from './plan-mailbox.ts';
import type { RecentMailboxes } from './recent-mailboxes.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';
import { type OnWritten, watchedTarget, watchedTargets } from './watched-writes.ts';
import { type WaveCandidate, wavesOf } from './waves.ts';
import { mailboxWarned } from './write-folder.ts';

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
  /** Those that failed as a whole, and those of waves that were not begun. */
  readonly unreached: ReadonlySet<MailboxId>;
  /** Nothing failed, and every folder has its name. */
  readonly isClean: boolean;
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
  let namesKept = 0;
  let reachedAll = true;
  const unreached = new Set<MailboxId>();
  const earlierTries: ApplyInput['earlierTries'] = new Map();

  const onWritten: OnWritten = (mailboxId, contacts) => recorder.wrote(mailboxId, contacts);
  const watched = { ...ports, targets: watchedTargets(ports.targets, onWritten) };
  const applyOne = async (stored: StoredPlan): Promise<void> => {
    const { mailbox, plan } = stored;
    const recent = input.recent?.take(mailbox.id);
    const prepared = recent && { ...recent, target: watchedTarget(recent.target, mailbox.id, onWritten) };
    await applyPlan(
      { mailbox, plan, context: input.context, prepared, holder: input.holder, earlierTries },
      watched,
      recorder,
      signal,
    );
    const { failedFor, nameKept } = earlierTries.get(mailbox.id) ?? {};
    failed += failedFor?.size ?? 0;
    earlierTries.delete(mailbox.id);
    if (nameKept === undefined) return;
    namesKept += 1;
    await recorder.emit(mailboxWarned(mailbox, nameKept));
  };
  const report = async ({ mailbox }: StoredPlan, failure: Failure): Promise<void> => {
    failed += 1;
    reachedAll = false;
    unreached.add(mailbox.id);
    await ports.runs.setProgress(runId, mailbox.id, 'failed');
    await recorder.emit({
      type: 'mailbox.failed',
      mailboxId: mailbox.id,
      primarySmtpAddress: mailbox.primarySmtpAddress,
      phase: 'applying',
      failure: failure.toRecord(),
    });
  };

  const trying = { clock: ports.clock, recorder, concurrency: input.concurrency, signal };
  for (const [index, wave] of waves.entries()) {
    if (waves.length > 1) {
      await recorder.emit({ type: 'wave.started', wave: wave.name, mailboxes: wave.mailboxIds.length });
    }
    const plans = async function* (): AsyncIterable<StoredPlan> {
      for (const id of wave.mailboxIds) {
        const stored = await ports.runs.readPlan(runId, id);
        if (stored !== undefined) yield stored;
      }
    };
    await tryEachMailbox(plans(), trying, { work: applyOne, onFailure: report });
    if (failed > 0 && index < waves.length - 1) {
      const failure = new Failure('waveFailed', { details: { wave: wave.name } });
      for (const { mailboxIds } of waves.slice(index + 1)) for (const id of mailboxIds) unreached.add(id);
      return { failed, reachedAll: false, unreached, isClean: false, failure };
    }
  }
  return { failed, reachedAll, unreached, isClean: failed + namesKept === 0, failure: undefined };
}
