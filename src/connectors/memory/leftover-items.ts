// What carries no mark, in memory.

import type { ContactProperties } from '../../model/contact.ts';
import type { FolderId } from '../../model/ids.ts';
import type { ChangeOutcome } from '../../model/plan.ts';
import type { ContactFolder, LeftoverItems, UnmarkedContact } from '../../ports/leftover-items.ts';
import { folderAt } from '../contact-folder/folder-paths.ts';
import type { InMemoryMailbox } from './mailbox.ts';
import { withTrouble } from './mailbox-trouble.ts';

type Open = (signal: AbortSignal) => InMemoryMailbox;

export class InMemoryLeftovers implements LeftoverItems {
  readonly #open: Open;

  constructor(open: Open) {
    this.#open = open;
  }

  async listFolders(signal: AbortSignal): Promise<readonly ContactFolder[]> {
    const mailbox = this.#open(signal);
    mailbox.trouble.takeReading();
    return listFolders(mailbox);
  }

  async readContacts(folder: FolderId, signal: AbortSignal): Promise<readonly UnmarkedContact[]> {
    const mailbox = this.#open(signal);
    mailbox.trouble.takeReading();
    return mailbox
      .itemsIn(folder)
      .flatMap(({ id, version, properties, mark }) =>
        mark === undefined ? [{ itemId: id, version, properties }] : [],
      );
  }

  async moveToDeletedItems(
    folder: FolderId,
    items: readonly Pick<UnmarkedContact, 'itemId' | 'version'>[],
    signal: AbortSignal,
  ): Promise<readonly ChangeOutcome[]> {
    const mailbox = this.#open(signal);
    return items.map(({ itemId, version }): ChangeOutcome => {
      const item = mailbox.item(itemId);
      if (item?.folderId !== folder) return { status: 'gone' };
      if (item.mark !== undefined || item.version !== version) return { status: 'conflict' };
      return withTrouble(mailbox.trouble, () => {
        mailbox.moveItem(itemId, mailbox.deletedItemsId);
        return { status: 'applied', itemId, version: '' };
      });
    });
  }

  async restore(
    folder: FolderId,
    contacts: readonly ContactProperties[],
    signal: AbortSignal,
  ): Promise<readonly ChangeOutcome[]> {
    const mailbox = this.#open(signal);
    return contacts.map(
      (properties): ChangeOutcome =>
        mailbox.isDeletedFolder(folder)
          ? { status: 'gone' }
          : withTrouble(mailbox.trouble, () => {
              const { id, version } = mailbox.createItem(folder, properties);
              return { status: 'applied', itemId: id, version };
            }),
    );
  }

  async removeFolder(id: FolderId, signal: AbortSignal): Promise<boolean> {
    const mailbox = this.#open(signal);
    const folder = mailbox.folder(id);
    const isOther = folder === undefined || folder.mark !== undefined || mailbox.isDeletedFolder(id);
    if (isOther || id === mailbox.contactsId) return false;
    if (mailbox.itemsIn(id).length > 0 || mailbox.foldersIn(id).length > 0) return false;
    mailbox.deleteFolder(id);
    return true;
  }

  async ensureFolder(path: readonly string[], signal: AbortSignal): Promise<FolderId> {
    const mailbox = this.#open(signal);
    let at = mailbox.contactsId;
    for (const depth of path.keys()) {
      const wanted = path.slice(0, depth + 1);
      const found = folderAt(listFolders(mailbox), wanted);
      at = found?.folderId ?? mailbox.createFolder(at, wanted.at(-1) ?? '').id;
    }
    return at;
  }
}

export function listFolders(mailbox: InMemoryMailbox): readonly ContactFolder[] {
  const found: ContactFolder[] = [{ folderId: mailbox.contactsId, path: [], isMarked: false }];
  for (const { folderId, path } of found) {
    for (const { id, name, mark } of mailbox.foldersIn(folderId))
      found.push({ folderId: id, path: [...path, name], isMarked: mark !== undefined });
  }
  return found;
}
