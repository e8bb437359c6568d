// Ends runs that nobody works on: one that waits for an approval, or all that a policy about to be removed left open.
// Under the policy's lease, so that a run of another process, or an approval of the same moment, is never cut off. Whoever
// works on a run is asked to end it.

import { asFailure, Failure } from '../model/failure.ts';
import type { PolicyId } from '../model/ids.ts';
import { ENDED_STATES, type Run, UNDER_WAY_STATES } from '../model/run.ts';
import { holdingPolicy, policyHolder } from './holding.ts';
import type { RunPorts } from './run-ports.ts';

type CancelPorts = Pick<RunPorts, 'runs' | 'leases' | 'clock'>;

/** Throws `alreadyRunning`, with its run, when somebody works on the policy. Idempotent. */
export async function cancelOpenRuns(
  policyId: PolicyId,
  which: (run: Run) => boolean,
  holder: string,
  ports: CancelPorts,
): Promise<void> {
  const signal = new AbortController().signal;
  const closeThem = async () => {
    for (const run of await ports.runs.list({ policyId })) {
      if (ENDED_STATES.includes(run.state) || !which(run)) continue;
      const at = ports.clock.now().toISOString();
      await ports.runs.append(run.id, [{ type: 'run.ended', state: 'cancelled', failure: undefined }], at);
      await ports.runs.setState(run.id, 'cancelled', at);
    }
  };
  try {
    await holdingPolicy(policyId, { leases: ports.leases, holder, signal }, closeThem);
  } catch (thrown) {
    const { code, details } = asFailure(thrown);
    if (code !== 'alreadyRunning') throw thrown;
    const [run] = await ports.runs.list({ policyId, states: UNDER_WAY_STATES, limit: 1 });
    if (run === undefined) throw thrown;
    throw new Failure(code, { details: { ...details, run: run.id }, cause: thrown });
  }
}

/**
 * Asks whoever works on the run, in whatever process, to end it: that one does so between two writes, as when it is told
 * to stop itself, and the run is then `cancelled`. false: nobody works on it any more.
 */
export async function askToEndRun(
  { id, policyId }: Run,
  askedBy: string,
  { runs, leases }: CancelPorts,
): Promise<boolean> {
  const holder = await policyHolder(policyId, leases);
  // One that is under way still is what its policy is held for; a later run must not be meant.
  const state = (await runs.read(id))?.state;
  const isUnderWay = state !== undefined && UNDER_WAY_STATES.includes(state);
  return holder !== undefined && isUnderWay && (await holder.askToEnd(askedBy));
}
