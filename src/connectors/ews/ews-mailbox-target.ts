// MailboxTarget over Exchange Web Services: puts the parts of this folder together and keeps what one mailbox needs
// between calls (which folders are ours, which items were seen with our mark).

import type { ItemId, PolicyId } from '../../model/ids.ts';
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
import type { Clock } from '../../ports/clock.ts';
import type { FurtherData } from '../../ports/further-data.ts';
import type { Log } from '../../ports/log.ts';
import type {
  MailboxTarget,
  MailboxTargets,
  MarkedFolder,
  ReadFolderOptions,
  TargetCapabilities,
} from '../../ports/mailbox-target.ts';
import type { MarkCodec } from '../../ports/mark-codec.ts';
import type { ContactPictures } from '../../ports/photos.ts';
import type { Traffic } from '../../ports/traffic.ts';
import { cancellable } from '../contact-folder/cancellable.ts';
import { contactsByPolicy } from '../contact-folder/contacts-by-policy.ts';
import { isNewer, isOurs } from '../contact-folder/found-mark.ts';
import { type FolderWish, snapshotFolder } from '../contact-folder/located-folder.ts';
import { type ElsewhereProtocol, readElsewhere } from '../contact-folder/read-elsewhere.ts';
import { readSnapshot } from '../contact-folder/read-snapshot.ts';
import { createSeenItems, type SeenItems } from '../contact-folder/seen-items.ts';
import { freshSyncToken } from '../contact-folder/sync-token.ts';
import type { ExchangeHttp } from '../exchange-http/index.ts';
import { applyBatch } from './apply-changes.ts';
import { applyFolderAction } from './apply-folder.ts';
import { BatchSize, LARGEST_BATCH } from './batch-size.ts';
import { contactPictures } from './contact-pictures.ts';
import { readContact, WHOLE_SHAPE } from './contact-reader.ts';
import { createEwsClient, type EwsClient } from './ews-client.ts';
import {
  type FoundFolder,
  foldersBelowContacts,
  type LocatedFolder,
  locateFolders,
  readFolder,
} from './folder-tree.ts';
import { furtherData } from './further-data.ts';
import { listItems, markedInContacts, readEverything, rowOf } from './item-rows.ts';
import { ewsLeftovers } from './leftover-items.ts';
import { type MailboxSession, parentFolderIdOf, type SessionOptions, sessionOf } from './mailbox-session.ts';
import { protocolOf, TOKEN_FORMAT, wholeOf } from './read-folder.ts';
import { readItems } from './read-items.ts';
import type { XmlElement } from './xml-element.ts';

export interface EwsTargetsOptions {
  /** Of Exchange.asmx; asked for when it is first needed. */
  readonly url: (signal: AbortSignal) => Promise<string>;
  readonly http: ExchangeHttp;
  readonly markCodec: MarkCodec;
  /** The mark of a folder that gets this name from us. */
  readonly folderMark: (policyId: PolicyId, name: string) => OwnershipMark;
  /** true: the account has the role ApplicationImpersonation; false: it has rights on the folders themselves. */
  readonly impersonate: boolean;
  /** true: somebody sits before it. What cannot be reached or does not answer is tried once, and for a minute only. */
  readonly isWaitedFor?: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

export interface EwsTargets extends MailboxTargets {
  readonly traffic: Traffic;
  /** Requests since the connection was opened. */
  readonly counts: { readonly requests: number };
}

const CAPABILITIES: TargetCapabilities = {
  batchSize: LARGEST_BATCH,
  supportsCategories: true,
  lossyProperties: [],
};

/** What all mailboxes of the connection share. */
interface Connection extends EwsTargetsOptions, SessionOptions {
  readonly client: EwsClient;
  readonly size: BatchSize;
}

export function createEwsTargets(options: EwsTargetsOptions): EwsTargets {
  const client = createEwsClient(options);
  const connection: Connection = { ...options, client, size: new BatchSize() };
  return {
    capabilities: CAPABILITIES,
    traffic: client.traffic,
    get counts() {
      return client.counts;
    },
    open: (mailbox, policyId, folder) => {
      const nameFingerprint = connection.folderMark(policyId, folder.name).fingerprint;
      return new EwsMailboxTarget(connection, mailbox, { policyId, folder, nameFingerprint });
    },
    scan: (mailbox, signal) => cancellable(signal, () => scan(connection, mailbox, signal)),
    leftovers: (mailbox) => ewsLeftovers(sessionOf(mailbox, connection), connection.markCodec),
  };
}

async function scan(
  connection: Connection,
  mailbox: TargetMailbox,
  signal: AbortSignal,
): Promise<readonly MarkedFolder[]> {
  const { markCodec } = connection;
  const session = sessionOf(mailbox, connection);
  const all = await foldersBelowContacts(session, markCodec, signal);
  const folders = all.flatMap(({ mark, folderId, name, itemCount, lastCommit }) => {
    if (mark === undefined || isNewer(mark)) return [];
    const lastChanged = lastCommit === undefined ? {} : { lastChangedAt: lastCommit };
    return [{ policyId: mark.policyId, folderId, name, itemCount: itemCount ?? 0, ...lastChanged }];
  });
  return [...folders, ...contactsByPolicy(await markedInContacts(session, markCodec, signal))];
}

class EwsMailboxTarget implements MailboxTarget {
  readonly #connection: Connection;
  readonly #session: MailboxSession;
  readonly #wish: FolderWish;
  readonly #seen: SeenItems = createSeenItems();
  readonly pictures: ContactPictures;
  readonly further: FurtherData;
  #folders: readonly LocatedFolder[] | undefined;

  constructor(connection: Connection, mailbox: TargetMailbox, wish: FolderWish) {
    this.#connection = connection;
    this.#session = sessionOf(mailbox, connection);
    this.#wish = wish;
    this.pictures = contactPictures(this.#session, this.#seen);
    this.further = furtherData(this.#session, this.#seen);
  }

  readFolder(options: ReadFolderOptions, signal: AbortSignal): Promise<FolderSnapshot> {
    return cancellable(signal, async () => {
      const folders = await this.#locate(signal);
      const { policyId } = this.#wish;
      const reader = { session: this.#session, codec: this.#connection.markCodec, policyId };
      const snapshot = await readSnapshot(protocolOf(reader), folders, options, signal);
      for (const contact of snapshot.contacts) this.#remember(contact);
      return snapshot;
    });
  }

  readContacts(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly ManagedContact[]> {
    return cancellable(signal, async () => {
      if (itemIds.length === 0) return [];
      const folders = this.#folders ?? (await this.#locate(signal));
      const decode = (item: XmlElement): ManagedContact | undefined => {
        const folder = folders.find((one) => one.folderId === parentFolderIdOf(item));
        const { mark, ...row } = rowOf(item, this.#connection.markCodec);
        if (folder === undefined || mark === undefined || isNewer(mark)) return undefined;
        if (!isOurs(mark, this.#wish.policyId)) return undefined;
        return { ...row, folderKey: folder.key, mark, ...wholeOf(item) };
      };
      const items = await readItems(this.#session, itemIds, WHOLE_SHAPE, decode, signal);
      const contacts = items.filter((item) => item !== undefined);
      for (const contact of contacts) this.#remember(contact);
      return contacts;
    });
  }

  readUnmarked(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly ForeignContact[]> {
    return cancellable(signal, async () => {
      if (itemIds.length === 0) return [];
      const folders = this.#folders ?? (await this.#locate(signal));
      const decode = (item: XmlElement): ForeignContact | undefined => {
        const folder = folders.find((one) => one.folderId === parentFolderIdOf(item));
        const { mark, itemId, version } = rowOf(item, this.#connection.markCodec);
        if (folder === undefined || mark !== undefined) return undefined;
        return { itemId, version, folderKey: folder.key, properties: readContact(item) };
      };
      const items = await readItems(this.#session, itemIds, WHOLE_SHAPE, decode, signal);
      return items.filter((item) => item !== undefined);
    });
  }

  readElsewhere(signal: AbortSignal): Promise<readonly ContactElsewhere[]> {
    return cancellable(signal, async () => {
      const folders = this.#folders ?? (await this.#locate(signal));
      const session = this.#session;
      const { markCodec } = this.#connection;
      const protocol: ElsewhereProtocol<FoundFolder> = {
        policyId: this.#wish.policyId,
        readContactsItself: () => readFolder(session, markCodec, session.contacts, signal),
        readFoldersBelow: () => foldersBelowContacts(session, markCodec, signal),
        listMarks: ({ folderId }) => listItems(session, markCodec, folderId, signal),
      };
      return readElsewhere(protocol, folders, signal);
    });
  }

  applyFolder(action: FolderAction, signal: AbortSignal): Promise<SnapshotFolder | undefined> {
    return cancellable(signal, async () => {
      const { markCodec: codec, folderMark } = this.#connection;
      const tools = { session: this.#session, codec, wish: this.#wish, folderMark };
      const done = await applyFolderAction(tools, action, signal);
      this.#folders = done?.isNew === true ? this.#withFresh({ ...done.folder, key: action.key }) : undefined;
      if (done === undefined) return undefined;
      const syncToken = done.isNew ? await this.#tokenOfFresh(done.folder.folderId, signal) : undefined;
      return snapshotFolder({ ...done.folder, key: action.key }, syncToken);
    });
  }

  applyChanges(changes: readonly TargetChange[], signal: AbortSignal): Promise<readonly ChangeOutcome[]> {
    if (changes.length > LARGEST_BATCH) throw new RangeError(`At most ${LARGEST_BATCH} changes at once`);
    return cancellable(signal, async () => {
      if (changes.length === 0) return [];
      const folders = this.#folders ?? (await this.#locate(signal));
      const ids = new Set<string>(folders.map((folder) => folder.folderId));
      const tools = {
        session: this.#session,
        codec: this.#connection.markCodec,
        policyId: this.#wish.policyId,
        seen: this.#seen,
        isOurFolder: (id: string) => ids.has(id),
      };
      return applyBatch(tools, this.#connection.size, changes, signal);
    });
  }

  /** A folder that was just made needs no second look; undefined where the others are not known. */
  #withFresh(fresh: LocatedFolder): readonly LocatedFolder[] | undefined {
    if (fresh.key === '') return [fresh];
    return this.#folders === undefined || this.#folders.length === 0 ? undefined : [...this.#folders, fresh];
  }

  /** In a fresh folder the token costs one request now and saves the next run a full reading. */
  async #tokenOfFresh(folderId: LocatedFolder['folderId'], signal: AbortSignal): Promise<string | undefined> {
    const codec = this.#connection.markCodec;
    const { changed, position } = await readEverything(this.#session, codec, folderId, signal);
    return changed.size === 0 ? freshSyncToken(position, TOKEN_FORMAT) : undefined;
  }

  async #locate(signal: AbortSignal): Promise<readonly LocatedFolder[]> {
    const { markCodec } = this.#connection;
    this.#folders = await locateFolders(this.#session, markCodec, this.#wish, signal);
    return this.#folders;
  }

  #remember(contact: ManagedContact): void {
    if (isOurs(contact.mark, this.#wish.policyId)) this.#seen.add(contact.itemId, contact.version);
  }
}
