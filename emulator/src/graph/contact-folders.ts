// Contact folders of a mailbox. v1.0 leaves the default Contacts folder out of the list (docs issue 6273); it is
// reached by its id or by the undocumented alias `contacts`.
import {
  childFolders,
  createFolder,
  deleteFolder,
  isDeleted,
  purgeFolder,
  updateFolder,
} from '../organization/folder-store.ts';
import { itemsIn } from '../organization/mailbox-store.ts';
import type { ContactFolder, Mailbox } from '../organization/state.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import { created, type Json, jsonBody, noContent, ok, requireNoBody } from './call.ts';
import { unknownProperty, wrongType } from './contact-properties.ts';
import { cut, cutExtended } from './contact-view.ts';
import {
  type ExtendedValue,
  expandedProperties,
  readExtendedProperties,
  showExtendedProperties,
} from './extended-properties.ts';
import { badRequest, GraphError, itemNotFound, notEmulated } from './graph-error.ts';
import { requireWellFormedId } from './item-ids.ts';
import type { MailboxCall } from './mailbox-gate.ts';
import { matches, nodesOf, pathOfNode } from './query/filter-match.ts';
import { parseFilter } from './query/filter-syntax.ts';
import { booleanOption, numberOption, queryWith, selectOption } from './query/options.ts';

export const folderListOptions = ['$top', '$skip', '$select', '$filter', '$expand', '$count'];

const folderProperties = ['id', 'displayName', 'parentFolderId'];
const usualPage = 10;

/** The folder named in the path; the default Contacts folder where the path names none. */
export function folderOf({ call, mailbox }: MailboxCall): ContactFolder {
  const key = call.parameters.folder ?? 'contacts';
  const id = key.toLowerCase() === 'contacts' ? mailbox.contactsFolderId : requireWellFormedId(key);
  const folder = mailbox.folders.get(id);
  if (folder === undefined) throw itemNotFound();
  return folder;
}

export function listContactFolders(opened: MailboxCall): EmulatorResponse {
  return list(opened, childFolders(opened.mailbox, opened.mailbox.contactsFolderId));
}

export function listChildFolders(opened: MailboxCall): EmulatorResponse {
  return list(opened, childFolders(opened.mailbox, folderOf(opened).id));
}

function list(opened: MailboxCall, folders: readonly ContactFolder[]): EmulatorResponse {
  const { call, mailbox } = opened;
  const { options } = call;
  const select = selectOption(options);
  checkFolderSelect(select);
  const expand = expandedProperties(options);
  const found = filtered(folders, options.get('$filter'));
  const top = numberOption(options, '$top', 1) ?? usualPage;
  const skip = numberOption(options, '$skip', 0) ?? 0;
  const next = `${call.root}${call.path}${queryWith(options, { $skip: String(skip + top) })}`;
  return ok({
    '@odata.context': `${foldersContext(opened)}${select === undefined ? '' : `(${select.join(',')})`}`,
    ...(booleanOption(options, '$count') ? { '@odata.count': found.length } : {}),
    value: found.slice(skip, skip + top).map((folder) => viewFolder(mailbox, folder, select, expand, true)),
    ...(skip + top < found.length ? { '@odata.nextLink': next } : {}),
  });
}

function filtered(folders: readonly ContactFolder[], text: string | undefined): readonly ContactFolder[] {
  if (text === undefined) return folders;
  const filter = parseFilter(text);
  for (const node of nodesOf(filter)) {
    const path = pathOfNode(node);
    if (path === undefined) continue;
    if (path.join('/') !== 'displayName') throw notEmulated(`a folder filter on '${path.join('/')}'`);
  }
  return folders.filter((folder) => matches(filter, () => folder.displayName));
}

export function createContactFolder(opened: MailboxCall): EmulatorResponse {
  return create(opened, opened.mailbox.contactsFolderId);
}

export function createChildFolder(opened: MailboxCall): EmulatorResponse {
  return create(opened, folderOf(opened).id);
}

function create(opened: MailboxCall, parentFolderId: string): EmulatorResponse {
  const { call } = opened;
  const body = readFolderBody(jsonBody(call));
  if (body.displayName === undefined)
    throw new GraphError(400, 'ErrorInvalidRequest', "The property 'displayName' is required.");
  const folder = createFolder(opened, parentFolderId, body.displayName, body.extendedProperties);
  const location = `${call.root}/users/${encodeURIComponent(opened.owner.id)}/contactFolders/${folder.id}`;
  return created(entity(opened, folder), location);
}

export function getContactFolder(opened: MailboxCall): EmulatorResponse {
  return ok(entity(opened, folderOf(opened)));
}

export function changeContactFolder(opened: MailboxCall): EmulatorResponse {
  const folder = folderOf(opened);
  return ok(entity(opened, updateFolder(opened, folder.id, readFolderBody(jsonBody(opened.call)))));
}

export function deleteContactFolder(opened: MailboxCall): EmulatorResponse {
  deleteFolder(opened, folderOf(opened).id);
  return noContent();
}

export function permanentlyDeleteContactFolder(opened: MailboxCall): EmulatorResponse {
  const folder = folderOf(opened);
  requireNoBody(opened.call);
  purgeFolder(opened, folder.id);
  return noContent();
}

interface FolderBody {
  displayName?: string;
  extendedProperties?: ReadonlyMap<string, string>;
}

function readFolderBody(body: Json): FolderBody {
  const result: FolderBody = {};
  for (const [name, value] of Object.entries(body)) {
    if (name === 'displayName') {
      if (typeof value !== 'string') throw wrongType(name, 'a string');
      if (value.trim() === '') throw new GraphError(400, 'ErrorInvalidRequest', 'The folder name is empty.');
      result.displayName = value;
    } else if (name === 'singleValueExtendedProperties') {
      result.extendedProperties = readExtendedProperties(value);
    } else if (name === 'multiValueExtendedProperties' || name === 'contacts' || name === 'childFolders') {
      throw notEmulated(`writing '${name}' of a contact folder`);
    } else if (name === 'id' || name === 'parentFolderId') {
      throw new GraphError(
        400,
        'ErrorInvalidPropertySet',
        `The property '${name}' is read-only and cannot be set.`,
      );
    } else if (name !== '@odata.type' || value !== '#microsoft.graph.contactFolder') {
      throw unknownProperty(name, 'ContactFolder');
    }
  }
  return result;
}

function entity(opened: MailboxCall, folder: ContactFolder): Json {
  const select = selectOption(opened.call.options);
  checkFolderSelect(select);
  const expand = expandedProperties(opened.call.options);
  return {
    '@odata.context': `${foldersContext(opened)}${select === undefined ? '' : `(${select.join(',')})`}/$entity`,
    ...viewFolder(opened.mailbox, folder, select, expand, false),
  };
}

export function viewFolder(
  mailbox: Mailbox,
  folder: ContactFolder,
  select: readonly string[] | undefined,
  expand: readonly string[] | undefined,
  inList: boolean,
): Json {
  const isShown = (name: string) => select === undefined || select.includes(name);
  const extended = showExtendedProperties(expand, extendedValueOf(mailbox, folder));
  return {
    id: folder.id,
    ...(isShown('parentFolderId') ? { parentFolderId: folder.parentFolderId } : {}),
    ...(isShown('displayName') ? { displayName: inList ? cut(folder.displayName) : folder.displayName } : {}),
    ...(inList ? cutExtended(extended) : extended),
  };
}

// PR_CONTENT_COUNT and the number of direct child folders: the only counts a v1.0 contact folder gives. And
// PR_LOCAL_COMMIT_TIME_MAX (MS-OXCFOLD 2.2.2.2.1.14), the time of the last change of an item in it, to the second; a
// deletion is none.
function extendedValueOf(mailbox: Mailbox, folder: ContactFolder): ExtendedValue {
  return (key) => {
    if (key === 'Integer 0x3602') return String(itemsIn(mailbox, folder.id).length);
    if (key === 'Integer 0x6638') return String(childFolders(mailbox, folder.id).length);
    if (key === 'SystemTime 0x670a') return lastCommitIn(mailbox, folder);
    return folder.extendedProperties.get(key);
  };
}

function lastCommitIn(mailbox: Mailbox, folder: ContactFolder): string | undefined {
  const latest = Math.max(...itemsIn(mailbox, folder.id).map((item) => item.modifiedAt.getTime()));
  return Number.isFinite(latest) ? `${new Date(latest).toISOString().slice(0, 19)}Z` : undefined;
}

/** Folders whose coming and going `/contactFolders/delta` tells: all below Contacts. */
export function foldersBelowContacts(mailbox: Mailbox): readonly ContactFolder[] {
  return [...mailbox.folders.values()].filter(
    (folder) => folder.parentFolderId !== mailbox.rootFolderId && !isDeleted(mailbox, folder.id),
  );
}

export function checkFolderSelect(select: readonly string[] | undefined): void {
  for (const name of select ?? [])
    if (!folderProperties.includes(name))
      throw badRequest(
        `Could not find a property named '${name}' on type 'Microsoft.OutlookServices.ContactFolder'.`,
      );
}

function foldersContext({ call }: MailboxCall): string {
  return `${call.root}/$metadata#users('${encodeURIComponent(call.parameters.user ?? '')}')/contactFolders`;
}
