// SyncFolderItems and SyncFolderHierarchy: what changed since a sync state, the newest first, own writes included.

import { removedSince } from '../../organization/mailbox-store.ts';
import type { ContactFolder, Mailbox } from '../../organization/state.ts';
import { asEwsError } from '../batch.ts';
import { type EwsCall, requireMailbox } from '../call.ts';
import { errorMessage, successMessage } from '../envelope.ts';
import { EwsError, EwsFault, notEmulated } from '../errors.ts';
import { creationNumber, ewsId } from '../ids.ts';
import { viewItem } from '../properties/contact-view.ts';
import { readShape } from '../properties/item-shape.ts';
import { child, localName, requireChild } from '../xml/reader.ts';
import { element, textElement } from '../xml/writer.ts';
import { requireFolderIn } from './folder-reference.ts';
import { viewFolder } from './folder-view.ts';
import { invalidSyncState, openState, type SyncPosition, sealState } from './sync-state.ts';

interface Change {
  readonly number: number;
  /** Made only for what is shown: a page is small, what waits may be the whole folder. */
  readonly entry: () => string;
}

export function syncFolderItems(call: EwsCall): string {
  const { operation } = call;
  const most = Number(requireChild(operation, 'm:MaxChangesReturned').text);
  const shape = readShape(requireChild(operation, 'm:ItemShape'));
  if (child(operation, 'm:Ignore') !== undefined) throw notEmulated('Ignore in SyncFolderItems');
  return answerSync(call, 'm:IncludesLastItemInRange', (state) => {
    const folder = requireSyncFolder(call, 'm:SyncFolderId');
    const { mailbox, organization } = requireMailbox(call);
    const position = positionOf(call, mailbox, `items:${folder.id}`, state);
    // An unchanged mailbox costs nothing, however much it holds.
    const items = position.since === position.until ? [] : [...mailbox.items.values()];
    const present = items.filter((item) => item.parentFolderId === folder.id);
    const presentIds = new Set(present.map((item) => item.id));
    const changes: Change[] = [
      ...present
        .filter((item) => isInRound(item.changeNumber, position))
        .map((item) => ({
          number: item.changeNumber,
          entry: () =>
            element(
              creationNumber(item.id) > position.since ? 't:Create' : 't:Update',
              {},
              viewItem(item, shape, { mailbox, inTable: true }),
            ),
        })),
      // What came and went since the last round is not told.
      ...removedSince(organization, mailbox, folder.id, position.since)
        .filter((one) => one.isFolder !== true && isInRound(one.changeNumber, position))
        .filter((one) => !presentIds.has(one.id) && creationNumber(one.id) <= position.since)
        .map((one) => ({
          number: one.changeNumber,
          entry: () =>
            element('t:Delete', {}, element('t:ItemId', { Id: ewsId(one.id), ChangeKey: 'EQAAAA==' })),
        })),
    ];
    return pageOfChanges(mailbox, `items:${folder.id}`, position, changes, most);
  });
}

export function syncFolderHierarchy(call: EwsCall): string {
  const shape = readShape(requireChild(call.operation, 'm:FolderShape'));
  return answerSync(call, 'm:IncludesLastFolderInRange', (state) => {
    if (child(call.operation, 'm:SyncFolderId') !== undefined) requireSyncFolder(call, 'm:SyncFolderId');
    const { mailbox, organization } = requireMailbox(call);
    const position = positionOf(call, mailbox, 'hierarchy', state);
    const present = [...mailbox.folders.values()];
    const removed = organization.removedItems.get(mailbox.exchangeGuid) ?? [];
    const changes: Change[] = [
      ...present
        .filter((folder) => isInRound(folder.changeNumber, position))
        .map((folder) => ({
          number: folder.changeNumber,
          entry: () =>
            element(
              position.since === 0 ? 't:Create' : folderChangeKind(folder, position),
              {},
              viewFolder(mailbox, folder, shape),
            ),
        })),
      ...removed
        .filter((one) => one.isFolder === true && isInRound(one.changeNumber, position))
        .filter((one) => position.since > 0 && !mailbox.folders.has(one.id))
        .map((one) => ({
          number: one.changeNumber,
          entry: () =>
            element('t:Delete', {}, element('t:FolderId', { Id: ewsId(one.id), ChangeKey: 'AQAAAA==' })),
        })),
    ];
    return pageOfChanges(mailbox, 'hierarchy', position, changes, Number.POSITIVE_INFINITY);
  });
}

function folderChangeKind(folder: ContactFolder, position: SyncPosition): string {
  return creationNumber(folder.id) > position.since ? 't:Create' : 't:Update';
}

interface Round {
  readonly state: string;
  readonly isLast: boolean;
  readonly changes: readonly string[];
}

function answerSync(call: EwsCall, lastName: string, work: (state: string | undefined) => Round): string {
  const name = `m:${localName(call.operation)}ResponseMessage`;
  const state = child(call.operation, 'm:SyncState')?.text;
  const inner = ({ state: next, isLast, changes }: Round): string =>
    textElement('m:SyncState', next) + textElement(lastName, isLast) + element('m:Changes', {}, ...changes);
  const message = (): string => {
    try {
      return successMessage(
        name,
        inner(work(state === undefined || state.trim() === '' ? undefined : state)),
      );
    } catch (error) {
      if (error instanceof EwsFault) throw error;
      // Clients read these two even where nothing came of it.
      return errorMessage(name, asEwsError(error), inner({ state: '', isLast: true, changes: [] }));
    }
  };
  return element('m:ResponseMessages', {}, message());
}

function requireSyncFolder(call: EwsCall, name: string): ContactFolder {
  try {
    return requireFolderIn(call, requireChild(call.operation, name));
  } catch (error) {
    if (error instanceof EwsError && error.code === 'ErrorFolderNotFound')
      throw new EwsError('ErrorSyncFolderNotFound', 'The synchronization folder was not found.');
    throw error;
  }
}

function positionOf(call: EwsCall, mailbox: Mailbox, place: string, state: string | undefined): SyncPosition {
  if (state === undefined)
    return { since: 0, until: mailbox.changeNumber, shownDownTo: mailbox.changeNumber + 1 };
  if (call.fault?.kind === 'sync-state-invalid') throw invalidSyncState();
  const known = openState(mailbox, place, state);
  // A round that was shown to its end: the next one begins.
  if (known.shownDownTo <= known.since + 1)
    return { since: known.until, until: mailbox.changeNumber, shownDownTo: mailbox.changeNumber + 1 };
  return known;
}

function isInRound(number: number, { since, until, shownDownTo }: SyncPosition): boolean {
  return number > since && number <= until && number < shownDownTo;
}

function pageOfChanges(
  mailbox: Mailbox,
  place: string,
  position: SyncPosition,
  changes: readonly Change[],
  most: number,
): Round {
  const waiting = changes.toSorted((a, b) => b.number - a.number);
  const shown = waiting.slice(0, most);
  const isLast = waiting.length <= most;
  const shownDownTo = isLast ? 0 : (shown.at(-1)?.number ?? 0);
  return {
    state: sealState(mailbox, place, { since: position.since, until: position.until, shownDownTo }),
    isLast,
    changes: shown.map(({ entry }) => entry()),
  };
}
