// Items that may have lost their mark: a few are asked for one by one, which costs the least; where a user emptied the
// folder there are thousands, and then the folder is listed.

import type { ItemId } from '../model/ids.ts';
import type { ForeignContact } from '../model/mailbox.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';

const MOST_ONE_BY_ONE = 100;

export async function findUnmarked(
  target: Pick<MailboxTarget, 'readFolder' | 'readUnmarked'>,
  itemIds: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly ForeignContact[]> {
  if (itemIds.length === 0) return [];
  if (itemIds.length <= MOST_ONE_BY_ONE) return target.readUnmarked(itemIds, signal);
  const { foreign = [] } = await target.readFolder({ known: undefined, includeForeign: true }, signal);
  const wanted = new Set(itemIds);
  return foreign.filter(({ itemId }) => wanted.has(itemId));
}
