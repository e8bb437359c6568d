// One folder action, journaled before and after.

import type { FolderId, ItemId, RunId } from '../model/ids.ts';
import type { SnapshotFolder, TargetMailbox } from '../model/mailbox.ts';
import type { FolderAction } from '../model/plan.ts';
import type { Journal } from '../ports/journal.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';

export interface FolderWriting {
  readonly journal: Journal;
  readonly runId: RunId;
  readonly mailbox: TargetMailbox;
  readonly target: MailboxTarget;
  readonly signal: AbortSignal;
}

/** The folder after the action; undefined after `remove`. */
export async function writeFolder(
  { journal, runId, mailbox, target, signal }: FolderWriting,
  action: FolderAction,
): Promise<SnapshotFolder | undefined> {
  const ids = await journal.intend(runId, mailbox, [
    {
      change: FOLDER_CHANGES[action.kind],
      sourceObjectId: undefined,
      itemId: undefined,
      folderId: action.kind === 'create' ? undefined : action.folderId,
      folderKey: action.key,
      fields: [],
      before: undefined,
      label: action.kind === 'rename' ? action.from : action.name,
    },
  ]);
  const folder = await target.applyFolder(action, signal);
  await journal.record(ids, [{ status: 'applied', itemId: asItemId(folder?.folderId), version: '' }]);
  return folder;
}

/** The journal has one column for the id of whatever was made. */
function asItemId(id: FolderId | undefined): ItemId {
  return (id ?? '') as string as ItemId;
}

const FOLDER_CHANGES = {
  create: 'folderCreate',
  adopt: 'folderAdopt',
  rename: 'folderRename',
  remove: 'folderRemove',
} as const;
