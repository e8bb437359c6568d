// Graph writes all IM addresses of a contact at once. A policy knows the first one; those that the user put behind it are
// looked up before the first one is written, and go along.

import type { TargetChange } from '../../model/plan.ts';
import { furtherIn } from './further-fields.ts';
import type { MailboxRequests } from './mailbox-requests.ts';

/**
 * Whoever adds an address in between is safe: the write demands the version that the plan saw. Throws where the mailbox as
 * a whole refuses.
 */
export async function keepImAddresses(
  mailbox: MailboxRequests,
  changes: readonly TargetChange[],
  signal: AbortSignal,
): Promise<readonly TargetChange[]> {
  const concerned = changes.filter(replacesImAddresses);
  if (concerned.length === 0) return changes;
  const rows = await mailbox.getMany(
    concerned.map(({ itemId }) => `${mailbox.path('contacts', itemId)}?$select=id,imAddresses`),
    signal,
  );
  const completed = new Map<TargetChange, TargetChange>();
  for (const [place, change] of concerned.entries()) {
    const row = rows[place];
    if (row === undefined) continue;
    completed.set(change, { ...change, further: { set: {}, whole: furtherIn([row]) } });
  }
  return changes.map((change) => completed.get(change) ?? change);
}

/** What comes with further properties says itself what stands behind the first address. */
function replacesImAddresses(
  change: TargetChange,
): change is Extract<TargetChange, { readonly kind: 'update' | 'adopt' }> {
  return (
    (change.kind === 'update' || change.kind === 'adopt') &&
    'imAddress' in change.set &&
    change.further === undefined
  );
}
