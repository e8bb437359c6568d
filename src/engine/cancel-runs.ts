// Ends runs that nobody works on: one that waits for an approval, or all that a policy about to be removed left open.
// Under the policy's lease, so that a run of another process, or an approval of the same moment, is never cut off.

import type { PolicyId } from '../model/ids.ts';
import { ENDED_STATES, type Run } from '../model/run.ts';
import { holdingPolicy } from './holding.ts';
import type { RunPorts } from './run-ports.ts';

type CancelPorts = Pick<RunPorts, 'runs' | 'leases' | 'clock'>;

/** Throws `alreadyRunning` when somebody works on a run of the policy. Idempotent. */
export function cancelOpenRuns(
  policyId: PolicyId,
  which: (run: Run) => boolean,
  holder: string,
  ports: CancelPorts,
): Promise<void> {
  const signal = new AbortController().signal;
  return holdingPolicy(policyId, { leases: ports.leases, holder, signal }, async () => {
    for (const run of await ports.runs.list({ policyId })) {
      if (ENDED_STATES.includes(run.state) || !which(run)) continue;
      const at = ports.clock.now().toISOString();
      await ports.runs.append(run.id, [{ type: 'run.ended', state: 'cancelled', failure: undefined }], at);
      await ports.runs.setState(run.id, 'cancelled', at);
    }
  });
}
