// What people and their phones do in a mailbox. None of it goes through the product.

import type { ContactProperties, ContactProperty } from '../../model/contact.ts';
import type { FolderId, ItemId } from '../../model/ids.ts';
import type { InMemoryMailbox } from './mailbox.ts';

export class MailboxUser {
  readonly #mailbox: InMemoryMailbox;

  constructor(mailbox: InMemoryMailbox) {
    this.#mailbox = mailbox;
  }

  /** Into Contacts when no folder is named. */
  addContact(properties: ContactProperties, folder: FolderId = this.#mailbox.contactsId): ItemId {
    return this.#mailbox.createItem(folder, properties).id;
  }

  /** '' clears. The mark stays: people cannot see it. */
  editContact(id: ItemId, set: Readonly<Partial<Record<ContactProperty, string>>>): void {
    const properties = this.#mailbox.item(id)?.properties ?? {};
    this.#mailbox.updateItem(id, { properties: { ...properties, ...set } });
  }

  setPicture(id: ItemId, picture: Uint8Array): void {
    this.#mailbox.setPicture(id, picture);
  }

  /** With its mark, as a copy in Outlook has it; into the same folder when none is named. */
  copyContact(id: ItemId, folder?: FolderId): ItemId {
    const item = this.#mailbox.item(id);
    if (item === undefined) throw new Error(`No item ${id}`);
    return this.#mailbox.createItem(folder ?? item.folderId, item.properties, item.mark, id).id;
  }

  moveContact(id: ItemId, folder: FolderId): void {
    this.#mailbox.moveItem(id, folder);
  }

  deleteContact(id: ItemId): void {
    this.#mailbox.moveItem(id, this.#mailbox.deletedItemsId);
  }

  purgeContact(id: ItemId): void {
    this.#mailbox.removeItem(id);
  }

  emptyDeletedItems(): void {
    this.#mailbox.emptyDeletedItems();
  }

  createFolder(name: string, parent: FolderId = this.#mailbox.contactsId): FolderId {
    return this.#mailbox.createFolder(parent, name).id;
  }

  renameFolder(id: FolderId, name: string): void {
    this.#mailbox.renameFolder(id, name);
  }

  moveFolder(id: FolderId, parent: FolderId): void {
    this.#mailbox.moveFolder(id, parent);
  }

  deleteFolder(id: FolderId): void {
    this.#mailbox.deleteFolder(id);
  }

  /** A phone wrote the item back unchanged: a new version and nothing else. */
  touchContact(id: ItemId): void {
    this.#mailbox.updateItem(id, {});
  }

  /** A phone that writes every contact of the folder back in its own fashion; says how many it changed. */
  rewriteContacts(folder: FolderId, fashion: (properties: ContactProperties) => ContactProperties): number {
    let rewritten = 0;
    for (const item of this.#mailbox.itemsIn(folder)) {
      const properties = fashion(item.properties);
      if (JSON.stringify(properties) === JSON.stringify(item.properties)) continue;
      this.#mailbox.updateItem(item.id, { properties });
      rewritten += 1;
    }
    return rewritten;
  }
}
