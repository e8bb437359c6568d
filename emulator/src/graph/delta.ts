// Delta query of the Outlook part: of the contacts of one folder, and of the contact folders. Pages follow the
// mailbox's sequence of changes, so what happens during a round is told at its end, and own writes are told like
// everybody else's.
import { removedSince } from '../organization/mailbox-store.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import { type Json, ok } from './call.ts';
import { checkFolderSelect, folderOf, foldersBelowContacts, viewFolder } from './contact-folders.ts';
import { checkContactSelect, viewContact } from './contact-view.ts';
import { isContact } from './contacts.ts';
import { type DeltaPosition, openPosition, sealPosition } from './delta-token.ts';
import { badRequest, GraphError } from './graph-error.ts';
import { contactId } from './item-ids.ts';
import type { MailboxCall } from './mailbox-gate.ts';
import { selectOption } from './query/options.ts';
import { graphSettings } from './settings.ts';

export const deltaOptions = ['$select', '$skiptoken', '$deltatoken', '$expand'];

// Both the default and the most (MS Q&A 2276060): a larger odata.maxpagesize is ignored.
const largestPage = 200;

interface Change {
  readonly number: number;
  /** Made only for what is shown: a page is small, what waits may be the whole folder. */
  readonly entry: () => Json;
}

interface Changes {
  readonly kind: string;
  readonly contextType: string;
  /** Everything changed after a change number, removals after another, in any order. */
  since(shown: number, removedAfter: number): readonly Change[];
}

export function contactsDelta(opened: MailboxCall): EmulatorResponse {
  const { call, mailbox, organization } = opened;
  const folder = folderOf(opened);
  const position = positionOf(opened, `contacts:${folder.id}`);
  checkContactSelect(position.select);
  const { immutableIds } = call.preferences;
  const type = '#microsoft.graph.contact';
  return page(opened, position, {
    kind: `contacts:${folder.id}`,
    contextType: 'Collection(contact)',
    since(shown, removedAfter) {
      const present = [...mailbox.items.values()].filter(
        (item) => item.parentFolderId === folder.id && isContact(item),
      );
      const presentIds = new Set(present.map((item) => contactId(item, immutableIds)));
      const view = { select: position.select, expand: undefined, immutableIds, inList: true };
      return [
        ...present
          .filter((item) => item.changeNumber > shown)
          .map((item) => ({
            number: item.changeNumber,
            entry: () => ({ '@odata.type': type, ...viewContact(mailbox, item, view) }),
          })),
        ...removedSince(organization, mailbox, folder.id, removedAfter)
          .filter((removed) => removed.isFolder !== true && !presentIds.has(contactId(removed, immutableIds)))
          .map((removed) => ({
            number: removed.changeNumber,
            entry: () => ({
              '@odata.type': type,
              id: contactId(removed, immutableIds),
              '@removed': { reason: 'deleted' },
            }),
          })),
      ];
    },
  });
}

export function foldersDelta(opened: MailboxCall): EmulatorResponse {
  const { mailbox, organization } = opened;
  const position = positionOf(opened, 'folders');
  checkFolderSelect(position.select);
  const type = '#microsoft.graph.contactFolder';
  return page(opened, position, {
    kind: 'folders',
    contextType: 'Collection(contactFolder)',
    since(shown, removedAfter) {
      const present = foldersBelowContacts(mailbox);
      const presentIds = new Set(present.map((folder) => folder.id));
      const removed = organization.removedItems.get(mailbox.exchangeGuid) ?? [];
      return [
        ...present
          .filter((folder) => folder.changeNumber > shown)
          .map((folder) => ({
            number: folder.changeNumber,
            entry: () => ({
              '@odata.type': type,
              ...viewFolder(mailbox, folder, position.select, undefined, true),
            }),
          })),
        ...removed
          .filter(
            (one) => one.isFolder === true && one.changeNumber > removedAfter && !presentIds.has(one.id),
          )
          .map((one) => ({
            number: one.changeNumber,
            entry: () => ({ '@odata.type': type, id: one.id, '@removed': { reason: 'deleted' } }),
          })),
      ];
    },
  });
}

function positionOf({ call, mailbox }: MailboxCall, kind: string): DeltaPosition {
  const { options } = call;
  if (options.has('$expand'))
    throw new GraphError(500, 'ErrorInternalServerError', 'Value cannot be null.\r\nParameter name: type');
  const token = options.get('$skiptoken') ?? options.get('$deltatoken');
  if (token === undefined)
    return {
      since: 0,
      roundStart: mailbox.changeNumber,
      shown: 0,
      page: 0,
      select: selectOption(options),
    };
  // The service has the selection inside the token; a second one beside it has no defined meaning.
  if (options.size > 1) throw badRequest('A delta token cannot be combined with other query options.');
  const position = openPosition(mailbox, kind, token);
  if (options.has('$skiptoken')) return position;
  return {
    since: position.shown,
    roundStart: mailbox.changeNumber,
    shown: position.shown,
    page: 0,
    select: position.select,
  };
}

function page(opened: MailboxCall, position: DeltaPosition, changes: Changes): EmulatorResponse {
  const { call, mailbox } = opened;
  const settings = graphSettings(call.context).delta;
  // In a first enumeration only what vanished while it ran has to be told.
  const removedAfter = Math.max(position.shown, position.since === 0 ? position.roundStart : position.since);
  const isUnchanged = mailbox.changeNumber === position.shown;
  const changed = isUnchanged ? [] : changes.since(position.shown, removedAfter);
  const waiting = changed.toSorted((a, b) => a.number - b.number);
  const asked = call.preferences.maxPageSize;
  const size = Math.min(asked ?? largestPage, largestPage);
  const isEmptyPage =
    (settings.emptyFirstPage && position.page === 0) || call.request.trace.fault?.kind === 'delta-empty-page';
  const shownNow = isEmptyPage ? [] : waiting.slice(0, size);
  const [first] = shownNow;
  const value = settings.duplicates && first !== undefined ? [...shownNow, first] : shownNow;

  const isLast = !isEmptyPage && waiting.length <= size;
  const link = (name: string, next: DeltaPosition) =>
    `${call.root}${call.path}?${name}=${sealPosition(mailbox, changes.kind, next)}`;
  const shown = isLast ? mailbox.changeNumber : (shownNow.at(-1)?.number ?? position.shown);
  const next: DeltaPosition = { ...position, shown, page: position.page + 1 };
  const applied = [
    ...(call.preferences.immutableIds ? ['IdType="ImmutableId"'] : []),
    ...(asked === undefined ? [] : [`odata.maxpagesize=${size}`]),
  ];
  return ok(
    {
      '@odata.context': `${call.root}/$metadata#${changes.contextType}`,
      value: value.map((change) => change.entry()),
      ...(isLast
        ? { '@odata.deltaLink': link('$deltatoken', next) }
        : { '@odata.nextLink': link('$skiptoken', next) }),
    },
    applied.length === 0 ? {} : { 'Preference-Applied': applied.join(', ') },
  );
}
