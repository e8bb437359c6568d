// Policies that fill one folder together (docs/decisions/0015): before a run, what the others want; after it, what this
// one told them.

import { createMerger, type Merger, priorityOf } from '../core/merge.ts';
import type { MappedContact } from '../model/contact.ts';
import { type MailboxId, policyId, type SourceObjectId } from '../model/ids.ts';
import {
  type Companion,
  type FormerPerson,
  type Offer,
  type OfferedPerson,
  offered,
  withoutPerson,
} from '../model/offer.ts';
import type { Policy } from '../model/policy.ts';
import type { SourceResult } from './read-source.ts';
import type { RunPorts } from './run-ports.ts';

/** What the reading of the source says of people. */
export type ReadPeople = Pick<
  SourceResult,
  'wanted' | 'undecided' | 'markedNoContactSync' | 'withheld' | 'isComplete'
>;

export interface Companions {
  /** undefined: the policy is alone. */
  readonly merger: Merger | undefined;
  readonly companions: readonly Companion[];
}

export async function readCompanions(
  policy: Policy,
  people: Pick<ReadPeople, 'wanted' | 'undecided' | 'withheld'>,
  ports: Pick<RunPorts, 'companionsOf' | 'memory'>,
): Promise<Companions> {
  const others = policy.folder.merge === undefined ? [] : ((await ports.companionsOf?.(policy)) ?? []);
  const companions: Companion[] = [];
  for (const other of [...others].sort((a, b) => priorityOf(a) - priorityOf(b))) {
    const offer = await ports.memory.readOffer(policyId(other.id));
    // Nobody waits for a policy that does not run.
    if (offer === undefined && !other.enabled) continue;
    companions.push({ policy: other, offer: offer && without(offer, people.withheld) });
  }
  if (companions.length === 0) return { merger: undefined, companions };
  const own = await ports.memory.readOffer(policyId(policy.id));
  const { wanted, undecided } = people;
  return { merger: createMerger({ policy, wanted, undecided, offer: own }, companions), companions };
}

function without(offer: Offer, withheld: ReadonlySet<SourceObjectId>): Offer {
  return [...withheld].reduce(withoutPerson, offer);
}

export interface EndedRun {
  readonly people: ReadPeople;
  /** Those it fills. */
  readonly mailboxIds: Iterable<MailboxId>;
  /** false: the list is incomplete, so that none has left. */
  readonly areAllMailboxes: boolean;
  /** Of those, the ones it could not read or write. */
  readonly unreached: ReadonlySet<MailboxId>;
}

/** After a run that wrote: the others learn what stands, and leave to this policy what comes from it first. */
export async function rememberOffer(
  policy: Policy,
  companions: readonly Companion[],
  ended: EndedRun,
  { memory }: Pick<RunPorts, 'memory'>,
): Promise<void> {
  const id = policyId(policy.id);
  const before = await memory.readOffer(id);
  if (policy.folder.merge === undefined) {
    if (before !== undefined) await memory.removeOffer(id);
    return;
  }
  const { withheld, markedNoContactSync } = ended.people;
  const kept = before && without(without(before, withheld), markedNoContactSync);
  // Before the first complete reading it cannot be told who is not wanted.
  if (kept === undefined && !ended.people.isComplete) return;
  const people = peopleOffered(ended.people, kept);
  const reached = [...ended.mailboxIds].filter(
    (one) => !ended.unreached.has(one) || kept?.mailboxIds.includes(one) === true,
  );
  const stayed = ended.areAllMailboxes ? [] : (kept?.mailboxIds ?? []);
  await memory.saveOffer(id, {
    people,
    former: policy.folder.merge.meetBy === 'id' ? [] : formerPeople(people, kept, companions),
    mailboxIds: [...new Set([...reached, ...stayed])].sort(),
  });
}

/** A half-read source adds and changes, and takes nobody and no value away. */
function peopleOffered(
  { wanted, undecided, isComplete }: ReadPeople,
  before: Offer | undefined,
): readonly OfferedPerson[] {
  const earlier = new Map(before?.people.map((person) => [person.sourceObjectId, person]));
  // Of whom the source has a contact that cannot be opened nothing new is known.
  const stayed = [...earlier].filter(([id]) => !isComplete || undecided.has(id));
  const people = new Map<SourceObjectId, OfferedPerson>(stayed);
  for (const [id, contact] of wanted)
    if (!undecided.has(id) || earlier.has(id)) people.set(id, withKnown(contact, earlier.get(id)));
  return [...people.values()].sort((a, b) => (a.sourceObjectId < b.sourceObjectId ? -1 : 1));
}

function withKnown(contact: MappedContact, before: OfferedPerson | undefined): OfferedPerson {
  const { unknownProperties = [], ...person } = offered(contact);
  const known = unknownProperties.filter((property) => before?.properties[property] !== undefined);
  const unknown = unknownProperties.filter((property) => !known.includes(property));
  return {
    ...person,
    properties: {
      ...Object.fromEntries(known.map((property) => [property, before?.properties[property]])),
      ...person.properties,
    },
    ...(unknown.length === 0 ? {} : { unknownProperties: unknown }),
  };
}

/** As long as another policy wants them: their contacts may stand until that one has written its own. */
function formerPeople(
  people: readonly OfferedPerson[],
  before: Offer | undefined,
  companions: readonly Companion[],
): readonly FormerPerson[] {
  const stays = new Set(people.map(({ sourceObjectId }) => sourceObjectId));
  const wantedElsewhere = new Set(
    companions.flatMap(({ offer }) => offer?.people.flatMap(({ address }) => address ?? []) ?? []),
  );
  const former = new Map<SourceObjectId, FormerPerson>();
  for (const { sourceObjectId, address } of [...(before?.former ?? []), ...(before?.people ?? [])]) {
    if (address === undefined || stays.has(sourceObjectId) || !wantedElsewhere.has(address)) continue;
    former.set(sourceObjectId, { sourceObjectId, address });
  }
  return [...former.values()];
}
