// What people and their phones do in their mailboxes between two runs, and sometimes in the middle of one.

import type { InMemoryMailbox, MemoryItem } from '../../src/connectors/memory/mailbox.ts';
import type { MailboxUser } from '../../src/connectors/memory/mailbox-user.ts';
import type { ContactProperties, ContactProperty } from '../../src/model/contact.ts';
import type { FolderId } from '../../src/model/ids.ts';
import type { World } from '../properties/world.ts';
import type { Chance } from './chance.ts';
import { type Diary, type ItemSet, MINE } from './diary.ts';

const EDITABLE: readonly ContactProperty[] = ['department', 'jobTitle', 'surname', 'mobilePhone', 'manager'];

export class Users {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #diary: Diary;
  #texts = 0;

  constructor(world: World, chance: Chance, diary: Diary) {
    this.#world = world;
    this.#chance = chance;
    this.#diary = diary;
  }

  /** Something happens in one of the mailboxes; says what. */
  happen(): string {
    const box = this.#chance.pick(this.#world.boxes);
    const kind = this.#chance.weighted({
      edit: 4,
      enrich: 2,
      delete: 2,
      purge: 1,
      copy: 1,
      copyElsewhere: 0.5,
      dragOut: 1,
      dragBack: 0.5,
      dragBetween: 0.4,
      restore: 1,
      touch: 2,
      addOwn: 2,
      addOwnToOurs: 1,
      editOwn: 1,
      deleteOwn: 1,
      renameFolder: 0.25,
      deleteFolder: 0.2,
      moveFolder: 0.15,
      emptyDeletedItems: 0.4,
      touchAll: 0.5,
      rewriteAll: 0.4,
    });
    return `${kind} in ${box.id.slice(-2)} ${this.#does(kind, box)}`;
  }

  /** While a run writes: a phone stores contacts of the mailbox again, with something of the user or without. */
  interfere(box: InMemoryMailbox, touched: ItemSet, enriched: ItemSet): void {
    for (let n = this.#chance.between(1, 12); n > 0; n -= 1) {
      const item = this.#chance.maybe(this.#managed(box));
      if (item === undefined) continue;
      const isEnriched = this.#chance.happens(0.5);
      const set = isEnriched ? { spouseName: this.#text() } : {};
      this.#world.organization.userOf(box.id).editContact(item.id, set);
      touched.add(box.id, item.id);
      if (isEnriched) enriched.add(box.id, item.id);
    }
  }

  #does(kind: string, box: InMemoryMailbox): string {
    const chance = this.#chance;
    const diary = this.#diary;
    const user = this.#world.organization.userOf(box.id);
    const withOne = <T extends { readonly id: string }>(
      list: readonly T[],
      does: (one: T) => void,
    ): string => {
      const one = chance.maybe(list);
      if (one === undefined) return '(nothing)';
      does(one);
      return one.id;
    };
    const managed = this.#managed(box);
    const own = box.items.filter((item) => item.mark === undefined && !box.isDeletedFolder(item.folderId));
    const ours = box.folders.filter((folder) => folder.mark !== undefined && !box.isDeletedFolder(folder.id));
    const strays = box.items.filter((item) => item.mark !== undefined && !managed.includes(item));
    const deleted = strays.filter((item) => box.isDeletedFolder(item.folderId));
    const takeOut = (item: MemoryItem) => diary.takeOut(box.id, item.mark?.sourceObjectId);
    const move = (item: MemoryItem, folder: FolderId): void => {
      takeOut(item);
      diary.userMade.add(box.id, item.id);
      const isOurs = ours.some(({ id }) => id === folder) || this.#isContactFolder(box, folder);
      if (isOurs) diary.putBack(box.id, item.mark?.sourceObjectId);
      user.moveContact(item.id, folder);
    };
    switch (kind) {
      case 'edit':
        return withOne(managed, (item) => this.#edit(box, user, item, chance.pick(EDITABLE)));
      case 'enrich':
        return withOne(managed, (item) => user.editContact(item.id, { spouseName: this.#text() }));
      case 'delete':
        return withOne(managed, (item) => {
          takeOut(item);
          user.deleteContact(item.id);
        });
      case 'purge':
        return withOne(managed, (item) => {
          takeOut(item);
          user.purgeContact(item.id);
        });
      case 'copy':
        return withOne(managed, (item) => diary.userMade.add(box.id, user.copyContact(item.id)));
      case 'copyElsewhere':
        return withOne(managed, (item) =>
          diary.userMade.add(box.id, user.copyContact(item.id, this.#ownFolder(box, user))),
        );
      case 'dragOut':
        return withOne(managed, (item) => move(item, this.#ownFolder(box, user)));
      case 'dragBack':
      case 'restore':
        return withOne(kind === 'restore' ? deleted : strays, (item) => {
          const folder = chance.maybe(ours);
          if (folder !== undefined) move(item, folder.id);
        });
      case 'dragBetween':
        return withOne(managed, (item) => move(item, chance.maybe(ours)?.id ?? box.contactsId));
      case 'touch':
        return withOne(managed, (item) => user.touchContact(item.id));
      case 'addOwn':
        return user.addContact({ displayName: this.#text(), notes: this.#text() });
      case 'addOwnToOurs':
        return withOne(ours, (folder) =>
          user.addContact({ displayName: this.#text(), emailAddress1: 'friend@fabrikam.example' }, folder.id),
        );
      case 'editOwn':
        return withOne(own, (item) => user.editContact(item.id, { notes: this.#text() }));
      case 'deleteOwn':
        return withOne(own, (item) => user.deleteContact(item.id));
      case 'renameFolder':
        return withOne(ours, (folder) => {
          user.renameFolder(folder.id, `My folder ${folder.id}`);
        });
      case 'deleteFolder':
        return withOne(ours, (folder) => {
          for (const item of box.items) if (isBelow(box, item.folderId, folder.id)) takeOut(item);
          user.deleteFolder(folder.id);
        });
      case 'moveFolder':
        // Only the contact folder itself: a sub-folder that was moved away is the user's from then on.
        return withOne(
          ours.filter(({ parentId }) => parentId === box.contactsId),
          (folder) => user.moveFolder(folder.id, this.#folderNamed(box, user, 'Shelf')),
        );
      case 'emptyDeletedItems':
        user.emptyDeletedItems();
        return '';
      case 'touchAll':
        for (const item of managed) user.touchContact(item.id);
        return `${managed.length} items`;
      case 'rewriteAll':
        return `${this.#rewrite(box, user)} items`;
      default:
        throw new Error(`nobody knows what ${kind} is`);
    }
  }

  #isContactFolder(box: InMemoryMailbox, folder: FolderId): boolean {
    return this.#world.contactFolder(box, this.#world.policy) === folder;
  }

  #managed(box: InMemoryMailbox): readonly MemoryItem[] {
    return this.#world.managed(box);
  }

  #edit(box: InMemoryMailbox, user: MailboxUser, item: MemoryItem, property: ContactProperty): void {
    this.#diary.edit(box.id, item.mark?.sourceObjectId, property);
    user.editContact(item.id, { [property]: this.#chance.happens(0.2) ? '' : this.#text() });
  }

  /** A phone that spells things its own way. */
  #rewrite(box: InMemoryMailbox, user: MailboxUser): number {
    const folders = box.folders.filter(
      (folder) => folder.mark !== undefined && !box.isDeletedFolder(folder.id),
    );
    const fashion = this.#chance.pick([
      ({ mobilePhone, ...rest }: ContactProperties): ContactProperties =>
        mobilePhone === undefined
          ? rest
          : { ...rest, mobilePhone: `${mobilePhone.slice(0, 3)} (0) ${mobilePhone.slice(3)}` },
      (properties: ContactProperties): ContactProperties => ({
        ...properties,
        fileAs: properties.displayName ?? '',
      }),
      ({ manager: _manager, ...rest }: ContactProperties): ContactProperties => rest,
    ]);
    let rewritten = 0;
    for (const folder of folders) {
      for (const item of box.itemsIn(folder.id)) {
        if (item.mark === undefined) continue;
        const after = fashion(item.properties);
        for (const property of ['mobilePhone', 'fileAs', 'manager'] as const) {
          if (after[property] !== item.properties[property])
            this.#diary.edit(box.id, item.mark.sourceObjectId, property);
        }
      }
      rewritten += user.rewriteContacts(folder.id, fashion);
    }
    return rewritten;
  }

  #text(): string {
    this.#texts += 1;
    return `${MINE}${this.#texts}`;
  }

  #ownFolder(box: InMemoryMailbox, user: MailboxUser): FolderId {
    return this.#chance.happens(0.5) ? box.contactsId : this.#folderNamed(box, user, 'Friends');
  }

  #folderNamed(box: InMemoryMailbox, user: MailboxUser, name: string): FolderId {
    const found = box.foldersIn(box.contactsId).find((folder) => folder.name === name);
    return found?.id ?? user.createFolder(name);
  }
}

function isBelow(box: InMemoryMailbox, folder: FolderId, ancestor: FolderId): boolean {
  for (let at: FolderId | undefined = folder; at !== undefined; at = box.folder(at)?.parentId) {
    if (at === ancestor) return true;
  }
  return false;
}
