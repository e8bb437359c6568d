// What the next run's brake compares with: who was selected and which mailboxes were filled when a run last reached all
// of its mailboxes.

import type { MailboxId, PolicyId, SourceObjectId } from '../model/ids.ts';
import type { RunPorts } from './run-ports.ts';

export interface EndedSelection {
  readonly people: Iterable<SourceObjectId>;
  readonly mailboxIds: ReadonlySet<MailboxId>;
  /** false: some mailbox was not reached and may still hold people who left. */
  readonly reachedAll: boolean;
}

/** Whoever could not be read and was there before is there still. */
export function withUnreadable(
  wanted: ReadonlyMap<SourceObjectId, unknown>,
  unreadable: ReadonlySet<SourceObjectId>,
  before: ReadonlySet<SourceObjectId>,
): readonly SourceObjectId[] {
  return [...wanted.keys(), ...[...unreadable].filter((one) => before.has(one))];
}

/**
 * After a run that did not reach all mailboxes, those who left since the last one still count as leaving: otherwise
 * they would go from the others unseen by the brake. Nothing is remembered when nothing was before; then the marks found
 * in the mailboxes go on telling who was there.
 */
export async function rememberSelection(
  id: PolicyId,
  { people, mailboxIds, reachedAll }: EndedSelection,
  ports: Pick<RunPorts, 'memory' | 'clock'>,
): Promise<void> {
  const last = reachedAll ? undefined : await ports.memory.readLastSelection(id);
  if (!reachedAll && last === undefined) return;
  await ports.memory.saveLastSelection(id, {
    completedAt: ports.clock.now().toISOString(),
    sourceObjectIds: new Set([...people, ...(last?.sourceObjectIds ?? [])]),
    mailboxIds,
  });
}

/** Whom a rollback brought back is there again; that they go once more must not be news to nobody. */
export async function rememberReturned(
  id: PolicyId,
  returned: ReadonlySet<SourceObjectId>,
  ports: Pick<RunPorts, 'memory'>,
): Promise<void> {
  const last = await ports.memory.readLastSelection(id);
  if (last === undefined || returned.size === 0) return;
  await ports.memory.saveLastSelection(id, {
    ...last,
    sourceObjectIds: new Set([...last.sourceObjectIds, ...returned]),
  });
}
