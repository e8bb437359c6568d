// How every run of a policy begins, whatever it does then: the policy is held, runs whose process died are closed, and the
// new one is stored before anything is read.

import { policyId, type RunId } from '../model/ids.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { Run, RunEvent, RunKind } from '../model/run.ts';
import { closeDeadRuns } from './earlier-runs.ts';
import { holdingPolicy } from './holding.ts';
import { DEFAULT_CONCURRENCY, type RunPorts } from './run-ports.ts';
import { RunRecorder } from './run-recorder.ts';

export interface NewRun {
  readonly runId: RunId;
  readonly revision: PolicyRevision;
  readonly holder: string;
  /** Mailboxes worked on at once. */
  readonly concurrency?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Throws `alreadyRunning`; what goes wrong in the work stands in the events of the run. */
export function inNewRun(
  kind: RunKind,
  request: NewRun,
  ports: Pick<RunPorts, 'leases' | 'runs' | 'clock' | 'log' | 'traffic'>,
  signal: AbortSignal,
  work: (recorder: RunRecorder, signal: AbortSignal) => Promise<Run>,
): Promise<Run> {
  const { policy, revision } = request.revision;
  const id = policyId(policy.id);
  return holdingPolicy(id, { leases: ports.leases, holder: request.holder, signal }, async (held) => {
    await closeDeadRuns(id, ports);
    const run: Run = {
      id: request.runId,
      kind,
      policyId: id,
      policyName: policy.name,
      policyRevision: revision,
      undoes: undefined,
      state: 'queued',
      startedAt: ports.clock.now().toISOString(),
      endedAt: undefined,
      holder: request.holder,
    };
    const concurrency = request.concurrency ?? DEFAULT_CONCURRENCY;
    const recorder = new RunRecorder(ports, run, request.onEvent, concurrency);
    await recorder.start(request.revision);
    return recorder.carryOut(held, () => work(recorder, held));
  });
}
