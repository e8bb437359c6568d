// Finds the contact folder of a policy below Contacts, by mark before name. v1.0 lists the folders below Contacts and
// leaves Contacts itself out (graph-exo 1.1), so nothing depends on the localized name of Contacts.

import type { MarkCodec } from '../../ports/mark-codec.ts';
import { isOurs } from '../contact-folder/found-mark.ts';
import {
  byName,
  type FolderWish,
  type ListedFolder,
  type Located,
  wasGivenName,
} from '../contact-folder/located-folder.ts';
import { dateOf, isRecord, requireSuccess } from '../graph-client/index.ts';
import { decodeExtended, type GraphJson } from './codec.ts';
import { folderIdOf, type MailboxRequests, markOf, recordOf, textIn } from './mailbox-requests.ts';
import { IDENTITY_PROPERTY } from './ownership-properties.ts';
import { expandOf, normalizedId } from './schema.ts';

/** PR_CONTENT_COUNT and PR_FOLDER_CHILD_COUNT: the v1.0 folder itself counts nothing (MS-OXPROPS). */
const ITEM_COUNT = 'Integer 0x3602';
const CHILD_COUNT = 'Integer 0x6638';
/** PR_LOCAL_COMMIT_TIME_MAX: when an item of the folder last changed (MS-OXCFOLD 2.2.2.2.1.14). */
const LAST_COMMIT = 'SystemTime 0x670A';
/** PidTagContainerClass: folders that Outlook keeps for itself are of a class below that of contact folders. */
const FOLDER_CLASS = 'String 0x3613';
const FOLDER_QUERY = `${expandOf([IDENTITY_PROPERTY, ITEM_COUNT, CHILD_COUNT, LAST_COMMIT, FOLDER_CLASS])}`;
const FOLDERS_PER_PAGE = 250;
const DEEPEST = 20;

/** Undocumented but in wide use; the documented way, the parent of any contact, fails in an empty folder. */
export const DEFAULT_FOLDER = 'contacts';

export interface FoundFolder extends ListedFolder {
  /** false only when the mailbox says so. */
  readonly holdsContacts: boolean;
  /** When it was listed, by the clock of the service. */
  readonly answeredAt: Date | undefined;
  /** false only when the mailbox says so. */
  readonly mayHaveChildren: boolean;
}

/** The contact folder with its sub-folders, '' first. */
export type LocatedFolder = Located<FoundFolder>;

export async function locateFolders(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  wish: FolderWish,
  signal: AbortSignal,
): Promise<readonly LocatedFolder[]> {
  const root = await locateRoot(mailbox, codec, wish, signal);
  if (root === undefined) return [];
  const children = await readChildren(mailbox, codec, root, signal);
  const subfolders = children.filter((child) => belongs(child, wish));
  return [{ ...root, key: '' }, ...subfolders.map((child) => ({ ...child, key: child.name }))];
}

// Below Contacts itself lie the user's own folders and those of other policies: only ours are looked into.
function belongs(child: FoundFolder, { folder, policyId }: FolderWish): boolean {
  return !folder.useDefaultContacts || isOurs(child.mark, policyId);
}

async function locateRoot(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  wish: FolderWish,
  signal: AbortSignal,
): Promise<FoundFolder | undefined> {
  const { folder, policyId } = wish;
  if (folder.useDefaultContacts) return readFolderById(mailbox, codec, DEFAULT_FOLDER, signal);
  const top = await readTop(mailbox, codec, signal);
  const marked = top.filter((one) => isOurs(one.mark, policyId));
  const atTop = byName(marked, folder.name) ?? marked[0];
  if (atTop !== undefined) return atTop;
  // The user may have moved it into another folder. Sub-folders carry marks too: what lies in a marked folder, or in
  // the folder of our name, is one of them, also where the contact folder belongs to another policy.
  const shared = byName(top, folder.name);
  let renamed = top.find((one) => wasGivenName(one, wish));
  const mayHoldContactFolder = (one: FoundFolder) => one.mark === undefined && one !== shared;
  for await (const nested of walk(mailbox, codec, top, signal, mayHoldContactFolder)) {
    if (isOurs(nested.mark, policyId)) return nested;
    if (wasGivenName(nested, wish)) renamed ??= nested;
  }
  return shared ?? renamed;
}

export async function* allFolders(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  signal: AbortSignal,
): AsyncGenerator<FoundFolder, void, undefined> {
  const top = await readTop(mailbox, codec, signal);
  yield* top;
  yield* walk(mailbox, codec, top, signal);
}

async function* walk(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  top: readonly FoundFolder[],
  signal: AbortSignal,
  enters: (folder: FoundFolder) => boolean = () => true,
): AsyncGenerator<FoundFolder, void, undefined> {
  let level = top;
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) {
    const next: FoundFolder[] = [];
    for (const folder of level.filter(enters)) {
      next.push(...(await readChildren(mailbox, codec, folder, signal)));
    }
    yield* next;
    level = next;
  }
}

function readTop(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  signal: AbortSignal,
): Promise<readonly FoundFolder[]> {
  return readList(mailbox, codec, mailbox.path('contactFolders'), signal);
}

export async function readChildren(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  folder: FoundFolder,
  signal: AbortSignal,
): Promise<readonly FoundFolder[]> {
  if (!folder.mayHaveChildren) return [];
  return readList(mailbox, codec, mailbox.path('contactFolders', folder.folderId, 'childFolders'), signal);
}

async function readList(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  path: string,
  signal: AbortSignal,
): Promise<readonly FoundFolder[]> {
  const found: FoundFolder[] = [];
  const pages = mailbox.smallPages(`${path}?$top=${FOLDERS_PER_PAGE}&${FOLDER_QUERY}`, signal);
  for await (const { value, answeredAt } of pages) {
    for (const row of value) if (isRecord(row)) found.push(decodeFolder(row, codec, answeredAt));
  }
  return found;
}

/** undefined when there is none. */
export async function readFolderById(
  mailbox: MailboxRequests,
  codec: MarkCodec,
  id: string,
  signal: AbortSignal,
): Promise<FoundFolder | undefined> {
  const answer = await mailbox.getSmall(`${mailbox.path('contactFolders', id)}?${FOLDER_QUERY}`, signal);
  if (mailbox.isGone(answer)) return undefined;
  return decodeFolder(recordOf(requireSuccess(answer, mailbox.toFailure).body), codec, dateOf(answer));
}

export function decodeFolder(row: GraphJson, codec: MarkCodec, answeredAt?: Date): FoundFolder {
  const extended = decodeExtended(row);
  return {
    folderId: folderIdOf(row),
    parentId: textIn(row, 'parentFolderId'),
    name: textIn(row, 'displayName'),
    mark: markOf(row, codec),
    itemCount: numberIn(extended, ITEM_COUNT),
    lastCommit: extended.get(normalizedId(LAST_COMMIT)),
    answeredAt,
    holdsContacts: /^(?:IPF\.Contact)?$/i.test(extended.get(normalizedId(FOLDER_CLASS)) ?? ''),
    mayHaveChildren: numberIn(extended, CHILD_COUNT) !== 0,
  };
}

function numberIn(extended: ReadonlyMap<string, string>, id: string): number | undefined {
  const number = Number(extended.get(normalizedId(id)) ?? Number.NaN);
  return Number.isInteger(number) ? number : undefined;
}
