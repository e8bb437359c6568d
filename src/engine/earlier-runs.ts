// One run per policy at a time, across processes; what earlier runs left behind is closed before a new one starts.

import { Failure } from '../model/failure.ts';
import type { PolicyId } from '../model/ids.ts';
import { isLease, type Lease } from '../ports/leases.ts';
import type { RunPorts } from './run-ports.ts';

export async function takePolicyLease(
  policyId: PolicyId,
  holder: string,
  ports: Pick<RunPorts, 'leases'>,
): Promise<Lease> {
  const lease = await ports.leases.acquire(`policy:${policyId}`, holder);
  if (isLease(lease)) return lease;
  throw new Failure('alreadyRunning', { details: { holder: lease.holder, since: lease.since } });
}

/** Call with the policy's lease held: then no other run of the policy can be alive. */
export async function closeEarlierRuns(
  policyId: PolicyId,
  mode: 'run' | 'test',
  ports: Pick<RunPorts, 'runs' | 'clock'>,
): Promise<void> {
  const now = ports.clock.now().toISOString();
  const close = async (
    states: readonly ('queued' | 'reading' | 'planning' | 'applying' | 'awaitingApproval')[],
  ) => ports.runs.list({ policyId, states });
  for (const run of await close(['queued', 'reading', 'planning', 'applying'])) {
    await ports.runs.append(run.id, [{ type: 'run.ended', state: 'interrupted', failure: undefined }], now);
    await ports.runs.setState(run.id, 'interrupted', now);
  }
  if (mode === 'test') return;
  for (const run of await close(['awaitingApproval'])) {
    await ports.runs.append(run.id, [{ type: 'run.ended', state: 'superseded', failure: undefined }], now);
    await ports.runs.setState(run.id, 'superseded', now);
  }
}
