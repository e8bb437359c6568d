// What the engine keeps as a folder's sync token: where the protocol's own changes go on, the number of foreign items, the
// few marked items that the ledger does not hold (a user's copies, items of newer marks), which every reading looks at
// again, and the stamp of the folder, by which the next reading sees without asking for changes that nothing happened.

import { type ItemId, itemId } from '../../model/ids.ts';
import type { FolderStamp } from './folder-stamp.ts';

export interface SyncToken {
  /** Graph's delta link, or the sync state of Exchange Web Services. */
  readonly position: string;
  readonly foreignCount: number;
  /** What the folder's own count has beyond contacts (personal distribution lists); undefined where it tells no count. */
  readonly otherItems: number | undefined;
  readonly others: readonly ItemId[];
  /** Contacts of other policies. The record names them; one that names another number of them is not the one meant. */
  readonly ofOtherPolicies: number;
  readonly stamp: FolderStamp | undefined;
}

export interface SyncTokenFormat {
  /** A token of another protocol or version is no token. */
  readonly format: number | string;
  /** With more of them a full reading is cheaper than remembering them. */
  readonly mostOthers: number;
}

/** undefined: read everything the next time. */
export function encodeSyncToken(
  { position, foreignCount, otherItems, others, ofOtherPolicies, stamp }: SyncToken,
  { format, mostOthers }: SyncTokenFormat,
): string | undefined {
  if (others.length > mostOthers) return undefined;
  return JSON.stringify([
    format,
    position,
    foreignCount,
    otherItems ?? null,
    stamp === undefined ? null : [stamp.lastCommit, stamp.itemCount, stamp.roundAt],
    ...others,
    ...(ofOtherPolicies === 0 ? [] : [ofOtherPolicies]),
  ]);
}

/** The same where the protocol may not have told a position. */
export function tokenAfter(
  position: string | undefined,
  format: SyncTokenFormat,
  rest: Omit<SyncToken, 'position'>,
): string | undefined {
  return position === undefined ? undefined : encodeSyncToken({ position, ...rest }, format);
}

/** Of a folder that was just made and holds nothing. */
export function freshSyncToken(position: string | undefined, format: SyncTokenFormat): string | undefined {
  return tokenAfter(position, format, {
    foreignCount: 0,
    otherItems: 0,
    others: [],
    ofOtherPolicies: 0,
    stamp: undefined,
  });
}

export function decodeSyncToken(text: string, { format: own }: SyncTokenFormat): SyncToken | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const [format, position, foreignCount, otherItems, stamp, ...others] = parts as readonly unknown[];
  if (format !== own || typeof position !== 'string' || typeof foreignCount !== 'number') return undefined;
  return {
    position,
    foreignCount,
    otherItems: typeof otherItems === 'number' ? otherItems : undefined,
    others: others.filter((one) => typeof one === 'string').map(itemId),
    // Earlier releases kept their ids among the others.
    ofOtherPolicies: others.find((one) => typeof one === 'number') ?? 0,
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
