// MailboxTarget over Microsoft Graph: puts the parts of this folder together and keeps what one mailbox needs between
// calls (which folders are ours, which items were seen with our mark).

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
import { cancellable } from '../contact-folder/cancellable.ts';
import { contactsByPolicy } from '../contact-folder/contacts-by-policy.ts';
import { isNewer, isOurs } from '../contact-folder/found-mark.ts';
import { type FolderWish, snapshotFolder } from '../contact-folder/located-folder.ts';
import { readElsewhere } from '../contact-folder/read-elsewhere.ts';
import { readSnapshot } from '../contact-folder/read-snapshot.ts';
import { createSeenItems, type SeenItems } from '../contact-folder/seen-items.ts';
import { freshSyncToken } from '../contact-folder/sync-token.ts';
import { type GraphClient, MAX_BATCH_PARTS } from '../graph-client/index.ts';
import { applyBatch } from './apply-changes.ts';
import { applyFolderAction } from './apply-folder.ts';
import { decodeContact, otherDataOf } from './codec.ts';
import { contactPictures } from './contact-pictures.ts';
import { startDelta } from './delta-round.ts';
import { allFolders, type LocatedFolder, locateFolders } from './folder-tree.ts';
import { furtherData } from './further-data.ts';
import { graphLeftovers } from './leftover-items.ts';
import { itemIdOf, type MailboxRequests, markOf, requestsOf, textIn, versionOf } from './mailbox-requests.ts';
import {
  elsewhereProtocol,
  markedInContacts,
  protocolOf,
  readUnmarked,
  TOKEN_FORMAT,
} from './read-folder.ts';
import { EXPAND_ALL } from './schema.ts';

export interface GraphTargetsOptions {
  readonly client: GraphClient;
  readonly markCodec: MarkCodec;
  /** The mark of a folder that gets this name from us. */
  readonly folderMark: (policyId: PolicyId, name: string) => OwnershipMark;
  readonly log: Log;
  readonly clock: Clock;
}

const CAPABILITIES: TargetCapabilities = {
  batchSize: MAX_BATCH_PARTS,
  supportsCategories: true,
  lossyProperties: [],
};

export function createGraphTargets(options: GraphTargetsOptions): MailboxTargets {
  return {
    capabilities: CAPABILITIES,
    open: (mailbox, policyId, folder) => {
      const nameFingerprint = options.folderMark(policyId, folder.name).fingerprint;
      return new GraphMailboxTarget(options, mailbox, { policyId, folder, nameFingerprint });
    },
    scan: (mailbox, signal) => cancellable(signal, () => scan(options, mailbox, signal)),
    leftovers: (mailbox) => graphLeftovers(requestsOf(mailbox, options), options.markCodec),
  };
}

async function scan(
  options: GraphTargetsOptions,
  mailbox: TargetMailbox,
  signal: AbortSignal,
): Promise<readonly MarkedFolder[]> {
  const found: MarkedFolder[] = [];
  const requests = requestsOf(mailbox, options);
  for await (const folder of allFolders(requests, options.markCodec, signal)) {
    const { mark, folderId, name, itemCount, lastCommit } = folder;
    if (mark === undefined || isNewer(mark)) continue;
    const lastChanged = lastCommit === undefined ? {} : { lastChangedAt: lastCommit };
    found.push({ policyId: mark.policyId, folderId, name, itemCount: itemCount ?? 0, ...lastChanged });
  }
  const marked = await markedInContacts(requests, options.markCodec, signal);
  return [...found, ...contactsByPolicy(marked)];
}

class GraphMailboxTarget implements MailboxTarget {
  readonly #options: GraphTargetsOptions;
  readonly #mailbox: MailboxRequests;
  readonly #wish: FolderWish;
  readonly #seen: SeenItems = createSeenItems();
  readonly pictures: ContactPictures;
  readonly further: FurtherData;
  #folders: readonly LocatedFolder[] | undefined;

  constructor(options: GraphTargetsOptions, mailbox: TargetMailbox, wish: FolderWish) {
    this.#options = options;
    this.#mailbox = requestsOf(mailbox, options);
    this.#wish = wish;
    this.pictures = contactPictures(this.#mailbox, this.#seen);
    this.further = furtherData(this.#mailbox);
  }

  readFolder(options: ReadFolderOptions, signal: AbortSignal): Promise<FolderSnapshot> {
    return cancellable(signal, async () => {
      const folders = await this.#locate(signal);
      const reader = {
        mailbox: this.#mailbox,
        codec: this.#options.markCodec,
        policyId: this.#wish.policyId,
      };
      const snapshot = await readSnapshot(protocolOf(reader), folders, options, signal);
      for (const contact of snapshot.contacts) this.#remember(contact);
      return snapshot;
    });
  }

  readContacts(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly ManagedContact[]> {
    return cancellable(signal, async () => {
      const folders = this.#folders ?? (await this.#locate(signal));
      const paths = itemIds.map((id) => `${this.#mailbox.path('contacts', id)}?${EXPAND_ALL}`);
      const rows = await this.#mailbox.getMany(paths, signal);
      return rows.flatMap((row) => {
        if (row === undefined) return [];
        const folder = folders.find((one) => one.folderId === textIn(row, 'parentFolderId'));
        const mark = markOf(row, this.#options.markCodec);
        if (folder === undefined || mark === undefined || isNewer(mark) || !isOurs(mark, this.#wish.policyId))
          return [];
        const contact: ManagedContact = {
          itemId: itemIdOf(row),
          version: versionOf(row),
          folderKey: folder.key,
          createdAt: textIn(row, 'createdDateTime'),
          mark,
          properties: decodeContact(row),
          ...otherDataOf(row),
        };
        this.#remember(contact);
        return [contact];
      });
    });
  }

  readUnmarked(itemIds: readonly ItemId[], signal: AbortSignal): Promise<readonly ForeignContact[]> {
    return cancellable(signal, async () => {
      if (itemIds.length === 0) return [];
      const folders = this.#folders ?? (await this.#locate(signal));
      return readUnmarked(
        { mailbox: this.#mailbox, codec: this.#options.markCodec },
        folders,
        itemIds,
        signal,
      );
    });
  }

  readElsewhere(signal: AbortSignal): Promise<readonly ContactElsewhere[]> {
    return cancellable(signal, async () => {
      const folders = this.#folders ?? (await this.#locate(signal));
      const { policyId } = this.#wish;
      const reader = { mailbox: this.#mailbox, codec: this.#options.markCodec, policyId };
      return readElsewhere(elsewhereProtocol(reader), folders, signal);
    });
  }

  applyFolder(action: FolderAction, signal: AbortSignal): Promise<SnapshotFolder | undefined> {
    return cancellable(signal, async () => {
      const tools = {
        mailbox: this.#mailbox,
        codec: this.#options.markCodec,
        wish: this.#wish,
        folderMark: this.#options.folderMark,
      };
      const done = await applyFolderAction(tools, action, signal);
      this.#folders = undefined;
      if (done === undefined) return undefined;
      // In a fresh folder the token costs one request now and saves the next run a full reading.
      const round = done.isNew ? await startDelta(this.#mailbox, done.folder.folderId, signal) : undefined;
      const syncToken = round?.changed.size === 0 ? freshSyncToken(round.position, TOKEN_FORMAT) : undefined;
      return snapshotFolder({ ...done.folder, key: action.key }, syncToken);
    });
  }

  applyChanges(changes: readonly TargetChange[], signal: AbortSignal): Promise<readonly ChangeOutcome[]> {
    if (changes.length > MAX_BATCH_PARTS) throw new RangeError(`At most ${MAX_BATCH_PARTS} changes at once`);
    return cancellable(signal, async () => {
      if (changes.length === 0) return [];
      const folders = this.#folders ?? (await this.#locate(signal));
      const ids = new Set<string>(folders.map((folder) => folder.folderId));
      return applyBatch(
        {
          mailbox: this.#mailbox,
          codec: this.#options.markCodec,
          policyId: this.#wish.policyId,
          seen: this.#seen,
          isOurFolder: (id) => ids.has(id),
        },
        changes,
        signal,
      );
    });
  }

  async #locate(signal: AbortSignal): Promise<readonly LocatedFolder[]> {
    this.#folders = await locateFolders(this.#mailbox, this.#options.markCodec, this.#wish, signal);
    return this.#folders;
  }

  #remember(contact: ManagedContact): void {
    if (isOurs(contact.mark, this.#wish.policyId)) this.#seen.add(contact.itemId, contact.version);
  }
}
