// What earlier runs of a policy left behind is closed before a new one starts.

import type { PolicyId } from '../model/ids.ts';
import type { RunPorts } from './run-ports.ts';

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
