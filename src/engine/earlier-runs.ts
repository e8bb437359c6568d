// What earlier runs of a policy left behind is closed by a new one.

import type { PolicyId } from '../model/ids.ts';
import type { RunState } from '../model/run.ts';
import type { RunPorts } from './run-ports.ts';

type Ports = Pick<RunPorts, 'runs' | 'clock'>;

/** Call with the policy's lease held: then no other run of the policy can be alive. */
export function closeDeadRuns(policyId: PolicyId, ports: Ports): Promise<void> {
  return close(policyId, ['queued', 'reading', 'planning', 'applying'], 'interrupted', ports);
}

/** Once the new run is planned: one that cannot even read its source takes no waiting approval away. */
export function supersedeWaiting(policyId: PolicyId, ports: Ports): Promise<void> {
  return close(policyId, ['awaitingApproval'], 'superseded', ports);
}

async function close(
  policyId: PolicyId,
  states: readonly RunState[],
  state: 'interrupted' | 'superseded',
  { runs, clock }: Ports,
): Promise<void> {
  const now = clock.now().toISOString();
  for (const run of await runs.list({ policyId, states })) {
    await runs.append(run.id, [{ type: 'run.ended', state, failure: undefined }], now);
    await runs.setState(run.id, state, now);
  }
}
