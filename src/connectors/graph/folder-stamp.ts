// Whether anything happened in a folder since its last delta round, told from what the list of folders says of it
// anyway: the time of the last change of an item, and the number of items (a deletion changes only that). So that an
// unchanged mailbox costs one request. A delta round is made all the same once a week, should the service not keep its
// promise.

import { createHash } from 'node:crypto';
import type { FoundFolder } from './folder-tree.ts';
import type { FolderStamp } from './sync-token.ts';

/** The time is told to the second: of a later change within the same second it would say nothing. */
const SETTLED_AFTER_MS = 10_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
const TRUSTED_FOR_MS = 7 * DAY_MS;
/** So that not all mailboxes of a first fill are due in the same run. */
const SPREAD_MS = 3 * DAY_MS;

type Stamped = Pick<FoundFolder, 'folderId' | 'lastCommit' | 'itemCount' | 'answeredAt'>;

/** For a delta round that begins now, after the folder was listed; undefined: the folder told nothing to rely on. */
export function stampOf({ lastCommit, itemCount, answeredAt }: Stamped, now: Date): FolderStamp | undefined {
  if (lastCommit === undefined || itemCount === undefined || answeredAt === undefined) return undefined;
  const age = answeredAt.getTime() - Date.parse(lastCommit);
  if (!(age >= SETTLED_AFTER_MS)) return undefined;
  return { lastCommit, itemCount, roundAt: now.toISOString() };
}

export function isUntouchedSince(
  stamp: FolderStamp | undefined,
  { folderId, lastCommit, itemCount }: Omit<Stamped, 'answeredAt'>,
  now: Date,
): boolean {
  if (stamp === undefined) return false;
  const age = now.getTime() - Date.parse(stamp.roundAt);
  // A clock that was set back must not make the trust last longer.
  if (!(age >= 0 && age < TRUSTED_FOR_MS - spreadOf(folderId))) return false;
  return stamp.lastCommit === lastCommit && stamp.itemCount === itemCount;
}

function spreadOf(folderId: string): number {
  const digest = createHash('sha256').update(folderId).digest();
  return (digest.readUInt16BE(0) / 0xffff) * SPREAD_MS;
}
