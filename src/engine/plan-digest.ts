// What an approval releases: a digest over the policy revision, every deletion (mailbox, source object, reason) and the
// totals of the stored plans.

import { createHash } from 'node:crypto';
import type { RunId } from '../model/ids.ts';
import type { PolicyRevision } from '../model/policy.ts';
import type { RunStore } from '../ports/run-store.ts';

export async function planDigest(runId: RunId, revision: PolicyRevision, runs: RunStore): Promise<string> {
  const perMailbox: string[] = [];
  const totals = { create: 0, update: 0, delete: 0, handOver: 0, adopt: 0 };
  for await (const { plan } of runs.readPlans(runId)) {
    const losses = plan.changes
      .filter((change) => change.kind === 'delete' || change.kind === 'handOver')
      .map((change) => `${change.kind} ${change.sourceObjectId} ${change.reason}`)
      .sort();
    // One hash per mailbox keeps the memory small whatever the number of deletions.
    const hash = createHash('sha256').update(losses.join('\n')).digest('hex');
    perMailbox.push(`${plan.mailboxId} ${plan.purpose} ${losses.length} ${hash}`);
    totals.create += plan.counts.create;
    totals.update += plan.counts.update;
    totals.delete += plan.counts.delete;
    totals.handOver += plan.counts.handOver;
    totals.adopt += plan.counts.adopt;
  }
  const lines = [
    `${revision.policy.id} ${revision.revision}`,
    ...perMailbox.sort(),
    `${totals.create} ${totals.update} ${totals.delete} ${totals.handOver} ${totals.adopt}`,
  ];
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}
