// Whether anything happened in a folder since its last round of changes, told from what the list of folders says of it
// anyway: the time of the last change of an item, and the number of items (a deletion changes only that). So that an
// unchanged mailbox costs one request (docs/decisions/0010).

/** What the folder said of itself before a round. */
export interface FolderStamp {
  readonly lastCommit: string;
  readonly itemCount: number;
  /** ISO 8601: when the round was made. */
  readonly roundAt: string;
}

export interface Stamped {
  /** As the server tells it; undefined in an empty folder, or where it is not told. */
  readonly lastCommit: string | undefined;
  /** Items of every kind; undefined where the server does not tell. */
  readonly itemCount: number | undefined;
}

/** How far a server's word is relied upon. */
export interface StampRules<Folder> {
  /** When the folder was listed, by the clock that comes nearest to the server's; undefined: not known. */
  readonly listedAt: (folder: Folder, now: Date) => Date | undefined;
  /** How old the last change must be: the time is told to the second and says nothing of a later one within it. */
  readonly settledAfterMs: number;
  /** After that a round is made all the same, should the server not keep its promise. */
  readonly trustedForMs: (folder: Folder) => number;
}

/** For a round that begins now, after the folder was listed; undefined: the folder told nothing to rely on. */
export function stampOf<Folder extends Stamped>(
  folder: Folder,
  { listedAt, settledAfterMs }: StampRules<Folder>,
  now: Date,
): FolderStamp | undefined {
  const { lastCommit, itemCount } = folder;
  const listed = listedAt(folder, now);
  if (lastCommit === undefined || itemCount === undefined || listed === undefined) return undefined;
  const age = listed.getTime() - Date.parse(lastCommit);
  if (!(age >= settledAfterMs)) return undefined;
  return { lastCommit, itemCount, roundAt: now.toISOString() };
}

export function isUntouchedSince<Folder extends Stamped>(
  stamp: FolderStamp | undefined,
  folder: Folder,
  { trustedForMs }: StampRules<Folder>,
  now: Date,
): boolean {
  if (stamp === undefined) return false;
  const age = now.getTime() - Date.parse(stamp.roundAt);
  // A clock that was set back must not make the trust last longer.
  if (!(age >= 0 && age < trustedForMs(folder))) return false;
  return stamp.lastCommit === folder.lastCommit && stamp.itemCount === folder.itemCount;
}
