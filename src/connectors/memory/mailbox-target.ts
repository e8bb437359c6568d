// MailboxTarget in memory. It keeps every promise of the port and is stricter than a server where that uncovers
// defects: too large a batch is refused, and neighbors in a group of properties are taken from `whole`, as Graph does.

import type { ContactProperties, ContactProperty } from '../../model/contact.ts';
import { Failure } from '../../model/failure.ts';
import type { FolderId, ItemId, PolicyId } from '../../model/ids.ts';
import type { LedgerEntry } from '../../model/ledger-record.ts';
import type {
  ContactElsewhere,
  FolderSnapshot,
  ForeignContact,
  ManagedContact,
  OwnershipMark,
  SnapshotFolder,
  TargetMailbox,
} from '../../model/mailbox.ts';
import type { ChangeOutcome, FolderAction, TargetChange } from '../../model/plan.ts';
import type { FolderPart } from '../../model/policy.ts';
import type {
  MailboxTarget,
  MailboxTargets,
  MarkedFolder,
  ReadFolderOptions,
  TargetCapabilities,
} from '../../ports/mailbox-target.ts';
import type { ContactPictures } from '../../ports/photos.ts';
import { InMemoryLeftovers, listFolders } from './leftover-items.ts';
import type { InMemoryMailbox, MemoryFolder, MemoryItem } from './mailbox.ts';
import { withTrouble } from './mailbox-trouble.ts';
import type { InMemoryOrganization } from './organization.ts';

export interface InMemoryTargetsOptions {
  /** The mark of a folder that got this name from us. */
  readonly folderMark: (policyId: PolicyId, name: string) => OwnershipMark;
  /** Marks above it are of a later release: of them only the version is known. */
  readonly markVersion?: number;
  readonly capabilities?: Partial<MemoryCapabilities>;
}

interface MemoryCapabilities extends TargetCapabilities {
  /** false: as Graph. */
  readonly canRemovePictures?: boolean;
}

const CAPABILITIES: MemoryCapabilities = { batchSize: 20, supportsCategories: true, lossyProperties: [] };

export class InMemoryTargets implements MailboxTargets {
  readonly capabilities: MemoryCapabilities;
  readonly #organization: InMemoryOrganization;
  readonly #options: InMemoryTargetsOptions;

  constructor(organization: InMemoryOrganization, options: InMemoryTargetsOptions) {
    this.#organization = organization;
    this.#options = options;
    this.capabilities = { ...CAPABILITIES, ...options.capabilities };
  }

  open(mailbox: TargetMailbox, policyId: PolicyId, folder: FolderPart): MailboxTarget {
    return new InMemoryMailboxTarget({
      organization: this.#organization,
      mailbox,
      policyId,
      folder,
      folderMark: this.#options.folderMark,
      markVersion: this.#options.markVersion ?? 1,
      capabilities: this.capabilities,
    });
  }

  readonly leftovers = (mailbox: TargetMailbox) =>
    new InMemoryLeftovers((signal) => openMailbox(this.#organization, mailbox, signal));

  async scan(target: TargetMailbox, signal: AbortSignal): Promise<readonly MarkedFolder[]> {
    const mailbox = openMailbox(this.#organization, target, signal);
    mailbox.trouble.takeReading();
    const markVersion = this.#options.markVersion ?? 1;
    const folders = mailbox.folders.flatMap((folder) => {
      if (folder.mark === undefined || folder.mark.version > markVersion) return [];
      if (!isBelow(mailbox, folder, mailbox.contactsId)) return [];
      const { id, name, mark } = folder;
      return { policyId: mark.policyId, folderId: id, name, itemCount: mailbox.itemsIn(id).length };
    });
    const inContacts = mailbox
      .itemsIn(mailbox.contactsId)
      .flatMap(({ mark }) => (mark === undefined || mark.version > markVersion ? [] : [mark.policyId]));
    const contacts = [...Map.groupBy(inContacts, (id) => id)].map(([id, items]) => ({
      ...{ policyId: id, folderId: mailbox.contactsId, name: '', itemCount: items.length },
      isContacts: true as const,
    }));
    return [...folders, ...contacts];
  }
}

interface TargetParts {
  readonly organization: InMemoryOrganization;
  readonly mailbox: TargetMailbox;
  readonly policyId: PolicyId;
  readonly folder: FolderPart;
  readonly folderMark: InMemoryTargetsOptions['folderMark'];
  readonly markVersion: number;
  readonly capabilities: MemoryCapabilities;
}

export class InMemoryMailboxTarget implements MailboxTarget {
  readonly #parts: TargetParts;

  constructor(parts: TargetParts) {
    this.#parts = parts;
  }

  async readFolder(options: ReadFolderOptions, signal: AbortSignal): Promise<FolderSnapshot> {
    const mailbox = this.#open(signal);
    const folders = this.#findFolders(mailbox).map(({ key, folder }) =>
      this.#snapshotFolder(mailbox, key, folder),
    );
    mailbox.trouble.takeReading();
    const known = options.known?.isDirty === true ? undefined : options.known;
    const entries = new Map((known?.entries ?? []).map((entry) => [entry.itemId, entry]));
    const taken = new Map<ItemId, ManagedContact>();
    const listed = new Map<ItemId, ManagedContact>();
    let isFullReading = true;
    for (const folder of folders) {
      // A sub-folder that was renamed has another key than the entries of its contacts: it is read in full.
      const token = known?.folders.find(
        (one) => one.folderId === folder.folderId && one.key === folder.key,
      )?.syncToken;
      const changes =
        token === undefined || options.includeForeign
          ? undefined
          : mailbox.changesSince(folder.folderId, token);
      if (changes !== undefined) {
        isFullReading = false;
        const touched = new Set([...changes.removed, ...changes.changed.map((item) => item.id)]);
        for (const entry of entries.values()) {
          if (entry.folderKey !== folder.key || touched.has(entry.itemId)) continue;
          taken.set(entry.itemId, contactOfEntry(entry, this.#parts.policyId));
        }
      }
      // Marked items that no entry stands for (copies, contacts of other policies) are shown by every reading.
      const unchanged = (item: MemoryItem) => changes !== undefined && !changes.changed.includes(item);
      for (const item of mailbox.itemsIn(folder.folderId)) {
        if (unchanged(item) && entries.has(item.id)) continue;
        if (item.mark === undefined || !this.#isReadable(item.mark)) continue;
        listed.set(item.id, contactOfItem(item, item.mark, folder.key, entries.get(item.id)));
      }
    }
    const contacts = [...new Map([...taken, ...listed]).values()];
    const foreign = folders.flatMap((folder) =>
      mailbox
        .itemsIn(folder.folderId)
        .filter((item) => item.mark === undefined)
        .map(({ id, version, properties }) => ({ itemId: id, version, folderKey: folder.key, properties })),
    );
    const marks = folders.flatMap((folder) => [
      mailbox.folder(folder.folderId)?.mark,
      ...mailbox.itemsIn(folder.folderId).map((item) => item.mark),
    ]);
    return {
      folders,
      contacts,
      foreignCount: foreign.length,
      ...(options.includeForeign ? { foreign } : {}),
      highestMarkVersion: Math.max(0, ...marks.map((mark) => mark?.version ?? 0)),
      isFullReading,
    };
  }

  async readContacts(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly ManagedContact[]> {
    const mailbox = this.#open(signal);
    const folders = this.#findFolders(mailbox);
    return itemIds.flatMap((id) => {
      const item = mailbox.item(id);
      if (item?.mark === undefined || !this.#isOurs(item.mark)) return [];
      if (mailbox.isDeletedFolder(item.folderId)) return [];
      const key = folders.find(({ folder }) => folder.id === item.folderId)?.key ?? '';
      return contactOfItem(item, item.mark, key, undefined);
    });
  }

  async readUnmarked(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly ForeignContact[]> {
    const mailbox = this.#open(signal);
    const folders = this.#findFolders(mailbox);
    return itemIds.flatMap((id) => {
      const item = mailbox.item(id);
      const here = folders.find(({ folder }) => folder.id === item?.folderId);
      if (item === undefined || item.mark !== undefined || here === undefined) return [];
      return { itemId: id, version: item.version, folderKey: here.key, properties: item.properties };
    });
  }

  async readElsewhere(signal: AbortSignal): Promise<readonly ContactElsewhere[]> {
    const mailbox = this.#open(signal);
    mailbox.trouble.takeReading();
    const own = new Set(this.#findFolders(mailbox).map(({ folder }) => folder.id));
    return listFolders(mailbox).flatMap(({ folderId, path }) =>
      own.has(folderId)
        ? []
        : mailbox.itemsIn(folderId).flatMap(({ id, mark, createdAt }) => {
            if (mark?.sourceObjectId === undefined || !this.#isOurs(mark)) return [];
            return { itemId: id, sourceObjectId: mark.sourceObjectId, createdAt, path };
          }),
    );
  }

  async applyFolder(action: FolderAction, signal: AbortSignal): Promise<SnapshotFolder | undefined> {
    const mailbox = this.#open(signal);
    const trouble = mailbox.trouble.takeFolderAction();
    if (trouble === 'loseRequest') throw new Failure('answerLost');
    if (mailbox.trouble.isFull && action.kind === 'create') throw new Failure('mailboxFull');
    const folder = this.#carryOut(mailbox, action);
    if (trouble === 'loseAnswer') throw new Failure('answerLost');
    return folder === undefined ? undefined : this.#snapshotFolder(mailbox, action.key, folder);
  }

  async applyChanges(
    changes: readonly TargetChange[],
    signal: AbortSignal,
  ): Promise<readonly ChangeOutcome[]> {
    const mailbox = this.#open(signal);
    const { batchSize } = this.#parts.capabilities;
    if (changes.length > batchSize) throw new RangeError(`At most ${batchSize} changes at once`);
    const outcomes: ChangeOutcome[] = [];
    for (const change of changes) {
      throwIfAborted(signal);
      const outcome = withTrouble(mailbox.trouble, () =>
        mailbox.trouble.isFull && change.kind !== 'delete'
          ? { status: 'failed', failure: new Failure('mailboxFull') }
          : this.#applyChange(mailbox, change),
      );
      outcomes.push(outcome);
      await this.#parts.organization.announceWrite({ mailboxId: mailbox.id, change, outcome });
    }
    throwIfAborted(signal);
    return outcomes;
  }

  get pictures(): ContactPictures {
    return {
      canRemove: this.#parts.capabilities.canRemovePictures ?? true,
      read: async (itemIds, signal) => {
        const mailbox = this.#open(signal);
        return itemIds.map((id) => mailbox.item(id)?.picture);
      },
      write: async (changes, signal) => {
        const mailbox = this.#open(signal);
        return changes.map((change) => {
          if (!this.#isOurs(mailbox.item(change.itemId)?.mark)) return new Failure('notOurs');
          if (mailbox.trouble.isFull) return new Failure('mailboxFull');
          mailbox.setPicture(change.itemId, change.kind === 'set' ? change.jpeg : undefined);
          return undefined;
        });
      },
    };
  }

  #applyChange(mailbox: InMemoryMailbox, change: TargetChange): ChangeOutcome {
    if (change.kind === 'create') {
      if (mailbox.isDeletedFolder(change.folderId)) return { status: 'gone' };
      return applied(mailbox.createItem(change.folderId, change.properties, change.mark));
    }
    const item = mailbox.item(change.itemId);
    if (item === undefined || mailbox.isDeletedFolder(item.folderId)) return { status: 'gone' };
    if (change.kind !== 'adopt' && !this.#isOurs(item.mark)) {
      return { status: 'refused', failure: new Failure('notOurs') };
    }
    if (item.version !== change.version) return { status: 'conflict' };
    switch (change.kind) {
      case 'update':
      case 'adopt': {
        const properties = propertiesAfter(item.properties, change.set, change.whole);
        return applied(mailbox.updateItem(item.id, { properties, mark: change.mark }));
      }
      case 'handOver':
        return applied(mailbox.updateItem(item.id, { mark: null }));
      case 'delete':
        if (change.mode === 'soft') mailbox.moveItem(item.id, mailbox.deletedItemsId);
        else mailbox.removeItem(item.id);
        return { status: 'applied', itemId: item.id, version: '' };
    }
  }

  #carryOut(mailbox: InMemoryMailbox, action: FolderAction): MemoryFolder | undefined {
    const { folder: wish, policyId, folderMark } = this.#parts;
    if (wish.useDefaultContacts && action.key === '') {
      // Contacts itself is never created, marked, renamed or removed.
      return action.kind === 'remove' ? undefined : mailbox.folder(mailbox.contactsId);
    }
    if (action.kind === 'create') {
      const parentId = action.key === '' ? mailbox.contactsId : this.#findRoot(mailbox)?.id;
      if (parentId === undefined) throw new Failure('changedSincePlanned');
      const existing = findByName(mailbox.foldersIn(parentId), action.name);
      return existing ?? mailbox.createFolder(parentId, action.name, folderMark(policyId, action.name));
    }
    const folder = mailbox.folder(action.folderId);
    const isThere = folder !== undefined && !mailbox.isDeletedFolder(folder.id);
    if (action.kind === 'remove') {
      const isEmpty =
        isThere && mailbox.itemsIn(folder.id).length === 0 && mailbox.foldersIn(folder.id).length === 0;
      if (isEmpty && this.#isOurs(folder.mark)) mailbox.deleteFolder(folder.id);
      return undefined;
    }
    if (!isThere) throw new Failure('changedSincePlanned');
    if (action.kind === 'adopt') return mailbox.markFolder(folder.id, folderMark(policyId, folder.name));
    if (!this.#isOurs(folder.mark)) throw new Failure('folderRefused');
    const rival = mailbox
      .foldersIn(folder.parentId ?? mailbox.contactsId)
      .find((one) => one.id !== folder.id && one.name.toLowerCase() === action.name.toLowerCase());
    if (rival !== undefined) throw new Failure('folderNameTaken', { details: { folder: action.name } });
    mailbox.renameFolder(folder.id, action.name);
    return mailbox.markFolder(folder.id, folderMark(policyId, action.name));
  }

  #findRoot(mailbox: InMemoryMailbox): MemoryFolder | undefined {
    const { folder: wish } = this.#parts;
    if (wish.useDefaultContacts) return mailbox.folder(mailbox.contactsId);
    const candidates = mailbox.foldersIn(mailbox.contactsId);
    const marked = candidates.filter((folder) => this.#isOurs(folder.mark));
    return (
      findByName(marked, wish.name) ??
      marked[0] ??
      this.#findBelow(mailbox, candidates) ??
      findByName(candidates, wish.name) ??
      this.#findRenamed(mailbox, candidates)
    );
  }

  /** Another policy made it under our name, and the user renamed or moved it. */
  #findRenamed(mailbox: InMemoryMailbox, level: readonly MemoryFolder[]): MemoryFolder | undefined {
    const { folder: wish, policyId, folderMark } = this.#parts;
    const { fingerprint } = folderMark(policyId, wish.name);
    if (level.length === 0) return undefined;
    const below = level
      .filter((folder) => folder.mark === undefined)
      .flatMap((folder) => mailbox.foldersIn(folder.id));
    return level.find(({ mark }) => mark?.fingerprint === fingerprint) ?? this.#findRenamed(mailbox, below);
  }

  /**
   * The user may have moved it into another folder; breadth first. What lies in a marked folder, or in the folder of our
   * name, is a sub-folder, also where the contact folder belongs to another policy.
   */
  #findBelow(mailbox: InMemoryMailbox, level: readonly MemoryFolder[]): MemoryFolder | undefined {
    const shared = findByName(mailbox.foldersIn(mailbox.contactsId), this.#parts.folder.name);
    const below = level
      .filter((folder) => folder.mark === undefined && folder.id !== shared?.id)
      .flatMap((folder) => mailbox.foldersIn(folder.id));
    if (below.length === 0) return undefined;
    return below.find((folder) => this.#isOurs(folder.mark)) ?? this.#findBelow(mailbox, below);
  }

  #findFolders(mailbox: InMemoryMailbox): readonly { readonly key: string; readonly folder: MemoryFolder }[] {
    const root = this.#findRoot(mailbox);
    if (root === undefined) return [];
    const subfolders = mailbox.foldersIn(root.id).filter((folder) => this.#belongs(folder));
    return [{ key: '', folder: root }, ...subfolders.map((folder) => ({ key: folder.name, folder }))];
  }

  // Below Contacts itself lie the user's own folders and those of other policies: only ours are looked into.
  #belongs(folder: MemoryFolder): boolean {
    const { folder: wish } = this.#parts;
    return !wish.useDefaultContacts || this.#isOurs(folder.mark);
  }

  #snapshotFolder(mailbox: InMemoryMailbox, key: string, folder: MemoryFolder): SnapshotFolder {
    const { id, name } = folder;
    const mark = folder.mark !== undefined && this.#isReadable(folder.mark) ? folder.mark : undefined;
    return { key, folderId: id, name, mark, syncToken: mailbox.syncToken(id) };
  }

  #isReadable(mark: OwnershipMark): boolean {
    return mark.version <= this.#parts.markVersion;
  }

  #isOurs(mark: OwnershipMark | undefined): boolean {
    return mark !== undefined && this.#isReadable(mark) && mark.policyId === this.#parts.policyId;
  }

  #open(signal: AbortSignal): InMemoryMailbox {
    return openMailbox(this.#parts.organization, this.#parts.mailbox, signal);
  }
}

function openMailbox(
  organization: InMemoryOrganization,
  target: TargetMailbox,
  signal: AbortSignal,
): InMemoryMailbox {
  throwIfAborted(signal);
  const mailbox = organization.mailboxOf(target.id);
  if (mailbox === undefined) throw new Failure('mailboxNotProvisioned');
  mailbox.trouble.throwIfRefused();
  return mailbox;
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
}

function isBelow(mailbox: InMemoryMailbox, folder: MemoryFolder, ancestor: FolderId): boolean {
  for (let at: FolderId | undefined = folder.parentId; at !== undefined; at = mailbox.folder(at)?.parentId) {
    if (at === ancestor) return true;
  }
  return false;
}

function applied(item: MemoryItem): ChangeOutcome {
  return { status: 'applied', itemId: item.id, version: item.version };
}

function findByName(folders: readonly MemoryFolder[], name: string): MemoryFolder | undefined {
  const lower = name.toLowerCase();
  return folders.find((one) => one.name === name) ?? folders.find((one) => one.name.toLowerCase() === lower);
}

function contactOfItem(
  item: MemoryItem,
  mark: OwnershipMark,
  folderKey: string,
  entry: LedgerEntry | undefined,
): ManagedContact {
  const { id, version, createdAt, properties, picture } = item;
  const isKnown = entry !== undefined && entry.version === version;
  const whole = {
    properties,
    ...(picture === undefined ? {} : { hasOtherData: true as const, picture: 'alone' as const }),
  };
  return { itemId: id, version, folderKey, createdAt, mark, ...(isKnown ? {} : whole) };
}

function contactOfEntry(entry: LedgerEntry, policyId: PolicyId): ManagedContact {
  const { itemId, version, folderKey, createdAt, sourceObjectId, fingerprint, fieldFingerprints } = entry;
  const mark = { version: entry.markVersion, policyId, sourceObjectId, fingerprint, fieldFingerprints };
  return { itemId, version, folderKey, createdAt, mark };
}

/** Graph stores each of these as one value: whoever writes one of them writes them all. */
const GROUPS: readonly (readonly ContactProperty[])[] = [
  ['emailAddress1', 'emailAddress2', 'emailAddress3'],
  ['businessPhone1', 'businessPhone2'],
  ['homePhone1', 'homePhone2'],
  ['businessStreet', 'businessCity', 'businessState', 'businessPostalCode', 'businessCountry'],
  ['homeStreet', 'homeCity', 'homeState', 'homePostalCode', 'homeCountry'],
  ['otherStreet', 'otherCity', 'otherState', 'otherPostalCode', 'otherCountry'],
];

function propertiesAfter(
  stored: ContactProperties,
  set: ContactProperties,
  whole: ContactProperties,
): ContactProperties {
  const after: Partial<Record<ContactProperty, string>> = { ...stored };
  for (const group of GROUPS) {
    if (!group.some((property) => property in set)) continue;
    for (const property of group) after[property] = whole[property] ?? '';
  }
  return { ...after, ...set };
}
