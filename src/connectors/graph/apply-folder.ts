// Folder actions: create, adopt, rename, remove. Each may be repeated after a lost answer. Contacts itself is never
// created, marked, renamed or removed.

import { Failure } from '../../model/failure.ts';
import type { FolderId, PolicyId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import type { FolderAction } from '../../model/plan.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { isOurs } from '../contact-folder/found-mark.ts';
import { nameRefused, nameTaken } from '../contact-folder/kept-name.ts';
import { byName, type FolderWish } from '../contact-folder/located-folder.ts';
import { errorOf, isRecord, requireSuccess } from '../graph-client/index.ts';
import { isFolderExists, isRefusedName } from './failures.ts';
import {
  allFolders,
  DEFAULT_FOLDER,
  decodeFolder,
  type FoundFolder,
  locateFolders,
  readChildren,
  readFolderById,
} from './folder-tree.ts';
import { type MailboxRequests, recordOf } from './mailbox-requests.ts';
import { IDENTITY_PROPERTY } from './ownership-properties.ts';

export interface FolderTools {
  readonly mailbox: MailboxRequests;
  readonly codec: MarkCodec;
  readonly wish: FolderWish;
  /** The mark of a folder that gets this name from us. */
  readonly folderMark: (policyId: PolicyId, name: string) => OwnershipMark;
}

/** The folder after the action; `isNew`: it was made by this call and is empty. undefined: after `remove`. */
export async function applyFolderAction(
  tools: FolderTools,
  action: FolderAction,
  signal: AbortSignal,
): Promise<{ readonly folder: FoundFolder; readonly isNew: boolean } | undefined> {
  const { mailbox, codec, wish } = tools;
  if (wish.folder.useDefaultContacts && action.key === '') {
    if (action.kind === 'remove') return undefined;
    return existing(await readFolderById(mailbox, codec, DEFAULT_FOLDER, signal));
  }
  switch (action.kind) {
    case 'create':
      return createFolder(tools, action, signal);
    case 'adopt': {
      const { folder } = existing(await findBelowContacts(tools, action.folderId, signal));
      return patchFolder(tools, folder, undefined, signal);
    }
    case 'rename': {
      const { folder } = existing(await findBelowContacts(tools, action.folderId, signal));
      if (!isOurs(folder.mark, wish.policyId)) throw new Failure('folderRefused');
      return patchFolder(tools, folder, action.name, signal);
    }
    case 'remove':
      await removeFolder(tools, action, signal);
      return undefined;
  }
}

async function findBelowContacts(
  { mailbox, codec }: FolderTools,
  id: FolderId,
  signal: AbortSignal,
): Promise<FoundFolder | undefined> {
  for await (const folder of allFolders(mailbox, codec, signal)) if (folder.folderId === id) return folder;
  return undefined;
}

function existing(folder: FoundFolder | undefined): { folder: FoundFolder; isNew: false } {
  if (folder === undefined) throw new Failure('changedSincePlanned');
  return { folder, isNew: false };
}

function markBody({ codec, folderMark, wish }: FolderTools, name: string) {
  const { identity } = codec.encode(folderMark(wish.policyId, name));
  return { singleValueExtendedProperties: [{ id: IDENTITY_PROPERTY, value: identity }] };
}

async function createFolder(
  tools: FolderTools,
  action: Extract<FolderAction, { readonly kind: 'create' }>,
  signal: AbortSignal,
): Promise<{ folder: FoundFolder; isNew: boolean }> {
  const { mailbox, codec, wish } = tools;
  const parent = action.key === '' ? undefined : await requireRoot(tools, signal);
  const path =
    parent === undefined
      ? mailbox.path('contactFolders')
      : mailbox.path('contactFolders', parent.folderId, 'childFolders');
  const body = { displayName: action.name, ...markBody(tools, action.name) };
  const answer = await mailbox.post(path, body, signal);
  if (isFolderExists(answer)) return existing(await findSibling(tools, path, action.name, signal));
  const row = recordOf(requireSuccess(answer, mailbox.toFailure).body);
  // A POST shows no extended properties, and so neither the mark just written.
  const mark = tools.folderMark(wish.policyId, action.name);
  return { folder: { ...decodeFolder(row, codec), mark, mayHaveChildren: false, itemCount: 0 }, isNew: true };
}

async function requireRoot(tools: FolderTools, signal: AbortSignal): Promise<FoundFolder> {
  const [root] = await locateFolders(tools.mailbox, tools.codec, tools.wish, signal);
  return existing(root).folder;
}

async function findSibling(
  { mailbox, codec }: FolderTools,
  path: string,
  name: string,
  signal: AbortSignal,
): Promise<FoundFolder | undefined> {
  const ids: string[] = [];
  for await (const { value: page } of mailbox.smallPages(`${path}?$top=250`, signal)) {
    const rows = page.filter(isRecord).map((row) => decodeFolder(row, codec));
    const found = byName(rows, name);
    if (found !== undefined) ids.push(found.folderId);
  }
  const [id] = ids;
  return id === undefined ? undefined : readFolderById(mailbox, codec, id, signal);
}

async function patchFolder(
  tools: FolderTools,
  folder: FoundFolder,
  newName: string | undefined,
  signal: AbortSignal,
): Promise<{ folder: FoundFolder; isNew: false }> {
  const { mailbox, codec } = tools;
  const body = {
    ...(newName === undefined ? {} : { displayName: newName }),
    ...markBody(tools, newName ?? folder.name),
  };
  const answer = await mailbox.patch(mailbox.path('contactFolders', folder.folderId), body, signal);
  if (isFolderExists(answer)) throw nameTaken(newName ?? folder.name);
  if (mailbox.isGone(answer)) throw new Failure('changedSincePlanned');
  if (newName !== undefined && isRefusedName(answer)) throw nameRefused(newName, errorOf(answer).code);
  requireSuccess(answer, mailbox.toFailure);
  return existing(await readFolderById(mailbox, codec, folder.folderId, signal));
}

/** Only ours, only when nothing is in it at this moment, and only to Deleted Items: what the user adds meanwhile can be
 * fetched back from there. Lists do not show every kind of item, so the store's own count decides. */
async function removeFolder(
  tools: FolderTools,
  action: Extract<FolderAction, { readonly kind: 'remove' }>,
  signal: AbortSignal,
): Promise<void> {
  const { mailbox, codec, wish } = tools;
  // One that already lies in Deleted Items is not found: deleting it there would purge it.
  const folder = await findBelowContacts(tools, action.folderId, signal);
  if (folder === undefined || !isOurs(folder.mark, wish.policyId) || folder.itemCount !== 0) return;
  const children = await readChildren(mailbox, codec, folder, signal);
  if (children.length > 0) return;
  const answer = await mailbox.delete(mailbox.path('contactFolders', folder.folderId), signal);
  if (!mailbox.isGone(answer)) requireSuccess(answer, mailbox.toFailure);
}
