// What a protocol must be able to do for a contact folder to be read through it, and what a reading of one folder gives.

import type { ItemId, PolicyId } from '../../model/ids.ts';
import type { ForeignContact } from '../../model/mailbox.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { StampRules } from './folder-stamp.ts';
import type { ListedFolder, Located } from './located-folder.ts';
import type { Entries, ReadItem, Sum } from './read-item.ts';
import type { SyncTokenFormat } from './sync-token.ts';

/** What a round of changes tells of an item. */
export interface ChangedItem {
  /** '' where it is not told. */
  readonly version: string;
  /** ISO 8601 UTC; absent where it is not told. */
  readonly createdAt?: string;
}

/** What changed in a folder, what left it, and where the next round goes on. */
export interface ChangeRound<Changed extends ChangedItem> {
  readonly changed: ReadonlyMap<ItemId, Changed>;
  readonly removed: ReadonlySet<ItemId>;
  /** undefined: the server did not tell. */
  readonly position: string | undefined;
}

export interface FullRound {
  readonly items: readonly ReadItem[];
  /** From before the items were listed, so that the next round tells what happened meanwhile. */
  readonly position: string | undefined;
}

export interface FolderProtocol<Folder extends ListedFolder, Changed extends ChangedItem> {
  readonly policyId: PolicyId;
  readonly clock: Clock;
  readonly log: Log;
  readonly tokenFormat: SyncTokenFormat;
  readonly stampRules: StampRules<Folder>;
  /** false: what came and went between two rounds is told in none of them. */
  readonly tellsWhatCameAndWent: boolean;
  /** Everything in the folder. Contacts whose version `entries` knows need no properties, foreign ones only if asked for. */
  readAll(
    folder: Located<Folder>,
    options: { readonly entries: Entries; readonly includeForeign: boolean },
    signal: AbortSignal,
  ): Promise<FullRound>;
  /** undefined: the position is unusable, read everything. */
  changesSince(
    folder: Located<Folder>,
    position: string,
    signal: AbortSignal,
  ): Promise<ChangeRound<Changed> | undefined>;
  /** Those of a round, and others by their ids; what is gone or left the folder meanwhile is left out. */
  readSome(
    folder: Located<Folder>,
    changed: ReadonlyMap<ItemId, Changed>,
    others: readonly ItemId[],
    signal: AbortSignal,
  ): Promise<readonly ReadItem[]>;
  /** Exact, because a change does not tell whether the item was foreign before. */
  countForeign(folder: Located<Folder>, signal: AbortSignal): Promise<number>;
}

/** What one folder contributes to the snapshot. */
export interface FolderReading extends Sum {
  readonly foreign: readonly ForeignContact[];
  readonly foreignCount: number;
  readonly syncToken: string | undefined;
  readonly isFull: boolean;
}
