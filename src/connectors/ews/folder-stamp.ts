// Whether anything happened in a folder since its last round of changes, told from what the list of folders says of it
// anyway: the time of the last change of an item, and the number of items (a deletion changes only that). So that an
// unchanged mailbox costs one request. The changes are asked for all the same once a day, should the server not keep its
// promise.

import type { FoundFolder } from './folder-tree.ts';
import type { FolderStamp } from './sync-token.ts';

/**
 * The time is told to the second: of a later change within the same second it would say nothing. And the clocks of a
 * domain may differ by five minutes before Kerberos refuses them.
 */
const SETTLED_AFTER_MS = 310_000;
const TRUSTED_FOR_MS = 24 * 60 * 60 * 1_000;

type Stamped = Pick<FoundFolder, 'lastCommit' | 'itemCount'>;

/** For a round that begins now, after the folder was listed; undefined: the folder told nothing to rely on. */
export function stampOf({ lastCommit, itemCount }: Stamped, now: Date): FolderStamp | undefined {
  if (lastCommit === undefined || itemCount === undefined) return undefined;
  const age = now.getTime() - Date.parse(lastCommit);
  if (!(age >= SETTLED_AFTER_MS)) return undefined;
  return { lastCommit, itemCount, roundAt: now.toISOString() };
}

export function isUntouchedSince(
  stamp: FolderStamp | undefined,
  { lastCommit, itemCount }: Stamped,
  now: Date,
): boolean {
  if (stamp === undefined) return false;
  const age = now.getTime() - Date.parse(stamp.roundAt);
  // A clock that was set back must not make the trust last longer.
  if (!(age >= 0 && age < TRUSTED_FOR_MS)) return false;
  return stamp.lastCommit === lastCommit && stamp.itemCount === itemCount;
}
