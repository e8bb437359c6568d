// What the engine keeps as a folder's sync token: the sync state of SyncFolderItems, the number of foreign items, the few
// marked items that the ledger does not hold (a user's copies, items of other policies), which every reading looks at
// again, and the stamp of the folder, by which the next reading sees without asking for changes that nothing happened.

import { type ItemId, itemId } from '../../model/ids.ts';

const FORMAT = 'ews 1';
/** With more of them a full reading is cheaper than remembering them. */
const MOST_OTHERS = 100;

export interface SyncToken {
  readonly syncState: string;
  readonly foreignCount: number;
  /** What the folder's own count has beyond contacts (personal distribution lists); undefined where it tells no count. */
  readonly otherItems: number | undefined;
  readonly others: readonly ItemId[];
  readonly stamp: FolderStamp | undefined;
}

/** What the folder said of itself before a round. */
export interface FolderStamp {
  readonly lastCommit: string;
  readonly itemCount: number;
  /** ISO 8601: when the round was made. */
  readonly roundAt: string;
}

/** undefined: read everything the next time. */
export function encodeSyncToken(token: SyncToken): string | undefined {
  if (token.others.length > MOST_OTHERS) return undefined;
  return JSON.stringify([
    FORMAT,
    token.syncState,
    token.foreignCount,
    token.otherItems ?? null,
    token.stamp === undefined ? null : [token.stamp.lastCommit, token.stamp.itemCount, token.stamp.roundAt],
    ...token.others,
  ]);
}

export function decodeSyncToken(text: string): SyncToken | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const [format, syncState, foreignCount, otherItems, stamp, ...others] = parts as readonly unknown[];
  if (format !== FORMAT || typeof syncState !== 'string' || typeof foreignCount !== 'number')
    return undefined;
  return {
    syncState,
    foreignCount,
    otherItems: typeof otherItems === 'number' ? otherItems : undefined,
    others: others.filter((one) => typeof one === 'string').map(itemId),
    stamp: decodeStamp(stamp),
  };
}

function decodeStamp(parts: unknown): FolderStamp | undefined {
  if (!Array.isArray(parts)) return undefined;
  const [lastCommit, itemCount, roundAt] = parts as readonly unknown[];
  return typeof lastCommit === 'string' && typeof itemCount === 'number' && typeof roundAt === 'string'
    ? { lastCommit, itemCount, roundAt }
    : undefined;
}
