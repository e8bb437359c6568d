// What carries no mark of ours in a mailbox, through EWS: listed whole, looked at right before it is moved to Deleted
// Items (the protocol knows no condition for a deletion), made again by CreateItem.

import type { ContactProperties } from '../../model/contact.ts';
import { Failure } from '../../model/failure.ts';
import type { FolderId } from '../../model/ids.ts';
import type { ChangeOutcome } from '../../model/plan.ts';
import type { ContactFolder, LeftoverItems, UnmarkedContact } from '../../ports/leftover-items.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import { cancellable } from '../contact-folder/cancellable.ts';
import { contactFolders, folderAt } from '../contact-folder/folder-paths.ts';
import { asLost } from './answer-reader.ts';
import { MARK_AND_PLACE_SHAPE } from './contact-reader.ts';
import { newContact } from './contact-writer.ts';
import type { EwsAnswer } from './ews-client.ts';
import { isConflict, isFolderExists, isGone } from './failures.ts';
import { createFolder, deleteFolder } from './folder-operations.ts';
import { foldersBelowContacts, readFolder } from './folder-tree.ts';
import { createItems, deleteItems } from './item-operations.ts';
import { rowOf } from './item-rows.ts';
import {
  folderIdElement,
  folderIdOf,
  itemIdOf,
  type MailboxSession,
  parentFolderIdOf,
  requireDone,
  versionOf,
} from './mailbox-session.ts';
import { readFolderItems } from './read-folder-items.ts';
import { readItems } from './read-items.ts';
import type { ResponseMessage } from './response-message.ts';
import { childOf, type XmlElement } from './xml-element.ts';

export function ewsLeftovers(session: MailboxSession, codec: MarkCodec): LeftoverItems {
  const tools = { session, codec };
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
  readonly session: MailboxSession;
  readonly codec: MarkCodec;
}

async function listFolders(
  { session, codec }: Tools,
  signal: AbortSignal,
): Promise<readonly ContactFolder[]> {
  const contacts = await readFolder(session, codec, session.contacts, signal);
  if (contacts === undefined)
    throw new Failure('unexpectedAnswer', { details: { code: 'noContactsFolder' } });
  const listed = await foldersBelowContacts(session, codec, signal);
  const below: (typeof listed)[number][] = [];
  // The list is in no promised order.
  for (let level = [contacts.folderId as string]; level.length > 0; ) {
    const next = listed.filter(({ parentId }) => level.includes(parentId));
    below.push(...next);
    level = next.map(({ folderId }) => folderId);
  }
  return contactFolders(contacts, below);
}

async function readContacts(
  { session, codec }: Tools,
  folderId: FolderId,
  signal: AbortSignal,
): Promise<readonly UnmarkedContact[]> {
  const { items, failure } = await readFolderItems(session, codec, { folderId }, signal);
  if (failure !== undefined) throw failure;
  return items.flatMap(({ kind, isMarked, itemId, version, properties }) =>
    kind === 'contact' && !isMarked ? [{ itemId, version, properties }] : [],
  );
}

async function moveToDeletedItems(
  { session, codec }: Tools,
  folder: FolderId,
  items: readonly Pick<UnmarkedContact, 'itemId' | 'version'>[],
  signal: AbortSignal,
): Promise<readonly ChangeOutcome[]> {
  const decode = (item: XmlElement) => (parentFolderIdOf(item) === folder ? rowOf(item, codec) : undefined);
  const ids = items.map(({ itemId }) => itemId);
  const rows = await readItems(session, ids, MARK_AND_PLACE_SHAPE, decode, signal);
  const refused = items.map(({ version }, index): ChangeOutcome | undefined => {
    const row = rows[index];
    if (row === undefined) return { status: 'gone' };
    return row.version === version && row.mark === undefined ? undefined : { status: 'conflict' };
  });
  const sent = items.filter((_, index) => refused[index] === undefined);
  const outcomes: ChangeOutcome[] = [];
  if (sent.length > 0) {
    const answer = await session.write(deleteItems('soft', sent), sent.length, signal);
    for (const [index, { itemId }] of sent.entries())
      outcomes.push(outcomeAt(answer, index, () => ({ status: 'applied', itemId, version: '' })));
  }
  return refused.map((outcome) => outcome ?? outcomes.shift() ?? { status: 'gone' });
}

async function restore(
  { session }: Tools,
  folder: FolderId,
  contacts: readonly ContactProperties[],
  signal: AbortSignal,
): Promise<readonly ChangeOutcome[]> {
  if (contacts.length === 0) return [];
  const xml = createItems(
    folder,
    contacts.map((properties) => newContact(properties, [])),
  );
  const answer = await session.write(xml, contacts.length, signal);
  return contacts.map((_, index) =>
    outcomeAt(answer, index, ({ element }) => {
      const [item] = childOf(element, 'Items')?.children ?? [];
      if (item === undefined) return { status: 'unknown', failure: new Failure('unexpectedAnswer') };
      return { status: 'applied', itemId: itemIdOf(item), version: versionOf(item) };
    }),
  );
}

/** Throws where nothing was carried out and nothing will be: the mailbox, or the run, has to hear it. */
function outcomeAt(
  answer: EwsAnswer,
  index: number,
  applied: (message: ResponseMessage) => ChangeOutcome,
): ChangeOutcome {
  if (answer.kind === 'refused') {
    if (answer.refusal.reaction === 'final') throw answer.refusal.failure;
    return { status: 'unknown', failure: answer.refusal.failure };
  }
  const message = answer.messages[index];
  if (message === undefined) {
    const failure = answer.kind === 'lost' ? asLost(answer.failure) : new Failure('answerLost');
    return { status: 'unknown', failure };
  }
  const { refusal, code } = message;
  if (refusal === undefined) return applied(message);
  if (isGone(code)) return { status: 'gone' };
  if (isConflict(code)) return { status: 'conflict' };
  const isFinal = refusal.reaction === 'final' || refusal.reaction === 'smaller';
  return { status: isFinal ? 'failed' : 'unknown', failure: refusal.failure };
}

/** One that already lies in Deleted Items is not found below Contacts: deleting it once more would purge it. */
async function removeFolder({ session, codec }: Tools, id: FolderId, signal: AbortSignal): Promise<boolean> {
  const below = await foldersBelowContacts(session, codec, signal);
  const folder = below.find(({ folderId }) => folderId === id);
  if (folder === undefined || folder.mark !== undefined || folder.itemCount !== 0) return false;
  if (below.some(({ parentId }) => parentId === id)) return false;
  const answer = await session.write(deleteFolder(id), 1, signal);
  if (answer.kind === 'lost') throw answer.failure;
  if (answer.kind === 'refused') throw answer.refusal.failure;
  const [message] = answer.messages;
  if (message === undefined) throw new Failure('unexpectedAnswer', { details: { code: 'messageMissing' } });
  if (!isGone(message.code)) requireDone(message);
  return true;
}

async function ensureFolder(tools: Tools, path: readonly string[], signal: AbortSignal): Promise<FolderId> {
  const { session } = tools;
  let folders = await listFolders(tools, signal);
  for (let depth = 0; ; depth += 1) {
    const here = folderAt(folders, path.slice(0, depth));
    if (here === undefined) throw new Failure('changedSincePlanned');
    const name = path[depth];
    if (name === undefined) return here.folderId;
    if (folderAt(folders, path.slice(0, depth + 1)) !== undefined) continue;
    const message = await session.ask(createFolder(folderIdElement(here.folderId), name), signal);
    if (isFolderExists(message.code)) folders = await listFolders(tools, signal);
    else {
      const [made] = childOf(requireDone(message), 'Folders')?.children ?? [];
      if (made === undefined) throw new Failure('unexpectedAnswer', { details: { code: 'folderMissing' } });
      folders = [...folders, { folderId: folderIdOf(made), path: path.slice(0, depth + 1), isMarked: false }];
    }
  }
}
