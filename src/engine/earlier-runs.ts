// What earlier runs of a policy left behind is closed by a new one, or by whoever looks at it.

import { asFailure } from '../model/failure.ts';
import type { PolicyId, RunId } from '../model/ids.ts';
import { type Run, UNDER_WAY_STATES } from '../model/run.ts';
import { holdingPolicy } from './holding.ts';
import type { RunPorts } from './run-ports.ts';

type Ports = Pick<RunPorts, 'runs' | 'clock'>;

/** Call with the policy's lease held: then no other run of the policy can be alive. */
export async function closeDeadRuns(policyId: PolicyId, { runs }: Pick<Ports, 'runs'>): Promise<void> {
  for (const run of await runs.list({ policyId, states: UNDER_WAY_STATES })) {
    // It ended when it was last heard of: whoever looks may look days later.
    const heardAt = (await runs.readEvents(run.id)).at(-1)?.at ?? run.startedAt;
    await close(run, 'interrupted', heardAt, runs);
  }
}

/**
 * For whoever looks at runs: those of processes that died are shown as interrupted. Where somebody holds the policy's
 * lease, its run may be alive, and nothing is done.
 */
export async function closeRunsOfTheDead(
  holder: string,
  ports: Ports & Pick<RunPorts, 'leases'>,
): Promise<void> {
  const active = await ports.runs.list({ states: UNDER_WAY_STATES });
  const holding = { leases: ports.leases, holder, signal: new AbortController().signal };
  for (const policyId of new Set(active.map((run) => run.policyId))) {
    try {
      await holdingPolicy(policyId, holding, () => closeDeadRuns(policyId, ports));
    } catch (thrown) {
      if (asFailure(thrown).code !== 'alreadyRunning') throw thrown;
    }
  }
}

/**
 * Once the new run is planned: one that cannot even read its source takes no waiting approval away. `takenOver`: the run
 * whose plan the new one makes again.
 */
export async function supersedeWaiting(
  policyId: PolicyId,
  { runs, clock }: Ports,
  takenOver?: { readonly runId: RunId; readonly by: RunId },
): Promise<void> {
  for (const run of await runs.list({ policyId, states: ['awaitingApproval'] })) {
    const by = run.id === takenOver?.runId ? takenOver.by : undefined;
    await close(run, 'superseded', clock.now().toISOString(), runs, by);
  }
}

/** Of the runs that copy: only they are repeated by themselves. */
export async function waitingWith(
  digest: string,
  policyId: PolicyId,
  runs: Ports['runs'],
): Promise<Run | undefined> {
  for (const run of await runs.list({ policyId, kinds: ['run'], states: ['awaitingApproval'] }))
    if ((await runs.readApproval(run.id))?.digest === digest) return run;
  return undefined;
}

/** Itself, or the one that waits in its place since a newer run made the same plan. */
export async function inPlaceOf(run: Run, runs: Ports['runs']): Promise<Run> {
  if (run.kind !== 'run' || run.state !== 'superseded') return run;
  const digest = (await runs.readApproval(run.id))?.digest;
  return (digest === undefined ? undefined : await waitingWith(digest, run.policyId, runs)) ?? run;
}

async function close(
  { id }: Run,
  state: 'interrupted' | 'superseded',
  endedAt: string,
  runs: Ports['runs'],
  takenOverBy?: RunId,
): Promise<void> {
  const taken = takenOverBy === undefined ? {} : { takenOverBy };
  await runs.append(id, [{ type: 'run.ended', state, failure: undefined, ...taken }], endedAt);
  await runs.setState(id, state, endedAt);
}
