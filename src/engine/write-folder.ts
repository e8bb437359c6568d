// One folder action, journaled before and after. A folder that cannot get its new name stays in use under the old one.

import { asFailure, type Failure } from '../model/failure.ts';
import type { FolderId, ItemId, RunId } from '../model/ids.ts';
import type { SnapshotFolder, TargetMailbox } from '../model/mailbox.ts';
import type { FolderAction } from '../model/plan.ts';
import type { RunEvent } from '../model/run.ts';
import type { Journal } from '../ports/journal.ts';
import type { MailboxTarget } from '../ports/mailbox-target.ts';

export interface FolderWriting {
  readonly journal: Journal;
  readonly runId: RunId;
  readonly mailbox: TargetMailbox;
  readonly target: MailboxTarget;
  readonly signal: AbortSignal;
}

export interface WrittenFolder {
  /** After the action; undefined after `remove`, and where the name was kept. */
  readonly folder: SnapshotFolder | undefined;
  /** Why it has its old name. */
  readonly nameKept?: Failure;
}

export async function writeFolder(
  { journal, runId, mailbox, target, signal }: FolderWriting,
  action: FolderAction,
): Promise<WrittenFolder> {
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
  let folder: SnapshotFolder | undefined;
  try {
    folder = await target.applyFolder(action, signal);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code !== 'folderNameTaken' && failure.code !== 'folderNameRefused') throw failure;
    await journal.record(ids, [{ status: 'refused', failure }]);
    return { folder: undefined, nameKept: failure };
  }
  await journal.record(ids, [{ status: 'applied', itemId: asItemId(folder?.folderId), version: '' }]);
  return { folder };
}

/** What a person should know of a mailbox that was written all the same. */
export function mailboxWarned(
  { id: mailboxId, primarySmtpAddress }: TargetMailbox,
  failure: Failure,
): Extract<RunEvent, { readonly type: 'mailbox.warned' }> {
  return { type: 'mailbox.warned', mailboxId, primarySmtpAddress, failure: failure.toRecord() };
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
