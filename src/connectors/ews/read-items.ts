// Single items by their ids: whole contacts, or only what tells whether they may be written to.

import { Failure } from '../../model/failure.ts';
import type { ItemId } from '../../model/ids.ts';
import { isGone } from './failures.ts';
import { getItems } from './item-operations.ts';
import { itemIdOf, type MailboxSession, requireDone } from './mailbox-session.ts';
import { childOf, type XmlElement } from './xml-element.ts';
import type { Xml } from './xml-writer.ts';

/**
 * What `decode` makes of each, in input order; undefined where the item is gone or no contact. Throws where the mailbox
 * as a whole refuses.
 */
export function readItems<Item>(
  session: MailboxSession,
  ids: readonly ItemId[],
  shape: Xml,
  decode: (item: XmlElement) => Item,
  signal: AbortSignal,
): Promise<readonly (Item | undefined)[]> {
  const asked: ReadonlySet<ItemId> = new Set(ids);
  return session.askEach(
    ids,
    (portion) => getItems(shape, portion),
    (message, id) => {
      if (message.refusal !== undefined && isGone(message.code)) return undefined;
      const [item] = childOf(requireDone(message), 'Items')?.children ?? [];
      if (item?.name !== 'Contact') return undefined;
      // The server may spell an id anew, but one of the others shows that the answers are mixed up.
      const answered = itemIdOf(item);
      if (answered !== id && asked.has(answered)) {
        throw new Failure('unexpectedAnswer', { details: { code: 'itemOfAnother' } });
      }
      return decode(item);
    },
    signal,
  );
}
