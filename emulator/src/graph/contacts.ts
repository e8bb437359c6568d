// Contacts of a mailbox: list, create, read, change, delete. The same handlers serve the default folder
// (`/contacts`) and any other (`/contactFolders/{folder}/contacts`).
import {
  createItem,
  deleteItem,
  findItem,
  itemsIn,
  purgeItem,
  updateItem,
} from '../organization/mailbox-store.ts';
import type { ContactItem } from '../organization/state.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import { created, jsonBody, noContent, ok, requireNoBody } from './call.ts';
import { checkContactFilter, contactMatches, contactValueAt } from './contact-filter.ts';
import { folderOf } from './contact-folders.ts';
import { readContactBody } from './contact-properties.ts';
import { checkContactSelect, etagOf, viewContact } from './contact-view.ts';
import { expandedProperties } from './extended-properties.ts';
import { badRequest, GraphError, itemNotFound } from './graph-error.ts';
import { contactId, requireWellFormedId } from './item-ids.ts';
import type { MailboxCall } from './mailbox-gate.ts';
import { parseFilter } from './query/filter-syntax.ts';
import { booleanOption, numberOption, queryWith, selectOption } from './query/options.ts';
import { parseOrder, sorted } from './query/order.ts';
import { expectedChangeKey } from './request-headers.ts';

export const listOptions = ['$top', '$skip', '$select', '$orderby', '$filter', '$expand', '$count'];
export const entityOptions = ['$select', '$expand'];

const usualPage = 10;
const largestPage = 1000;

export function listContacts(opened: MailboxCall): EmulatorResponse {
  const { call, mailbox } = opened;
  const { options } = call;
  const folder = folderOf(opened);
  const select = selectOption(options);
  checkContactSelect(select);
  const expand = expandedProperties(options);
  const top = numberOption(options, '$top', 1) ?? usualPage;
  if (top > largestPage)
    throw badRequest(
      `The limit of '${largestPage}' for Top query has been exceeded. The value from the incoming request is '${top}'.`,
    );
  const skip = numberOption(options, '$skip', 0) ?? 0;

  const everything = itemsIn(mailbox, folder.id);
  const filtered = filteredContacts(everything, options.get('$filter'));
  const ordered = orderedContacts(filtered, options.get('$orderby'));
  const page = ordered.slice(skip, skip + top);
  // Without a filter the count is the folder's own, which includes the personal distribution lists that a
  // contact list never shows (docs issue 11201).
  const count = options.has('$filter') ? filtered.length : everything.length;
  requireWhole(page);
  const view = { select, expand, immutableIds: call.preferences.immutableIds, inList: true };
  const next = `${call.root}${call.path}${queryWith(options, { $skip: String(skip + top) })}`;
  return ok(
    {
      '@odata.context': `${contactsContext(opened)}${select === undefined ? '' : `(${select.join(',')})`}`,
      ...(booleanOption(options, '$count') ? { '@odata.count': count } : {}),
      value: page.map((item) => viewContact(mailbox, item, view)),
      ...(skip + top < ordered.length ? { '@odata.nextLink': next } : {}),
    },
    preferenceApplied(opened),
  );
}

/** What a damaged item makes of a whole page. The service's own wording is not known. */
function requireWhole(items: readonly ContactItem[]): void {
  if (items.some(({ isDamaged }) => isDamaged === true))
    throw new GraphError(
      500,
      'ErrorInternalServerError',
      'An internal server error occurred. The operation failed.',
    );
}

function filteredContacts(items: readonly ContactItem[], text: string | undefined): readonly ContactItem[] {
  const contacts = items.filter(isContact);
  if (text === undefined) return contacts;
  const filter = parseFilter(text);
  checkContactFilter(filter);
  return contacts.filter((item) => contactMatches(filter, item));
}

function orderedContacts(items: readonly ContactItem[], text: string | undefined): readonly ContactItem[] {
  return text === undefined ? items : sorted(items, parseOrder(text), contactValueAt);
}

export function isContact(item: ContactItem): boolean {
  return item.itemClass === 'IPM.Contact' || item.itemClass.startsWith('IPM.Contact.');
}

export function createContact(opened: MailboxCall): EmulatorResponse {
  const { call, mailbox } = opened;
  const folder = folderOf(opened);
  const body = readContactBody(jsonBody(call));
  const item = createItem(opened, folder.id, body);
  const location = `${call.root}/users/${encodeURIComponent(opened.owner.id)}/contacts/${contactId(item, call.preferences.immutableIds)}`;
  return created(entity(opened, item), location, {
    ETag: etagOf(mailbox, item),
    ...preferenceApplied(opened),
  });
}

export function getContact(opened: MailboxCall): EmulatorResponse {
  const item = contactOf(opened);
  requireWhole([item]);
  return ok(entity(opened, item), { ETag: etagOf(opened.mailbox, item), ...preferenceApplied(opened) });
}

export function changeContact(opened: MailboxCall): EmulatorResponse {
  const { call } = opened;
  const item = contactOf(opened);
  const body = readContactBody(jsonBody(call));
  const expected = expectedChangeKey(call.request.headers);
  const changed = updateItem(opened, item.id, {
    ...body,
    ...(expected === undefined ? {} : { expectedChangeKey: expected }),
  });
  return ok(entity(opened, changed), { ETag: etagOf(opened.mailbox, changed), ...preferenceApplied(opened) });
}

export function deleteContact(opened: MailboxCall): EmulatorResponse {
  const item = contactOf(opened);
  deleteItem(opened, item.id, expectedChangeKey(opened.call.request.headers));
  return noContent();
}

export function permanentlyDeleteContact(opened: MailboxCall): EmulatorResponse {
  const item = contactOf(opened);
  requireNoBody(opened.call);
  purgeItem(opened, item.id, expectedChangeKey(opened.call.request.headers));
  return noContent();
}

/** The contact named in the path, by either form of its id; below a folder it must lie in that folder. */
export function contactOf(opened: MailboxCall): ContactItem {
  const { call, mailbox } = opened;
  const id = requireWellFormedId(call.parameters.contact ?? '');
  const item = findItem(mailbox, id);
  if (item === undefined || !isContact(item)) throw itemNotFound();
  if (call.parameters.folder !== undefined && folderOf(opened).id !== item.parentFolderId)
    throw itemNotFound();
  return item;
}

function entity(opened: MailboxCall, item: ContactItem) {
  const { call, mailbox } = opened;
  const select = selectOption(call.options);
  checkContactSelect(select);
  return {
    '@odata.context': `${contactsContext(opened)}${select === undefined ? '' : `(${select.join(',')})`}/$entity`,
    ...viewContact(mailbox, item, {
      select,
      expand: expandedProperties(call.options),
      immutableIds: call.preferences.immutableIds,
      inList: false,
    }),
  };
}

function contactsContext({ call }: MailboxCall): string {
  const user = `${call.root}/$metadata#users('${encodeURIComponent(call.parameters.user ?? '')}')`;
  const folder = call.parameters.folder;
  return folder === undefined
    ? `${user}/contacts`
    : `${user}/contactFolders('${encodeURIComponent(folder)}')/contacts`;
}

export function preferenceApplied({ call }: MailboxCall): Readonly<Record<string, string>> {
  return call.preferences.immutableIds ? { 'Preference-Applied': 'IdType="ImmutableId"' } : {};
}
