// MailboxTargets of a hybrid organization: each mailbox is written through the protocol of the side that holds it now, and
// marks are shown under the ids that count on both sides.

import { Failure } from '../model/failure.ts';
import type { ItemId, SourceObjectId } from '../model/ids.ts';
import type { LedgerRecord } from '../model/ledger-record.ts';
import type { ManagedContact, TargetMailbox } from '../model/mailbox.ts';
import type { FurtherData } from '../ports/further-data.ts';
import type { LeftoverItems } from '../ports/leftover-items.ts';
import type { MailboxTarget, MailboxTargets } from '../ports/mailbox-target.ts';
import type { ContactPictures } from '../ports/photos.ts';
import type { Identities, LoadIdentities } from './hybrid-identities.ts';

export type LocateMailbox = (
  mailbox: TargetMailbox,
  signal: AbortSignal,
) => Promise<TargetMailbox['location']>;

export interface TargetSides {
  readonly onPremises: MailboxTargets;
  readonly online: MailboxTargets;
  /** Where the mailbox is now: what an earlier run remembers may have moved. */
  readonly locate: LocateMailbox;
  readonly identities: LoadIdentities;
}

export function routeTargets(sides: TargetSides): MailboxTargets {
  const { onPremises, online } = sides;
  return {
    capabilities: {
      batchSize: Math.min(onPremises.capabilities.batchSize, online.capabilities.batchSize),
      supportsCategories:
        onPremises.capabilities.supportsCategories && online.capabilities.supportsCategories,
      lossyProperties: [
        ...new Set([...onPremises.capabilities.lossyProperties, ...online.capabilities.lossyProperties]),
      ],
    },
    open: (mailbox, ...rest) =>
      routedTarget(mailbox, sides, (targets, addressed) => targets.open(addressed, ...rest)),
    async scan(mailbox, signal) {
      const { targets, addressed } = await routeOf(mailbox, sides, signal);
      return targets.scan(addressed, signal);
    },
    leftovers: (mailbox) => routedLeftovers(mailbox, sides),
  };
}

interface Route {
  readonly targets: MailboxTargets;
  /** The mailbox by the name that the protocol knows. */
  readonly addressed: TargetMailbox;
  readonly identities: Identities;
  readonly hasMoved: boolean;
}

async function routeOf(mailbox: TargetMailbox, sides: TargetSides, signal: AbortSignal): Promise<Route> {
  const [location, identities] = await Promise.all([sides.locate(mailbox, signal), sides.identities(signal)]);
  const { ownerId } = mailbox;
  const inTenant = location === 'exchangeOnline' && ownerId !== undefined;
  return {
    targets: location === 'exchangeOnline' ? sides.online : sides.onPremises,
    addressed: { ...mailbox, location, ownerId: inTenant ? identities.inTenant(ownerId) : ownerId },
    identities,
    hasMoved: location !== mailbox.location,
  };
}

/** Every reading begins with the folders: a mailbox that moved is then read where it is, with the ids that count there. */
function routedLeftovers(mailbox: TargetMailbox, sides: TargetSides): LeftoverItems {
  let opening: Promise<LeftoverItems> | undefined;
  const opened = (signal: AbortSignal): Promise<LeftoverItems> => {
    opening ??= routeOf(mailbox, sides, signal).then(
      ({ targets, addressed }) => {
        if (targets.leftovers === undefined) throw new Error('both sides show what carries no mark');
        return targets.leftovers(addressed);
      },
      (thrown: unknown) => {
        opening = undefined;
        throw thrown;
      },
    );
    return opening;
  };
  return {
    listFolders: async (signal) => (await opened(signal)).listFolders(signal),
    readContacts: async (folder, signal) => (await opened(signal)).readContacts(folder, signal),
    moveToDeletedItems: async (folder, items, signal) =>
      (await opened(signal)).moveToDeletedItems(folder, items, signal),
    restore: async (folder, contacts, signal) => (await opened(signal)).restore(folder, contacts, signal),
    removeFolder: async (folder, signal) => (await opened(signal)).removeFolder(folder, signal),
    ensureFolder: async (path, signal) => (await opened(signal)).ensureFolder(path, signal),
  };
}

interface Opened extends Route {
  readonly target: MailboxTarget;
}

function routedTarget(
  mailbox: TargetMailbox,
  sides: TargetSides,
  open: (targets: MailboxTargets, addressed: TargetMailbox) => MailboxTarget,
): MailboxTarget {
  let opening: Promise<Opened> | undefined;
  let wasRead = false;
  let doubled: ReadonlySet<ItemId> = new Set();
  let canRemove = false;
  let carries = { carriesFiles: false, carriesFormat: false };
  const opened = (signal: AbortSignal): Promise<Opened> => {
    opening ??= routeOf(mailbox, sides, signal).then(
      (route) => {
        const target = open(route.targets, route.addressed);
        canRemove = target.pictures?.canRemove === true;
        carries = target.further ?? carries;
        return { ...route, target };
      },
      (thrown: unknown) => {
        opening = undefined;
        throw thrown;
      },
    );
    return opening;
  };
  /** What was planned before the move speaks of items by the ids of the other protocol. */
  const openedForWriting = async (signal: AbortSignal): Promise<MailboxTarget> => {
    const { target, hasMoved } = await opened(signal);
    if (hasMoved && !wasRead) throw new Failure('changedSincePlanned', { details: { reason: 'moved' } });
    return target;
  };
  const pictures = async (signal: AbortSignal): Promise<ContactPictures> => {
    const target = await openedForWriting(signal);
    if (target.pictures === undefined)
      throw new Failure('photosUnavailable', { details: { reason: 'target' } });
    return target.pictures;
  };
  const further = async (signal: AbortSignal): Promise<FurtherData> => {
    const target = await openedForWriting(signal);
    if (target.further === undefined)
      throw new Failure('unexpectedAnswer', { details: { code: 'nothingFurther' } });
    return target.further;
  };
  return {
    async readFolder(options, signal) {
      const { target, identities, hasMoved } = await opened(signal);
      const snapshot = await target.readFolder(options, signal);
      wasRead = true;
      doubled = new Set([...doubled, ...doubledItems(snapshot.contacts, options.known, identities)]);
      const contacts = snapshot.contacts.map((contact) => underOwnId(contact, identities, doubled));
      return { ...snapshot, contacts, hasMoved };
    },
    async readContacts(itemIds, signal) {
      const { target, identities, hasMoved } = await opened(signal);
      if (hasMoved && !wasRead) return [];
      const contacts = await target.readContacts(itemIds, signal);
      return contacts.map((contact) => underOwnId(contact, identities, doubled));
    },
    async readUnmarked(itemIds, signal) {
      const { target, hasMoved } = await opened(signal);
      return hasMoved && !wasRead ? [] : target.readUnmarked(itemIds, signal);
    },
    async readElsewhere(signal) {
      const { target, identities } = await opened(signal);
      const found = await target.readElsewhere(signal);
      return found.map((one) => ({ ...one, sourceObjectId: identities.own(one.sourceObjectId) }));
    },
    applyFolder: async (action, signal) => (await openedForWriting(signal)).applyFolder(action, signal),
    applyChanges: async (changes, signal) => (await openedForWriting(signal)).applyChanges(changes, signal),
    pictures: {
      // Contacts were read before anybody asks what can be done to their pictures.
      get canRemove() {
        return canRemove;
      },
      read: async (itemIds, signal) => (await pictures(signal)).read(itemIds, signal),
      write: async (changes, signal) => (await pictures(signal)).write(changes, signal),
    },
    further: {
      get carriesFiles() {
        return carries.carriesFiles;
      },
      get carriesFormat() {
        return carries.carriesFormat;
      },
      read: async (itemIds, signal) => (await further(signal)).read(itemIds, signal),
      readFile: async (id, signal) => (await further(signal)).readFile(id, signal),
      addFile: async (itemId, file, signal) => (await further(signal)).addFile(itemId, file, signal),
      removeFile: async (itemId, id, signal) => (await further(signal)).removeFile(itemId, id, signal),
    },
  };
}

function underOwnId(
  contact: ManagedContact,
  identities: Identities,
  doubled: ReadonlySet<ItemId>,
): ManagedContact {
  const { sourceObjectId } = contact.mark;
  if (sourceObjectId === undefined || doubled.has(contact.itemId)) return contact;
  const own: SourceObjectId = identities.own(sourceObjectId);
  return own === sourceObjectId ? contact : { ...contact, mark: { ...contact.mark, sourceObjectId: own } };
}

/**
 * Contacts of people whom we wrote under another of their ids, too, because it was found out too late who they are. One is
 * theirs; the others leave as anybody does who is not there any more. What the ledger does not know is a copy of the user's.
 */
function doubledItems(
  contacts: readonly ManagedContact[],
  known: LedgerRecord | undefined,
  { own }: Identities,
): ReadonlySet<ItemId> {
  const writtenAs = new Map(known?.entries.map(({ itemId, sourceObjectId }) => [itemId, sourceObjectId]));
  const written = contacts.flatMap(({ itemId, mark: { policyId, sourceObjectId: id } }) =>
    id === undefined || policyId !== known?.policyId || writtenAs.get(itemId) !== id ? [] : [{ itemId, id }],
  );
  const doubled = new Set<ItemId>();
  for (const [person, theirs] of Map.groupBy(written, ({ id }) => own(id))) {
    // The same one in every reading.
    const first = theirs.find(({ id }) => id === person) ?? theirs.toSorted(byId)[0];
    for (const { itemId, id } of theirs) if (id !== first?.id) doubled.add(itemId);
  }
  return doubled;
}

const byId = (a: { readonly id: SourceObjectId }, b: typeof a): number => (a.id < b.id ? -1 : 1);
