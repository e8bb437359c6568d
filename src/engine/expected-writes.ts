// How many writes to expect in each mailbox before any of them was looked at; only for the forecast.

import type { MailboxId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { LastSelection } from '../ports/policy-memory.ts';
import type { SourceResult } from './read-source.ts';
import type { TargetsResult } from './read-targets.ts';
import type { RunPorts } from './run-ports.ts';

/**
 * A mailbox that was never written gets everybody, one that leaves loses everybody, and the others change as the
 * selection did. The plans then say it exactly.
 */
export async function expectedWrites(
  id: PolicyId,
  { wanted }: SourceResult,
  { fill, leaving }: TargetsResult,
  last: LastSelection | undefined,
  { memory }: Pick<RunPorts, 'memory'>,
): Promise<ReadonlyMap<MailboxId, number>> {
  const filled = new Set((await memory.readWrittenMailboxes(id)).map((mailbox) => mailbox.id));
  const before = last?.sourceObjectIds ?? new Set<SourceObjectId>();
  const stayed = [...before].filter((one) => wanted.has(one)).length;
  const changed = last === undefined ? 0 : before.size - stayed + (wanted.size - stayed);
  return new Map([
    ...fill.map((mailbox) => [mailbox.id, filled.has(mailbox.id) ? changed : wanted.size] as const),
    ...leaving.map((mailbox) => [mailbox.id, before.size] as const),
  ]);
}
