// What a batch of changes is carried out with, and how it looks for writes that the server did not answer for one by one
// (busy, timed out, failed as a whole): such a refusal may come after a part was written.

import type { ItemId, PolicyId } from '../../model/ids.ts';
import type { TargetChange } from '../../model/plan.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { SeenItems } from '../contact-folder/seen-items.ts';
import { type Lookout, type Outcomes, settle as settleBy } from '../contact-folder/settle-writes.ts';
import { MARK_AND_PLACE_SHAPE } from './contact-reader.ts';
import type { Refusal } from './failures.ts';
import { type ItemRow, readEverything, rowOf } from './item-rows.ts';
import { type MailboxSession, parentFolderIdOf } from './mailbox-session.ts';
import { readItems } from './read-items.ts';
import type { XmlElement } from './xml-element.ts';

export interface ChangeTools {
  readonly session: MailboxSession;
  readonly codec: MarkCodec;
  readonly policyId: PolicyId;
  readonly seen: SeenItems;
  /** Whether a folder is one of those this target looks after. */
  readonly isOurFolder: (folderId: string) => boolean;
}

export interface Uncertain {
  readonly change: TargetChange;
  readonly index: number;
  readonly refusal: Refusal;
}

/** What certainly did not happen stays without an outcome and is sent again. */
export function settle(
  tools: ChangeTools,
  uncertain: readonly Uncertain[],
  outcomes: Outcomes,
  signal: AbortSignal,
): Promise<void> {
  const lookout: Lookout = {
    seen: tools.seen,
    readRows: (ids) => readRows(tools, ids, signal),
    readMade: async (folder) => {
      // Not by pages of a list: they skip an item where another one is deleted meanwhile, and it would be made twice.
      const { changed } = await readEverything(tools.session, tools.codec, folder, signal);
      return [...changed.values()];
    },
  };
  const inDoubt = uncertain.map(({ change, index, refusal: { reaction, failure } }) => ({
    change,
    index,
    failure,
    // That it is busy is the store's own last word.
    mayStillHappen: reaction !== 'busy',
  }));
  return settleBy(lookout, inDoubt, outcomes, signal);
}

/** In input order; undefined where the item is gone or lies in none of our folders. */
export function readRows(
  { session, codec, isOurFolder }: ChangeTools,
  ids: readonly ItemId[],
  signal: AbortSignal,
): Promise<readonly (ItemRow | undefined)[]> {
  const decode = (item: XmlElement) => (isOurFolder(parentFolderIdOf(item)) ? rowOf(item, codec) : undefined);
  return readItems(session, ids, MARK_AND_PLACE_SHAPE, decode, signal);
}
