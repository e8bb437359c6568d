// Where the brake engages: the plan is named by its digest and stored until a person releases it. A test run ends there.

import type { RunId } from '../model/ids.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { BrakeReason, Run, RunState } from '../model/run.ts';
import { planDigest } from './plan-digest.ts';
import type { RunPorts } from './run-ports.ts';
import type { RunRecorder } from './run-recorder.ts';

export interface BrakedRun {
  readonly runId: RunId;
  readonly revision: PolicyRevision;
  readonly mode: 'run' | 'test';
}

export async function waitForApproval(
  { runId, revision, mode }: BrakedRun,
  reasons: readonly BrakeReason[],
  endOfTest: RunState,
  ports: Pick<RunPorts, 'runs' | 'clock'>,
  recorder: RunRecorder,
): Promise<Run> {
  const digest = await planDigest(runId, revision, ports.runs);
  await recorder.emit({ type: 'brake.engaged', reasons, digest });
  if (mode === 'test') return await recorder.end(endOfTest);
  await ports.runs.saveApproval(runId, { digest, since: ports.clock.now().toISOString() });
  await recorder.enter('awaitingApproval');
  return recorder.run;
}
