// One delta round over a folder: what changed and what left it, and the link for the next round. Pages may be empty,
// an item may come several times, and own writes come back (graph-exo 1.5).

import { Failure } from '../../model/failure.ts';
import type { FolderId, ItemId } from '../../model/ids.ts';
import type { ChangeRound } from '../contact-folder/folder-protocol.ts';
import { isRecord } from '../graph-client/index.ts';
import { isUnusableSyncToken } from './failures.ts';
import { IMMUTABLE_IDS, itemIdOf, type MailboxRequests, textIn } from './mailbox-requests.ts';

/** Only the version is needed; the mark cannot come along, because delta does not expand extended properties. */
const QUERY = '$select=changeKey';
const HEADERS = { Prefer: `${IMMUTABLE_IDS.Prefer}, odata.maxpagesize=200` };

/** The version is '' where the service does not tell it. */
export interface DeltaItem {
  readonly version: string;
}

/** Its position is the delta link. */
export type DeltaRound = ChangeRound<DeltaItem>;

class UnusableToken extends Error {}

/** From the start: everything in the folder counts as changed. */
export function startDelta(
  mailbox: MailboxRequests,
  folderId: FolderId,
  signal: AbortSignal,
): Promise<DeltaRound> {
  const first = `${mailbox.path('contactFolders', folderId, 'contacts', 'delta')}?${QUERY}`;
  return readRound(mailbox, first, false, signal);
}

/** undefined: the link is unusable, enumerate again. */
export async function continueDelta(
  mailbox: MailboxRequests,
  deltaLink: string,
  signal: AbortSignal,
): Promise<DeltaRound | undefined> {
  try {
    return await readRound(mailbox, deltaLink, true, signal);
  } catch (thrown) {
    if (thrown instanceof UnusableToken) return undefined;
    // A token from another cloud or address of the service is as good as none.
    if (thrown instanceof Failure && thrown.code === 'foreignHost') return undefined;
    throw thrown;
  }
}

async function readRound(
  mailbox: MailboxRequests,
  first: string,
  isContinued: boolean,
  signal: AbortSignal,
): Promise<DeltaRound> {
  const changed = new Map<ItemId, DeltaItem>();
  const removed = new Set<ItemId>();
  let deltaLink: string | undefined;
  const pages = mailbox.client.deltaPages(
    first,
    {
      headers: HEADERS,
      mailboxKey: mailbox.key,
      isGathered: isContinued,
      toFailure(answer) {
        if (isContinued && isUnusableSyncToken(answer)) throw new UnusableToken();
        return mailbox.toFailure(answer);
      },
    },
    signal,
  );
  for await (const page of pages) {
    for (const row of page.value) {
      if (!isRecord(row)) continue;
      const id = itemIdOf(row);
      // The last entry of an item wins.
      if (row['@removed'] !== undefined) {
        removed.add(id);
        changed.delete(id);
      } else {
        changed.set(id, { version: textIn(row, 'changeKey') });
        removed.delete(id);
      }
    }
    deltaLink = page.deltaLink ?? deltaLink;
  }
  return { changed, removed, position: deltaLink };
}
