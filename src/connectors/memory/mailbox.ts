// One mailbox in memory: folders below Contacts and Deleted Items, items with version, mark and change history.
// Both the product (through InMemoryMailboxTarget) and people (through its user) change it only through here.

import type { ContactProperties } from '../../model/contact.ts';
import { type FolderId, folderId, type ItemId, itemId, type MailboxId } from '../../model/ids.ts';
import type { OwnershipMark } from '../../model/mailbox.ts';
import { MailboxTrouble } from './mailbox-trouble.ts';
import { normalizeStored, type ServerNormalization } from './server-normalization.ts';

export interface MemoryFolder {
  readonly id: FolderId;
  readonly name: string;
  readonly parentId: FolderId | undefined;
  readonly mark: OwnershipMark | undefined;
}

export interface MemoryItem {
  readonly id: ItemId;
  readonly folderId: FolderId;
  readonly properties: ContactProperties;
  readonly mark: OwnershipMark | undefined;
  readonly version: string;
  readonly createdAt: string;
  /** Position in the mailbox's history. */
  readonly changedAt: number;
  readonly picture?: Uint8Array;
  /** The item that a user copied to make this one. */
  readonly copyOf: ItemId | undefined;
}

interface Removal {
  readonly folderId: FolderId;
  readonly itemId: ItemId;
  readonly at: number;
}

export interface FolderChanges {
  readonly changed: readonly MemoryItem[];
  readonly removed: ReadonlySet<ItemId>;
}

export interface InMemoryMailboxOptions {
  readonly normalization: ServerNormalization;
  readonly now: () => Date;
  /** What the mailbox's language calls Contacts. */
  readonly contactsName?: string;
}

export class InMemoryMailbox {
  readonly id: MailboxId;
  readonly contactsId = folderId('folder-Contacts');
  readonly deletedItemsId = folderId('folder-DeletedItems');
  readonly trouble = new MailboxTrouble();
  readonly #normalization: ServerNormalization;
  readonly #now: () => Date;
  readonly #folders = new Map<FolderId, MemoryFolder>();
  readonly #items = new Map<ItemId, MemoryItem>();
  readonly #removals: Removal[] = [];
  #history = 0;
  #lastCreated = 0;
  #tokenEpoch = 1;

  constructor(id: MailboxId, options: InMemoryMailboxOptions) {
    this.id = id;
    this.#normalization = options.normalization;
    this.#now = options.now;
    const names: readonly (readonly [FolderId, string])[] = [
      [this.contactsId, options.contactsName ?? 'Contacts'],
      [this.deletedItemsId, 'Deleted Items'],
    ];
    for (const [wellKnown, name] of names) {
      this.#folders.set(wellKnown, { id: wellKnown, name, parentId: undefined, mark: undefined });
    }
  }

  get folders(): readonly MemoryFolder[] {
    return [...this.#folders.values()];
  }

  get items(): readonly MemoryItem[] {
    return [...this.#items.values()];
  }

  folder(id: FolderId): MemoryFolder | undefined {
    return this.#folders.get(id);
  }

  item(id: ItemId): MemoryItem | undefined {
    return this.#items.get(id);
  }

  /** In order of creation. */
  foldersIn(parentId: FolderId): readonly MemoryFolder[] {
    return this.folders.filter((folder) => folder.parentId === parentId);
  }

  itemsIn(id: FolderId): readonly MemoryItem[] {
    return this.items.filter((item) => item.folderId === id);
  }

  /** Below Deleted Items at any depth, or gone. */
  isDeletedFolder(id: FolderId): boolean {
    let current: FolderId | undefined = id;
    while (current !== undefined) {
      if (current === this.deletedItemsId) return true;
      const folder = this.#folders.get(current);
      if (folder === undefined) return true;
      current = folder.parentId;
    }
    return false;
  }

  createFolder(parentId: FolderId, name: string, mark?: OwnershipMark): MemoryFolder {
    this.#requireFolder(parentId);
    this.#requireFreeName(parentId, name, undefined);
    const folder = { id: folderId(`folder-${this.#next()}`), name, parentId, mark };
    this.#folders.set(folder.id, folder);
    return folder;
  }

  renameFolder(id: FolderId, name: string): MemoryFolder {
    const folder = this.#requireOrdinary(id);
    this.#requireFreeName(folder.parentId, name, id);
    return this.#putFolder({ ...folder, name });
  }

  markFolder(id: FolderId, mark: OwnershipMark): MemoryFolder {
    return this.#putFolder({ ...this.#requireOrdinary(id), mark });
  }

  moveFolder(id: FolderId, parentId: FolderId): MemoryFolder {
    const folder = this.#requireOrdinary(id);
    this.#requireFolder(parentId);
    for (let at: FolderId | undefined = parentId; at !== undefined; at = this.#folders.get(at)?.parentId) {
      if (at === id) throw new Error('A folder cannot be moved into itself.');
    }
    return this.#putFolder({ ...folder, name: this.#freeName(parentId, folder.name), parentId });
  }

  /** To Deleted Items with everything in it. */
  deleteFolder(id: FolderId): void {
    this.moveFolder(id, this.deletedItemsId);
  }

  emptyDeletedItems(): void {
    for (const item of this.items) if (this.isDeletedFolder(item.folderId)) this.removeItem(item.id);
    for (const folder of this.folders) {
      if (folder.id !== this.deletedItemsId && this.isDeletedFolder(folder.id))
        this.#folders.delete(folder.id);
    }
  }

  createItem(
    folder: FolderId,
    properties: ContactProperties,
    mark?: OwnershipMark,
    copyOf?: ItemId,
  ): MemoryItem {
    this.#requireFolder(folder);
    const changedAt = this.#next();
    const item: MemoryItem = {
      id: itemId(`item-${changedAt}`),
      folderId: folder,
      properties: normalizeStored(properties, this.#normalization),
      mark,
      version: `version-${changedAt}`,
      createdAt: this.#creationTime(),
      changedAt,
      copyOf,
    };
    this.#items.set(item.id, item);
    return item;
  }

  /** A new version, even when nothing else is new. `mark` null takes it off. */
  updateItem(
    id: ItemId,
    change: { readonly properties?: ContactProperties; readonly mark?: OwnershipMark | null },
  ): MemoryItem {
    const item = this.#requireItem(id);
    const changedAt = this.#next();
    const updated: MemoryItem = {
      ...item,
      properties:
        change.properties === undefined
          ? item.properties
          : normalizeStored(change.properties, this.#normalization),
      mark: change.mark === undefined ? item.mark : (change.mark ?? undefined),
      version: `version-${changedAt}`,
      changedAt,
    };
    this.#items.set(id, updated);
    return updated;
  }

  /** undefined takes it off. */
  setPicture(id: ItemId, picture: Uint8Array | undefined): MemoryItem {
    const { picture: _, ...item } = this.updateItem(id, {});
    const updated = picture === undefined ? item : { ...item, picture };
    this.#items.set(id, updated);
    return updated;
  }

  /** The id stays (as immutable ids do); the version does not. */
  moveItem(id: ItemId, folder: FolderId): MemoryItem {
    const item = this.#requireItem(id);
    this.#requireFolder(folder);
    this.#removals.push({ folderId: item.folderId, itemId: id, at: this.#next() });
    const changedAt = this.#next();
    const moved = { ...item, folderId: folder, version: `version-${changedAt}`, changedAt };
    this.#items.set(id, moved);
    return moved;
  }

  removeItem(id: ItemId): void {
    const item = this.#requireItem(id);
    this.#items.delete(id);
    this.#removals.push({ folderId: item.folderId, itemId: id, at: this.#next() });
  }

  syncToken(folder: FolderId): string {
    return `${this.#tokenEpoch} ${this.#history} ${folder}`;
  }

  /** What changed in the folder since the token; undefined when the token cannot be used any more. */
  changesSince(folder: FolderId, token: string): FolderChanges | undefined {
    const [epoch, since, ...rest] = token.split(' ');
    if (Number(epoch) !== this.#tokenEpoch || rest.join(' ') !== folder) return undefined;
    const from = Number(since);
    const changed = this.itemsIn(folder).filter((item) => item.changedAt > from);
    const here = new Set(this.itemsIn(folder).map((item) => item.id));
    const removed = this.#removals.filter(
      (one) => one.folderId === folder && one.at > from && !here.has(one.itemId),
    );
    return { changed, removed: new Set(removed.map((one) => one.itemId)) };
  }

  expireSyncTokens(): void {
    this.#tokenEpoch += 1;
  }

  /** Every item without a mark, wherever it lies, as bytes to compare. */
  foreignItems(): ReadonlyMap<ItemId, string> {
    const unmarked = this.items.filter((item) => item.mark === undefined);
    return new Map(unmarked.map((item) => [item.id, JSON.stringify(item)]));
  }

  /** All items and folders without a mark, as one text. */
  dumpForeign(): string {
    const folders = this.folders.filter((folder) => folder.mark === undefined);
    const lines = [...folders.map((folder) => JSON.stringify(folder)), ...this.foreignItems().values()];
    return lines.sort().join('\n');
  }

  #next(): number {
    this.#history += 1;
    return this.#history;
  }

  // Strictly rising: a copy is always younger than its original, also while the test's clock stands still.
  #creationTime(): string {
    this.#lastCreated = Math.max(this.#now().getTime(), this.#lastCreated + 1_000);
    return new Date(this.#lastCreated).toISOString();
  }

  #putFolder(folder: MemoryFolder): MemoryFolder {
    this.#next();
    this.#folders.set(folder.id, folder);
    return folder;
  }

  #requireFolder(id: FolderId): MemoryFolder {
    const folder = this.#folders.get(id);
    if (folder === undefined) throw new Error(`No folder ${id} in mailbox ${this.id}`);
    return folder;
  }

  #requireOrdinary(id: FolderId): MemoryFolder {
    const folder = this.#requireFolder(id);
    if (folder.parentId === undefined) throw new Error(`${folder.name} is a well-known folder`);
    return folder;
  }

  #requireItem(id: ItemId): MemoryItem {
    const item = this.#items.get(id);
    if (item === undefined) throw new Error(`No item ${id} in mailbox ${this.id}`);
    return item;
  }

  #requireFreeName(parentId: FolderId | undefined, name: string, except: FolderId | undefined): void {
    const taken = this.folders.find(
      (one) =>
        one.parentId === parentId && one.id !== except && one.name.toLowerCase() === name.toLowerCase(),
    );
    if (taken !== undefined) throw new Error(`A folder named ${taken.name} exists`);
  }

  #freeName(parentId: FolderId, name: string): string {
    const taken = new Set(this.foldersIn(parentId).map((one) => one.name.toLowerCase()));
    let free = name;
    for (let number = 1; taken.has(free.toLowerCase()); number += 1) free = `${name}${number}`;
    return free;
  }
}
