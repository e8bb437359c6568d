// Several policies fill one folder (docs/decisions/0015): who of them writes a person into a mailbox, and with which
// values. Computed once for all mailboxes that the same policies fill.

import type { MappedContact } from '../model/contact.ts';
import { type MailboxId, type PolicyId, policyId, type SourceObjectId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import { type Companion, type Offer, type OfferedPerson, offered } from '../model/offer.ts';
import type { Policy } from '../model/policy.ts';
import { mergedRulesDigest, offersDigest, rulesDigest } from './fingerprint.ts';
import { type Claim, mergeFields } from './merge-fields.ts';
import { managedProperties } from './property-rules.ts';

/** The contact of another policy that stands, or will stand, for the person. */
export interface StandIn {
  readonly policyId: PolicyId;
  readonly policyName: string;
  readonly sourceObjectId: SourceObjectId;
}

/** What one mailbox shall hold of the policy. */
export interface MergedWish {
  /** Only those whom this policy writes. */
  readonly wanted: ReadonlyMap<SourceObjectId, MappedContact>;
  /** By this policy's id of the person, also of people it no longer wants. */
  readonly standIns: ReadonlyMap<SourceObjectId, StandIn>;
  /** Policies that come first and of which nobody knows what they want. */
  readonly untold: ReadonlySet<PolicyId>;
  /** People of this policy who meet nobody, because several share an address. */
  readonly ambiguous: readonly SourceObjectId[];
  readonly companions: ReadonlyMap<PolicyId, Policy>;
  readonly rulesDigest: string;
}

export type MergeFor = (
  mailbox: Pick<TargetMailbox, 'id' | 'ownerId'>,
  purpose: 'fill' | 'empty',
) => MergedWish;

export interface Merger {
  readonly forMailbox: MergeFor;
  /** Everybody, as a mailbox gets them that all of the policies fill. */
  readonly shown: () => readonly MappedContact[];
  readonly offersDigest: string;
}

export interface OwnPart {
  readonly policy: Policy;
  readonly wanted: ReadonlyMap<SourceObjectId, MappedContact>;
  readonly undecided: ReadonlySet<SourceObjectId>;
  readonly offer: Offer | undefined;
}

interface Member {
  readonly id: PolicyId;
  readonly policy: Policy;
  readonly managed: Claim['managed'];
  /** By meeting point; undefined: not known yet. */
  readonly people: ReadonlyMap<string, OfferedPerson> | undefined;
  /** undefined: wherever this policy is asked for. */
  readonly mailboxIds: ReadonlySet<MailboxId> | undefined;
}

export function priorityOf(policy: Policy): number {
  return policy.folder.merge?.priority ?? 0;
}

export function createMerger(own: OwnPart, companions: readonly Companion[]): Merger {
  const ownId = policyId(own.policy.id);
  const meetBy = own.policy.folder.merge?.meetBy ?? 'id';
  const meetingPoint = ({ sourceObjectId, address }: Pick<OfferedPerson, 'sourceObjectId' | 'address'>) =>
    meetBy === 'id' ? sourceObjectId : (address ?? '');
  const byMeetingPoint = (people: Iterable<OfferedPerson>): Map<string, OfferedPerson> => {
    const found = new Map<string, OfferedPerson>();
    const shared = new Set<string>();
    for (const person of people) {
      const point = meetingPoint(person);
      if (found.has(point)) shared.add(point);
      found.set(point, person);
    }
    for (const point of ['', ...shared]) found.delete(point);
    return found;
  };

  const before = new Set(own.offer?.people.map(({ sourceObjectId }) => sourceObjectId));
  // Whom the reading cannot place is claimed only where an earlier run did.
  const isClaimed = (id: SourceObjectId): boolean => !own.undecided.has(id) || before.has(id);
  const claimed = [...own.wanted.values()].filter((contact) => isClaimed(contact.sourceObjectId));
  const ownMember: Member = {
    id: ownId,
    policy: own.policy,
    managed: managedProperties(own.policy),
    people: byMeetingPoint(claimed.map(offered)),
    mailboxIds: undefined,
  };
  const members: readonly Member[] = [
    ownMember,
    ...companions.map(({ policy, offer }) => ({
      id: policyId(policy.id),
      policy,
      managed: managedProperties(policy),
      people: offer && byMeetingPoint(offer.people),
      mailboxIds: offer && new Set(offer.mailboxIds),
    })),
  ].sort((a, b) => priorityOf(a.policy) - priorityOf(b.policy) || (a.id < b.id ? -1 : 1));

  /** Of this policy, now or before, at each meeting point. */
  const idsAt = new Map<string, SourceObjectId[]>();
  const addId = (person: Pick<OfferedPerson, 'sourceObjectId' | 'address'>): void => {
    const point = meetingPoint(person);
    const ids = idsAt.get(point) ?? [];
    if (point !== '' && !ids.includes(person.sourceObjectId))
      idsAt.set(point, [...ids, person.sourceObjectId]);
  };
  const ownPeople = byMeetingPoint([...own.wanted.values()].map(offered));
  for (const person of ownPeople.values()) addId(person);
  for (const person of [...(own.offer?.former ?? []), ...(own.offer?.people ?? [])]) {
    const isSomebodyElse = ownMember.people?.has(meetingPoint(person)) === true;
    if (!own.wanted.has(person.sourceObjectId) && !isSomebodyElse) addId(person);
  }
  const ambiguous =
    meetBy === 'id'
      ? []
      : [...own.wanted.values()].flatMap((contact) =>
          contact.address !== undefined && !ownPeople.has(contact.address) ? [contact.sourceObjectId] : [],
        );
  const policies = new Map(companions.map(({ policy }) => [policyId(policy.id), policy]));

  /** Who says something about the person, and what becomes of that: our contact, or whose stands for it. */
  const decide = (
    point: string,
    present: readonly Member[],
  ): { readonly contact: MappedContact | undefined; readonly standIn: StandIn | undefined } => {
    const claims = present.flatMap((member): (Claim & { readonly member: Member })[] => {
      const person = member.people?.get(point);
      if (member.people !== undefined && person === undefined) return [];
      return [{ policyId: member.id, managed: member.managed, person, member }];
    });
    const place = claims.findIndex(({ person }) => person !== undefined);
    const first = claims[place];
    if (first?.person === undefined) return { contact: undefined, standIn: undefined };
    if (first.member !== ownMember) {
      const { member, person } = first;
      return {
        contact: undefined,
        standIn: {
          policyId: member.id,
          policyName: member.policy.name,
          sourceObjectId: person.sourceObjectId,
        },
      };
    }
    const contact = own.wanted.get(first.person.sourceObjectId);
    const heard = claims.slice(place);
    return {
      contact: contact && (heard.length === 1 ? contact : mergeFields(contact, ownId, heard)),
      standIn: undefined,
    };
  };

  const mergeAmong = (present: readonly Member[]): MergedWish => {
    const wanted = new Map(own.wanted);
    const standIns = new Map<SourceObjectId, StandIn>();
    const points = new Set(present.flatMap((member) => [...(member.people?.keys() ?? [])]));
    for (const point of points) {
      const { contact, standIn } = decide(point, present);
      if (contact !== undefined) wanted.set(contact.sourceObjectId, contact);
      if (standIn === undefined) continue;
      const ids = idsAt.get(point) ?? (meetBy === 'id' ? [standIn.sourceObjectId] : []);
      for (const id of ids) {
        wanted.delete(id);
        standIns.set(id, standIn);
      }
    }
    const ownPlace = present.indexOf(ownMember);
    return {
      wanted,
      standIns,
      untold: new Set(
        present.slice(0, Math.max(ownPlace, 0)).flatMap(({ id, people }) => (people ? [] : [id])),
      ),
      ambiguous,
      companions: policies,
      rulesDigest:
        present.length === 1 && ownPlace === 0
          ? rulesDigest(own.policy)
          : mergedRulesDigest(present.map(({ policy }) => policy)),
    };
  };

  /** Nobody gets the contact of the owner into the own mailbox of whom the policy says so: that changes one person. */
  const withoutOwner = (
    wish: MergedWish,
    present: readonly Member[],
    ownerId: SourceObjectId,
  ): MergedWish => {
    const points = new Set(
      present.flatMap(({ policy, people }) => {
        if (policy.contact.includeOwn || people === undefined) return [];
        return pointsOf(people, ownerId);
      }),
    );
    let changed = wish;
    for (const point of points) {
      const others = present.filter(({ policy, people }) => {
        const isOwner = people?.get(point)?.sourceObjectId === ownerId;
        return !isOwner || policy.contact.includeOwn;
      });
      if (!others.some(({ people }) => people?.has(point) === true)) continue;
      const { contact, standIn } = decide(point, others);
      const wanted = new Map(changed.wanted);
      const standIns = new Map(changed.standIns);
      for (const id of idsAt.get(point) ?? []) {
        standIns.delete(id);
        if (standIn === undefined) continue;
        wanted.delete(id);
        standIns.set(id, standIn);
      }
      if (contact !== undefined) wanted.set(contact.sourceObjectId, contact);
      changed = { ...changed, wanted, standIns };
    }
    return changed;
  };
  const pointsByPeople = new WeakMap<ReadonlyMap<string, OfferedPerson>, Map<SourceObjectId, string>>();
  function pointsOf(people: ReadonlyMap<string, OfferedPerson>, id: SourceObjectId): readonly string[] {
    const points =
      pointsByPeople.get(people) ??
      new Map([...people].map(([point, { sourceObjectId }]) => [sourceObjectId, point]));
    pointsByPeople.set(people, points);
    const point = points.get(id);
    return point === undefined ? [] : [point];
  }

  const merged = new Map<string, { readonly wish: MergedWish; readonly present: readonly Member[] }>();
  return {
    forMailbox({ id, ownerId }, purpose) {
      const present = members.filter((member) =>
        member === ownMember ? purpose === 'fill' : (member.mailboxIds?.has(id) ?? true),
      );
      const key = present.map((member) => member.id).join(' ');
      const found = merged.get(key) ?? { wish: mergeAmong(present), present };
      merged.set(key, found);
      return ownerId === undefined ? found.wish : withoutOwner(found.wish, found.present, ownerId);
    },
    shown() {
      const { wanted } = mergeAmong(members);
      return [...own.wanted.values()].map((contact) => {
        const { properties, origins } = wanted.get(contact.sourceObjectId) ?? contact;
        return origins === undefined ? contact : { ...contact, together: { properties, origins } };
      });
    },
    offersDigest: offersDigest(
      companions.flatMap(({ policy, offer }) => [
        policy.id,
        `${priorityOf(policy)}`,
        JSON.stringify(offer ?? null),
      ]),
    ),
  };
}
