// MailboxTargets of a hybrid organization: each mailbox is written through the protocol of the side that holds it now, and
// marks are shown under the ids that count on both sides.

import { Failure } from '../model/failure.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { ManagedContact, TargetMailbox } from '../model/mailbox.ts';
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
  let canRemove = false;
  const opened = (signal: AbortSignal): Promise<Opened> => {
    opening ??= routeOf(mailbox, sides, signal).then(
      (route) => {
        const target = open(route.targets, route.addressed);
        canRemove = target.pictures?.canRemove === true;
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
  return {
    async readFolder(options, signal) {
      const { target, identities, hasMoved } = await opened(signal);
      const snapshot = await target.readFolder(options, signal);
      wasRead = true;
      const contacts = snapshot.contacts.map((contact) => underOwnId(contact, identities));
      return { ...snapshot, contacts, hasMoved };
    },
    async readContacts(itemIds, signal) {
      const { target, identities, hasMoved } = await opened(signal);
      if (hasMoved && !wasRead) return [];
      const contacts = await target.readContacts(itemIds, signal);
      return contacts.map((contact) => underOwnId(contact, identities));
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
  };
}

function underOwnId(contact: ManagedContact, identities: Identities): ManagedContact {
  const { sourceObjectId } = contact.mark;
  if (sourceObjectId === undefined) return contact;
  const own: SourceObjectId = identities.own(sourceObjectId);
  return own === sourceObjectId ? contact : { ...contact, mark: { ...contact.mark, sourceObjectId: own } };
}
