// What carries no mark of ours in a mailbox, through Graph: listed whole, moved to Deleted Items by a conditional DELETE,
// made again by POST.

import type { ContactProperties } from '../../model/contact.ts';
import { Failure } from '../../model/failure.ts';
import type { FolderId } from '../../model/ids.ts';
import type { ChangeOutcome } from '../../model/plan.ts';
import type { ContactFolder, LeftoverItems, UnmarkedContact } from '../../ports/leftover-items.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { cancellable } from '../contact-folder/cancellable.ts';
import { contactFolders, folderAt } from '../contact-folder/folder-paths.ts';
import {
  type BatchAnswer,
  isRecord,
  isSuccess,
  isThrottledOrBusy,
  requireSuccess,
} from '../graph-client/index.ts';
import { decodeContact, encodeCreate, type GraphJson, mayBeCut } from './codec.ts';
import { isConflict, isFolderExists } from './failures.ts';
import { allFolders, DEFAULT_FOLDER, type FoundFolder, readFolderById } from './folder-tree.ts';
import {
  folderIdOf,
  ifMatch,
  itemIdOf,
  type MailboxRequests,
  markOf,
  recordOf,
  textIn,
  versionOf,
} from './mailbox-requests.ts';
import { EXPAND_ALL, EXPAND_MARK } from './schema.ts';

const ROWS_PER_PAGE = 999;

export function graphLeftovers(mailbox: MailboxRequests, codec: MarkCodec): LeftoverItems {
  const tools = { mailbox, codec };
  return {
    listFolders: (signal) => cancellable(signal, () => listFolders(tools, signal)),
    readContacts: (folder, signal) => cancellable(signal, () => readContacts(tools, folder, signal)),
    moveToDeletedItems: (folder, items, signal) =>
      cancellable(signal, () => moveToDeletedItems(tools, folder, items, signal)),
    restore: (folder, contacts, signal) =>
      cancellable(signal, () => restore(tools, folder, contacts, signal)),
    removeFolder: (folder, signal) => cancellable(signal, () => removeFolder(tools, folder, signal)),
    ensureFolder: (path, signal) => cancellable(signal, () => ensureFolder(tools, path, signal)),
  };
}

interface Tools {
  readonly mailbox: MailboxRequests;
  readonly codec: MarkCodec;
}

async function foldersBelow({ mailbox, codec }: Tools, signal: AbortSignal): Promise<readonly FoundFolder[]> {
  const below: FoundFolder[] = [];
  for await (const folder of allFolders(mailbox, codec, signal)) below.push(folder);
  return below;
}

async function listFolders(tools: Tools, signal: AbortSignal): Promise<readonly ContactFolder[]> {
  const { mailbox, codec } = tools;
  const contacts = await readFolderById(mailbox, codec, DEFAULT_FOLDER, signal);
  if (contacts === undefined)
    throw new Failure('unexpectedAnswer', { details: { code: 'noContactsFolder' } });
  return contactFolders(contacts, contacts.mayHaveChildren ? await foldersBelow(tools, signal) : []);
}

async function readContacts(
  { mailbox, codec }: Tools,
  folder: FolderId,
  signal: AbortSignal,
): Promise<readonly UnmarkedContact[]> {
  const path = `${mailbox.path('contactFolders', folder, 'contacts')}?$top=${ROWS_PER_PAGE}&$orderby=createdDateTime&${EXPAND_ALL}`;
  const whole: GraphJson[] = [];
  const cut: GraphJson[] = [];
  for await (const page of mailbox.pages(path, signal)) {
    for (const row of page) {
      if (!isRecord(row) || markOf(row, codec) !== undefined) continue;
      if (mayBeCut(row)) cut.push(row);
      else whole.push(row);
    }
  }
  const paths = cut.map((row) => `${mailbox.path('contacts', itemIdOf(row))}?${EXPAND_ALL}`);
  for (const row of await mailbox.getMany(paths, signal)) {
    if (row !== undefined && isUnmarkedIn(row, folder, codec)) whole.push(row);
  }
  return whole.map((row) => ({
    itemId: itemIdOf(row),
    version: versionOf(row),
    properties: decodeContact(row),
  }));
}

function isUnmarkedIn(row: GraphJson, folder: FolderId, codec: MarkCodec): boolean {
  return textIn(row, 'parentFolderId') === folder && markOf(row, codec) === undefined;
}

/** Never sent twice: deleting what already lies in Deleted Items would purge it. */
async function moveToDeletedItems(
  { mailbox, codec }: Tools,
  folder: FolderId,
  items: readonly Pick<UnmarkedContact, 'itemId' | 'version'>[],
  signal: AbortSignal,
): Promise<readonly ChangeOutcome[]> {
  const looks = items.map(
    ({ itemId }) => `${mailbox.path('contacts', itemId)}?$select=id,changeKey,parentFolderId&${EXPAND_MARK}`,
  );
  const rows = await mailbox.getMany(looks, signal);
  const refused = items.map(({ version }, index): ChangeOutcome | undefined => {
    const row = rows[index];
    if (row === undefined || textIn(row, 'parentFolderId') !== folder) return { status: 'gone' };
    const isAsRead = versionOf(row) === version && markOf(row, codec) === undefined;
    return isAsRead ? undefined : { status: 'conflict' };
  });
  const sent = items.filter((_, index) => refused[index] === undefined);
  const answers = await mailbox.batch(
    sent.map(({ itemId, version }) => ({
      method: 'DELETE',
      path: mailbox.path('contacts', itemId),
      headers: ifMatch(version),
      isSafeToRepeat: false,
    })),
    signal,
  );
  const outcomes = sent.map(({ itemId }, index) =>
    outcomeOf(mailbox, answers[index], () => ({ status: 'applied', itemId, version: '' })),
  );
  return refused.map((outcome) => outcome ?? outcomes.shift() ?? { status: 'gone' });
}

async function restore(
  { mailbox }: Tools,
  folder: FolderId,
  contacts: readonly ContactProperties[],
  signal: AbortSignal,
): Promise<readonly ChangeOutcome[]> {
  const answers = await mailbox.batch(
    contacts.map((properties) => ({
      method: 'POST',
      path: mailbox.path('contactFolders', folder, 'contacts'),
      body: encodeCreate(properties, []),
      isSafeToRepeat: false,
    })),
    signal,
  );
  return contacts.map((_, index) =>
    outcomeOf(mailbox, answers[index], (body) => {
      const row = recordOf(body);
      return { status: 'applied', itemId: itemIdOf(row), version: versionOf(row) };
    }),
  );
}

/** A refusal for load was now and then seen for a write that had happened (graph-exo 2.2); so may any 5xx. */
function outcomeOf(
  mailbox: MailboxRequests,
  answer: BatchAnswer | undefined,
  applied: (body: unknown) => ChangeOutcome,
): ChangeOutcome {
  if (answer === undefined) return { status: 'unknown', failure: new Failure('answerLost') };
  if (answer.kind === 'lost') return { status: 'unknown', failure: answer.failure };
  const { answer: told } = answer;
  if (isSuccess(told)) return applied(told.body);
  if (mailbox.isGone(told)) return { status: 'gone' };
  if (isConflict(told)) return { status: 'conflict' };
  const failure = mailbox.toFailure(told);
  const mayHaveHappened = isThrottledOrBusy(told) || (told.status >= 500 && told.status !== 507);
  return { status: mayHaveHappened ? 'unknown' : 'failed', failure };
}

/** Lists do not show every kind of item, so the store's own count decides. */
async function removeFolder(tools: Tools, id: FolderId, signal: AbortSignal): Promise<boolean> {
  const { mailbox } = tools;
  // One that already lies in Deleted Items is not found: deleting it there would purge it.
  const below = await foldersBelow(tools, signal);
  const folder = below.find(({ folderId }) => folderId === id);
  if (folder === undefined || folder.mark !== undefined || folder.itemCount !== 0) return false;
  if (below.some(({ parentId }) => parentId === id)) return false;
  const answer = await mailbox.delete(mailbox.path('contactFolders', id), signal);
  if (!mailbox.isGone(answer)) requireSuccess(answer, mailbox.toFailure);
  return true;
}

async function ensureFolder(tools: Tools, path: readonly string[], signal: AbortSignal): Promise<FolderId> {
  const { mailbox } = tools;
  let folders = await listFolders(tools, signal);
  for (let depth = 0; ; depth += 1) {
    const here = folderAt(folders, path.slice(0, depth));
    if (here === undefined) throw new Failure('changedSincePlanned');
    const name = path[depth];
    if (name === undefined) return here.folderId;
    if (folderAt(folders, path.slice(0, depth + 1)) !== undefined) continue;
    const where =
      depth === 0
        ? mailbox.path('contactFolders')
        : mailbox.path('contactFolders', here.folderId, 'childFolders');
    const answer = await mailbox.post(where, { displayName: name }, signal);
    if (isFolderExists(answer)) folders = await listFolders(tools, signal);
    else {
      const made = recordOf(requireSuccess(answer, mailbox.toFailure).body);
      const folderId = folderIdOf(made);
      folders = [...folders, { folderId, path: path.slice(0, depth + 1), isMarked: false }];
    }
  }
}
