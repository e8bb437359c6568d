// Folder actions: create, adopt, rename, remove. Each may be repeated after a lost answer. Contacts itself is never
// created, marked, renamed or removed.

import { Failure } from '../../model/failure.ts';
import type { PolicyId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import type { FolderAction } from '../../model/plan.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { isOurs } from '../contact-folder/found-mark.ts';
import { nameRefused, nameTaken } from '../contact-folder/kept-name.ts';
import { byName, type FolderWish } from '../contact-folder/located-folder.ts';
import { isFolderExists, isGone, isRefusedName } from './failures.ts';
import { createFolder, deleteFolder, updateFolder } from './folder-operations.ts';
import {
  childrenIn,
  type FoundFolder,
  foldersBelowContacts,
  locateFolders,
  readFolder,
  readFolderById,
  topOf,
} from './folder-tree.ts';
import { folderIdElement, folderIdOf, type MailboxSession, requireDone } from './mailbox-session.ts';
import { childOf } from './xml-element.ts';

export interface FolderTools {
  readonly session: MailboxSession;
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
  const { session, codec, wish } = tools;
  if (wish.folder.useDefaultContacts && action.key === '') {
    if (action.kind === 'remove') return undefined;
    return existing(await readFolder(session, codec, session.contacts, signal));
  }
  if (action.kind === 'create') return create(tools, action, signal);
  const all = await foldersBelowContacts(session, codec, signal);
  const folder = all.find((one) => one.folderId === action.folderId);
  switch (action.kind) {
    case 'adopt':
      return update(tools, existing(folder).folder, undefined, signal);
    case 'rename': {
      const found = existing(folder).folder;
      if (!isOurs(found.mark, wish.policyId)) throw new Failure('folderRefused');
      const siblings = all.filter((one) => one.parentId === found.parentId && one !== found);
      if (byName(siblings, action.name) !== undefined) throw nameTaken(action.name);
      return update(tools, found, action.name, signal);
    }
    case 'remove':
      await remove(tools, all, folder, signal);
      return undefined;
  }
}

function existing(folder: FoundFolder | undefined): { folder: FoundFolder; isNew: false } {
  if (folder === undefined) throw new Failure('changedSincePlanned');
  return { folder, isNew: false };
}

function identityFor({ codec, folderMark, wish }: FolderTools, name: string): string {
  return codec.encode(folderMark(wish.policyId, name)).identity;
}

async function create(
  tools: FolderTools,
  { key, name }: Extract<FolderAction, { readonly kind: 'create' }>,
  signal: AbortSignal,
): Promise<{ folder: FoundFolder; isNew: boolean }> {
  const { session, codec, wish } = tools;
  const parent = key === '' ? undefined : await requireRoot(tools, signal);
  const below = parent === undefined ? session.contacts : folderIdElement(parent.folderId);
  // Twice is as once: the second try meets the folder of the first.
  const message = await session.ask(createFolder(below, name, identityFor(tools, name)), signal);
  if (isFolderExists(message.code)) {
    const all = await foldersBelowContacts(session, codec, signal);
    const siblings = parent === undefined ? topOf(all) : childrenIn(all, parent);
    const found = existing(byName(siblings, name));
    // A folder of mail, say: nothing of ours can lie in it.
    if (!found.folder.holdsContacts) throw new Failure('folderRefused');
    return found;
  }
  const [made] = childOf(requireDone(message), 'Folders')?.children ?? [];
  if (made === undefined) throw new Failure('unexpectedAnswer', { details: { code: 'folderMissing' } });
  const folder: FoundFolder = {
    folderId: folderIdOf(made),
    parentId: parent?.folderId ?? '',
    name,
    holdsContacts: true,
    mark: tools.folderMark(wish.policyId, name),
    itemCount: 0,
    lastCommit: undefined,
  };
  return { folder, isNew: true };
}

async function requireRoot(tools: FolderTools, signal: AbortSignal): Promise<FoundFolder> {
  const [root] = await locateFolders(tools.session, tools.codec, tools.wish, signal);
  return existing(root).folder;
}

async function update(
  tools: FolderTools,
  folder: FoundFolder,
  name: string | undefined,
  signal: AbortSignal,
): Promise<{ folder: FoundFolder; isNew: false }> {
  const { session, codec } = tools;
  const identity = identityFor(tools, name ?? folder.name);
  const message = await session.ask(updateFolder(folder.folderId, name, identity), signal);
  if (isFolderExists(message.code)) throw nameTaken(name ?? folder.name);
  if (isGone(message.code)) throw new Failure('changedSincePlanned');
  if (name !== undefined && isRefusedName(message.code)) throw nameRefused(name, message.code);
  requireDone(message);
  return existing(await readFolderById(session, codec, folder.folderId, signal));
}

/**
 * Only ours, only when nothing is in it at this moment, and only to Deleted Items. One that already lies there is not
 * found below Contacts: deleting it once more would purge it, and so would repeating a request whose answer was lost.
 */
async function remove(
  { session, wish }: FolderTools,
  all: readonly FoundFolder[],
  folder: FoundFolder | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (folder === undefined || !isOurs(folder.mark, wish.policyId) || folder.itemCount !== 0) return;
  if (childrenIn(all, folder).length > 0) return;
  const answer = await session.write(deleteFolder(folder.folderId), 1, signal);
  if (answer.kind === 'lost') throw answer.failure;
  if (answer.kind === 'refused') throw answer.refusal.failure;
  const [message] = answer.messages;
  if (message === undefined) throw new Failure('unexpectedAnswer', { details: { code: 'messageMissing' } });
  if (!isGone(message.code)) requireDone(message);
}
