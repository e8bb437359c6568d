// Who is who in a hybrid organization: a person synchronized from Active Directory has another id in the tenant. Here the
// one of Active Directory counts, so that a policy may change sides; of mail contacts and groups, whom only their address
// joins, the one by which they were known first (docs/decisions/0013).

import type { ReadSourceAnchors, SourceAnchors } from '../connectors/active-directory/source-anchors.ts';
import type {
  ReadSynchronizedPeople,
  SynchronizedPeople,
} from '../connectors/exchange-online/synchronized-people.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { Log } from '../ports/log.ts';
import { type ResolvedAnchors, resolveAnchors } from './hybrid-anchors.ts';
import type { RememberedIdentities } from './remembered-identities.ts';

export interface Identities {
  /** The id that counts; one that is known by no other keeps its own. */
  own(id: SourceObjectId): SourceObjectId;
  /** The id in the tenant, by which Microsoft Graph finds the mailbox. */
  inTenant(id: SourceObjectId): SourceObjectId;
  /** Further ids of whoever goes by this one. */
  others(id: SourceObjectId): readonly SourceObjectId[];
}

export type LoadIdentities = (signal: AbortSignal) => Promise<Identities>;

/** What is known of people by their anchors. */
export interface KnownPeople {
  readonly identities: Identities;
  /** Those in the tenant whose anchor several bear, or is no id. */
  readonly disputed: ReadonlySet<SourceObjectId>;
  readonly otherwise: ReadonlySet<SourceObjectId>;
  /** Why somebody may be taken for a stranger: then nothing may be deleted. */
  readonly gap: Failure | undefined;
  /** Those in the tenant of whom that is so. */
  readonly unsure: ReadonlySet<SourceObjectId>;
  /** Whether an immutable id or an earlier pair says who that is. */
  isKnown(id: SourceObjectId): boolean;
  /** From now on `other` goes by `own`. */
  join(other: SourceObjectId, own: SourceObjectId): void;
}

export interface IdentityParts {
  readonly read: ReadSynchronizedPeople;
  readonly readAnchors: ReadSourceAnchors;
  readonly remembered: RememberedIdentities;
  readonly log: Log;
}

/**
 * Read once per connection. Where the tenant cannot be asked, what it said last holds: ids stay for good. Without that it
 * throws, because people would be taken for strangers and written twice.
 */
export function createKnownPeople(parts: IdentityParts): (signal: AbortSignal) => Promise<KnownPeople> {
  let loading: Promise<KnownPeople> | undefined;
  return (signal) => {
    loading ??= load(parts, signal).catch((thrown: unknown) => {
      loading = undefined;
      throw thrown;
    });
    return loading;
  };
}

async function load(
  { read, readAnchors, remembered, log }: IdentityParts,
  signal: AbortSignal,
): Promise<KnownPeople> {
  const people = await readPeople(read, remembered, log, signal);
  const joined = await remembered.joined();
  const { resolved, gap, unsure } = await readBehind(people, readAnchors, remembered, log, signal);
  const ids = knownIds(resolved.people, resolved.aliases);
  for (const [other, own] of joined) ids.add(other, own);
  const anchored = new Set([...people.anchors.values(), ...resolved.people.values()]);
  return {
    identities: ids,
    disputed: resolved.disputed,
    otherwise: people.otherwise,
    gap,
    unsure,
    isKnown: (id) => ids.isJoined(id) || anchored.has(id) || people.otherwise.has(id),
    join: (other, own) => ids.add(other, own),
  };
}

async function readPeople(
  read: ReadSynchronizedPeople,
  remembered: RememberedIdentities,
  log: Log,
  signal: AbortSignal,
): Promise<SynchronizedPeople> {
  try {
    const people = await read(signal);
    await remembered.savePeople(people.anchors);
    return people;
  } catch (thrown) {
    const failure = asFailure(thrown);
    const anchors = signal.aborted ? undefined : await remembered.people();
    if (anchors === undefined) throw failure;
    log.warn('who is synchronized could not be read, what the tenant said last is used', {
      ...failure.toRecord(),
    });
    return { anchors, otherwise: new Set() };
  }
}

const NO_ANCHORS: SourceAnchors = { anchors: new Map(), taken: new Set() };
const CERTAIN: Pick<KnownPeople, 'gap' | 'unsure'> = { gap: undefined, unsure: new Set() };

/** Who is behind the anchors. Whoever Active Directory was asked about before stays who they are while it is silent. */
async function readBehind(
  people: SynchronizedPeople,
  readAnchors: ReadSourceAnchors,
  remembered: RememberedIdentities,
  log: Log,
  signal: AbortSignal,
): Promise<{ readonly resolved: ResolvedAnchors } & Pick<KnownPeople, 'gap' | 'unsure'>> {
  const before = await remembered.behind();
  if (people.anchors.size === 0)
    return { resolved: resolveAnchors(people.anchors, NO_ANCHORS, before.pairs), ...CERTAIN };
  try {
    const resolved = resolveAnchors(people.anchors, await readAnchors(signal), before.pairs);
    await remembered.saveBehind({ pairs: resolved.pairs, anchors: new Set(people.anchors.values()) });
    return { resolved, ...CERTAIN };
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted || failure.facts.whoActs === 'us') throw failure;
    log.warn('the anchors of people could not be read, what Active Directory said last is used', {
      ...failure.toRecord(),
    });
    const neverAsked = [...people.anchors].filter(([, anchor]) => !before.anchors.has(anchor));
    return {
      resolved: resolveAnchors(people.anchors, NO_ANCHORS, before.pairs),
      gap: neverAsked.length === 0 ? undefined : whoIsWhoUnknown(failure),
      unsure: new Set(neverAsked.map(([id]) => id)),
    };
  }
}

export function whoIsWhoUnknown(failure: Failure): Failure {
  return new Failure('sourceIncomplete', {
    details: {
      step: 'who is who in both directories',
      reason: String(failure.number),
      sentence: failure.facts.en.sentence,
      ...failure.details,
    },
    cause: failure,
  });
}

type Ids = ReadonlyMap<SourceObjectId, SourceObjectId>;

interface KnownIds extends Identities {
  isJoined(id: SourceObjectId): boolean;
  add(other: SourceObjectId, own: SourceObjectId): void;
}

function knownIds(people: Ids, aliases: Ids): KnownIds {
  const ownIds = new Map<SourceObjectId, SourceObjectId>();
  const otherIds = new Map<SourceObjectId, SourceObjectId[]>();
  /** Mailboxes and photos are people's; nobody else is looked for by this. */
  const tenantIds = new Map<SourceObjectId, SourceObjectId>();
  const isJoined = (id: SourceObjectId) => ownIds.has(id) || otherIds.has(id);
  const add = (other: SourceObjectId, own: SourceObjectId) => {
    // The first word holds: somebody who went by two ids would be two people, or none.
    if (other === own || isJoined(other) || ownIds.has(own)) return;
    ownIds.set(other, own);
    otherIds.set(own, [...(otherIds.get(own) ?? []), other]);
  };
  for (const [there, here] of people) {
    add(there, here);
    tenantIds.set(here, there);
  }
  for (const [alias, own] of aliases) {
    add(alias, own);
    tenantIds.set(alias, tenantIds.get(own) ?? own);
  }
  return {
    own: (id) => ownIds.get(id) ?? id,
    inTenant: (id) => tenantIds.get(id) ?? id,
    others: (id) => otherIds.get(id) ?? [],
    isJoined,
    add,
  };
}

export function identitiesOf(people: Ids): Identities {
  return knownIds(people, new Map());
}
