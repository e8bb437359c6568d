// Where the brake engages: the plan is named by its digest and stored until a person releases it. A test run ends there.
// A policy that runs often makes the same plan in every run until somebody has looked at it: the newest one waits, with
// the newest data, and whoever was asked by an earlier one is not asked again before that approval would have expired.

import type { RunId } from '../model/ids.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { BrakeReason, Run, RunState } from '../model/run.ts';
import type { RunStore } from '../ports/run-store.ts';
import { supersedeWaiting, waitingWith } from './earlier-runs.ts';
import { planDigest } from './plan-digest.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';

export interface BrakedRun {
  readonly runId: RunId;
  readonly revision: PolicyRevision;
  readonly mode: 'run' | 'test';
}

export const APPROVAL_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** Runs that waited so far are superseded. */
export async function waitForApproval(
  { runId, revision, mode }: BrakedRun,
  reasons: readonly BrakeReason[],
  endOfTest: RunState,
  ports: Pick<RunPorts, 'runs' | 'clock'>,
  recorder: RunRecorder,
): Promise<Run> {
  const digest = await planDigest(runId, revision, ports.runs);
  if (mode === 'test') {
    await recorder.emit({ type: 'brake.engaged', reasons, digest });
    return await recorder.end(endOfTest);
  }
  const now = ports.clock.now();
  const { kind, policyId } = recorder.run;
  const waiting = kind === 'run' ? await waitingWith(digest, policyId, ports.runs) : undefined;
  const asked = waiting === undefined ? undefined : await firstAsked(waiting, ports.runs);
  // Also by a clock that was ahead.
  const isAskedStill =
    asked !== undefined && Math.abs(now.getTime() - Date.parse(asked.at)) < APPROVAL_LIFE_MS;
  await recorder.emit({ type: 'brake.engaged', reasons, digest, ...(isAskedStill ? { asked } : {}) });
  const takenOver = isAskedStill && waiting !== undefined ? { runId: waiting.id, by: runId } : undefined;
  await supersedeWaiting(policyId, ports, takenOver);
  await ports.runs.saveApproval(runId, { digest, since: now.toISOString() });
  await recorder.enter('awaitingApproval');
  return recorder.run;
}

async function firstAsked(
  { id }: Run,
  runs: RunStore,
): Promise<{ readonly runId: RunId; readonly at: string } | undefined> {
  for (const event of await runs.readEvents(id, ['brake.engaged']))
    if (event.type === 'brake.engaged') return event.asked ?? { runId: id, at: event.at };
  return undefined;
}
