// Contacts of ours in the contact folders of a mailbox that are not the policy's, whatever the protocol: every folder that
// holds something is listed by itself.

import { Failure } from '../../model/failure.ts';
import { folderId, type ItemId, type PolicyId } from '../../model/ids.ts';
import type { ContactElsewhere } from '../../model/mailbox.ts';
import { pathsBelow } from './folder-paths.ts';
import { type FoundMark, isNewer, isOurs } from './found-mark.ts';
import type { ListedFolder } from './located-folder.ts';

export interface ElsewhereProtocol<Folder> {
  readonly policyId: PolicyId;
  /** undefined where it is not shown. */
  readContactsItself(signal: AbortSignal): Promise<Folder | undefined>;
  /** A folder after the one it lies in. */
  readFoldersBelow(signal: AbortSignal): Promise<readonly Folder[]>;
  listMarks(folder: Folder, signal: AbortSignal): AsyncIterable<MarkedItem>;
}

export interface MarkedItem {
  readonly itemId: ItemId;
  readonly createdAt: string;
  readonly mark: FoundMark;
}

/** `own`: the policy's folder and its sub-folders. */
export async function readElsewhere<Folder extends ListedFolder & { readonly holdsContacts: boolean }>(
  protocol: ElsewhereProtocol<Folder>,
  own: readonly ListedFolder[],
  signal: AbortSignal,
): Promise<readonly ContactElsewhere[]> {
  const contacts = await unlessClosed(() => protocol.readContactsItself(signal));
  const below = await protocol.readFoldersBelow(signal);
  const top = contacts?.folderId ?? parentOfAll(below);
  const folders = [
    ...(contacts === undefined ? [] : [{ folder: contacts, path: [] }]),
    ...pathsBelow({ folderId: folderId(top) }, below),
  ];
  const ownIds = new Set<string>(own.map((folder) => folder.folderId));
  const found: ContactElsewhere[] = [];
  for (const { folder, path } of folders) {
    if (ownIds.has(folder.folderId) || folder.itemCount === 0) continue;
    await unlessClosed(async () => {
      for await (const { itemId, createdAt, mark } of protocol.listMarks(folder, signal)) {
        if (mark === undefined || isNewer(mark) || !isOurs(mark, protocol.policyId)) continue;
        const { sourceObjectId } = mark;
        if (sourceObjectId !== undefined) found.push({ itemId, sourceObjectId, createdAt, path });
      }
    });
  }
  return found;
}

/** An account with rights on single folders has none on those of the user. Where all is closed, so is the list of folders. */
async function unlessClosed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === 'mailboxAccessDenied') return undefined;
    throw thrown;
  }
}

function parentOfAll(below: readonly ListedFolder[]): string {
  const ids = new Set<string>(below.map((folder) => folder.folderId));
  return below.find(({ parentId }) => !ids.has(parentId))?.parentId ?? '';
}
