// Finds the contact folder of a policy below Contacts, by mark before name. One request lists all folders below Contacts
// with what each says of itself, so that a renamed, moved or deleted folder shows at once, and an unchanged one too.

import type { FolderId } from '../../model/ids.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { isOurs } from '../contact-folder/found-mark.ts';
import {
  byName,
  type FolderWish,
  type ListedFolder,
  type Located,
  wasGivenName,
} from '../contact-folder/located-folder.ts';
import { isGone } from './failures.ts';
import {
  CONTACT_FOLDER_CLASS,
  FOLDERS_PER_PAGE,
  findFoldersBelow,
  getFolder,
  LAST_COMMIT,
} from './folder-operations.ts';
import {
  folderIdElement,
  folderIdOf,
  type MailboxSession,
  markOf,
  parentFolderIdOf,
  requireDone,
} from './mailbox-session.ts';
import { extendedIn } from './mapi-property.ts';
import { offsetAfter, Paging } from './paging.ts';
import { childOf, textOf, type XmlElement } from './xml-element.ts';
import type { Xml } from './xml-writer.ts';

export interface FoundFolder extends ListedFolder {
  /** false: a folder of mail, or one that the system keeps for itself. */
  readonly holdsContacts: boolean;
}

/** The contact folder with its sub-folders, '' first. */
export type LocatedFolder = Located<FoundFolder>;

export async function locateFolders(
  session: MailboxSession,
  codec: MarkCodec,
  wish: FolderWish,
  signal: AbortSignal,
): Promise<readonly LocatedFolder[]> {
  const all = await foldersBelowContacts(session, codec, signal);
  const root = wish.folder.useDefaultContacts
    ? await readFolder(session, codec, session.contacts, signal)
    : chooseRoot(all, wish);
  if (root === undefined) return [];
  const subfolders = childrenIn(all, root).filter((child) => belongs(child, wish));
  return [{ ...root, key: '' }, ...subfolders.map((child) => ({ ...child, key: child.name }))];
}

// Below Contacts itself lie the user's own folders and those of other policies: only ours are looked into.
function belongs(child: FoundFolder, { folder, policyId }: FolderWish): boolean {
  return folder.useDefaultContacts ? isOurs(child.mark, policyId) : child.holdsContacts;
}

function chooseRoot(all: readonly FoundFolder[], wish: FolderWish): FoundFolder | undefined {
  const { folder, policyId } = wish;
  const top = topOf(all);
  const marked = top.filter((one) => isOurs(one.mark, policyId));
  const atTop = byName(marked, folder.name) ?? marked[0];
  if (atTop !== undefined) return atTop;
  // The user may have moved it into another folder. Sub-folders carry marks too: what lies in a marked folder, or in
  // the folder of our name, is one of them, also where the contact folder belongs to another policy.
  const shared = byName(
    top.filter((one) => one.holdsContacts),
    folder.name,
  );
  let renamed = top.find((one) => wasGivenName(one, wish));
  let level = top;
  while (level.length > 0) {
    const entered = level.filter((one) => one.mark === undefined && one !== shared);
    level = entered.flatMap((one) => childrenIn(all, one));
    const nested = level.find((one) => isOurs(one.mark, policyId));
    if (nested !== undefined) return nested;
    renamed ??= level.find((one) => wasGivenName(one, wish));
  }
  return shared ?? renamed;
}

/** Whose parent is not in the list lies directly in Contacts. */
export function topOf(all: readonly FoundFolder[]): readonly FoundFolder[] {
  const ids = new Set<string>(all.map((one) => one.folderId));
  return all.filter((one) => !ids.has(one.parentId));
}

export function childrenIn(all: readonly FoundFolder[], parent: FoundFolder): readonly FoundFolder[] {
  return all.filter((one) => one.parentId === parent.folderId);
}

export async function foldersBelowContacts(
  session: MailboxSession,
  codec: MarkCodec,
  signal: AbortSignal,
): Promise<readonly FoundFolder[]> {
  const decode = (folder: XmlElement) => decodeFolder(folder, codec);
  return listFolders(
    session,
    (offset, rows) => findFoldersBelow(session.contacts, offset, rows),
    decode,
    signal,
  );
}

/** All pages of a list. */
export async function listFolders<Folder extends FoundFolder>(
  session: MailboxSession,
  operationAt: (offset: number, rows: number) => Xml,
  decode: (folder: XmlElement) => Folder,
  signal: AbortSignal,
): Promise<readonly Folder[]> {
  const found = new Map<FolderId, Folder>();
  const paging = new Paging(FOLDERS_PER_PAGE);
  for (let offset = 0; ; ) {
    const operation = (rows: number) => operationAt(offset, rows);
    const root = childOf(requireDone(await paging.ask(session, operation, signal)), 'RootFolder');
    const folders = (childOf(root, 'Folders')?.children ?? []).map(decode);
    // One that was made meanwhile pushes others to the next page, where they come once more.
    for (const folder of folders) found.set(folder.folderId, folder);
    const ids = folders.map(({ folderId }) => folderId);
    if (paging.isLast(root?.attributes['IncludesLastItemInRange'], ids)) return [...found.values()];
    offset = offsetAfter(root, offset);
  }
}

/** undefined when there is none. */
export async function readFolder(
  session: MailboxSession,
  codec: MarkCodec,
  id: Xml,
  signal: AbortSignal,
): Promise<FoundFolder | undefined> {
  const message = await session.ask(getFolder(id), signal);
  if (message.refusal !== undefined && isGone(message.code)) return undefined;
  const [folder] = childOf(requireDone(message), 'Folders')?.children ?? [];
  return folder === undefined ? undefined : decodeFolder(folder, codec);
}

export function readFolderById(
  session: MailboxSession,
  codec: MarkCodec,
  id: FolderId,
  signal: AbortSignal,
): Promise<FoundFolder | undefined> {
  return readFolder(session, codec, folderIdElement(id), signal);
}

export function decodeFolder(folder: XmlElement, codec: MarkCodec): FoundFolder {
  const folderClass = textOf(folder, 'FolderClass').toLowerCase();
  const count = textOf(folder, 'TotalCount');
  return {
    folderId: folderIdOf(folder),
    parentId: parentFolderIdOf(folder),
    name: textOf(folder, 'DisplayName'),
    holdsContacts: folderClass === CONTACT_FOLDER_CLASS.toLowerCase(),
    mark: markOf(folder, codec),
    itemCount: /^\d+$/.test(count) ? Number(count) : undefined,
    lastCommit: extendedIn(folder).get(LAST_COMMIT.key),
  };
}
