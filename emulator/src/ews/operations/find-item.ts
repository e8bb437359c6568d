// FindItem: a page of the items of a folder, as rows of a table.

import { itemsIn } from '../../organization/mailbox-store.ts';
import type { ContactItem } from '../../organization/state.ts';
import { answerEach } from '../batch.ts';
import { type EwsCall, requireMailbox } from '../call.ts';
import { EwsError } from '../errors.ts';
import { viewItem } from '../properties/contact-view.ts';
import { readShape } from '../properties/item-shape.ts';
import { readProperty } from '../properties/property-bag.ts';
import { attribute, child, requireChild } from '../xml/reader.ts';
import { element } from '../xml/writer.ts';
import { requireFolderOf } from './folder-reference.ts';
import { pageOf } from './paging.ts';
import { type Read, readOrder, readRestriction } from './restriction.ts';

export function findItem(call: EwsCall): string {
  const { operation } = call;
  const { settings } = call.context.ews;
  const shape = readShape(requireChild(operation, 'm:ItemShape'));
  const restriction = child(operation, 'm:Restriction');
  const isMatch = restriction === undefined ? () => true : readRestriction(restriction);
  const sortOrder = child(operation, 'm:SortOrder');
  const compare = sortOrder === undefined ? undefined : readOrder(sortOrder);
  const view = child(operation, 'm:IndexedPageItemView');
  const most = restriction === undefined ? settings.pageLimit : settings.restrictedPageLimit;
  refuseTooMany(call, Number(view?.attributes.get('MaxEntriesReturned') ?? most));
  return answerEach(call, requireChild(operation, 'm:ParentFolderIds').children, (parentId) => {
    const folder = requireFolderOf(call, parentId);
    const { mailbox } = requireMailbox(call);
    // Neither hidden nor soft-deleted items are kept: such a view is empty.
    const isNormal = attribute(operation, 'Traversal') === 'Shallow';
    const found = (isNormal ? itemsIn(mailbox, folder.id) : []).filter((item) => isMatch(readerOf(item)));
    const sorted =
      compare === undefined ? found : found.toSorted((a, b) => compare(readerOf(a), readerOf(b)));
    const page = pageOf(sorted, view, most);
    const rows = page.entries.map((item) => viewItem(item, shape, { mailbox, inTable: true }));
    return element('m:RootFolder', page.attributes, element('t:Items', {}, ...rows));
  });
}

function readerOf(item: ContactItem): Read {
  return (key) => readProperty(item, key);
}

function refuseTooMany({ context, fault }: EwsCall, asked: number): void {
  const { findCountLimit } = context.ews.settings;
  if (fault?.kind === 'find-count-exceeded' || (findCountLimit !== undefined && asked > findCountLimit)) {
    throw new EwsError(
      'ErrorExceededFindCountLimit',
      'The request would exceed the maximum number of items that can be held in memory for this user.',
    );
  }
}
