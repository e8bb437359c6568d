// Makes the folders that a copying needs. One that the server does not take keeps back what would lie in it, and no more.

import { Failure } from '../model/failure.ts';
import type { FolderId } from '../model/ids.ts';
import type { FolderSnapshot } from '../model/mailbox.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';
import type { CopyWork } from './copy-further.ts';

export interface CopyFolders {
  /** Ids by key. */
  readonly folders: ReadonlyMap<string, FolderId>;
  /** Sub-folders that could not be made, by key: the contacts of the others are copied all the same. */
  readonly refused: ReadonlyMap<string, Failure>;
}

export async function makeCopyFolders(
  target: MailboxTarget,
  snapshot: FolderSnapshot,
  works: readonly CopyWork[],
  name: string,
  signal: AbortSignal,
): Promise<CopyFolders> {
  const folders = new Map(snapshot.folders.map((folder) => [folder.key, folder.folderId]));
  const refused = new Map<string, Failure>();
  const needed = works.flatMap(({ change }) => (change.kind === 'create' ? [change.copy.folderKey] : []));
  if (needed.length === 0) return { folders, refused };
  for (const key of new Set(['', ...needed.toSorted()])) {
    if (folders.has(key)) continue;
    try {
      const made = await target.applyFolder({ kind: 'create', key, name: key === '' ? name : key }, signal);
      if (made !== undefined) folders.set(key, made.folderId);
    } catch (thrown) {
      if (key === '' || signal.aborted || !isOfOneFolder(thrown)) throw thrown;
      refused.set(key, named(thrown, key));
    }
  }
  return { folders, refused };
}

/** What a server says of a name that it does not take has no number of its own. */
function isOfOneFolder(thrown: unknown): thrown is Failure {
  return thrown instanceof Failure && thrown.code === 'unexpectedAnswer';
}

function named({ code, details, requestId, cause }: Failure, folder: string): Failure {
  const asked = requestId === undefined ? {} : { requestId };
  return new Failure(code, { details: { ...details, folder }, cause, ...asked });
}
