// Whom a policy read, under the ids that count; mail contacts and groups are looked for in the other directory first, so that
// a policy may move there later. Whoever is joined once stays so: the address may change, or go to somebody else.

import type {
  AddressedRecipient,
  ReadTenantAddresses,
} from '../connectors/exchange-online/tenant-addresses.ts';
import { asFailure, Failure, type FailureDetails } from '../model/failure.ts';
import type { SourceObjectId } from '../model/ids.ts';
import type { ActiveDirectorySource } from '../model/policy.ts';
import type { SourceObject } from '../model/source-object.ts';
import type { ContactSource } from '../ports/contact-source.ts';
import type { Log } from '../ports/log.ts';
import { acquaint, goesByAddress, type Obstacle } from './hybrid-addresses.ts';
import { type Identities, type KnownPeople, whoIsWhoUnknown } from './hybrid-identities.ts';
import type { RememberedIdentities, Side } from './remembered-identities.ts';

export interface Recognized {
  readonly identities: Identities;
  /** Because of these nothing may be deleted. */
  readonly doubts: readonly Failure[];
  /** Who may stand in the mailboxes under another id: written anew they would stand there twice. */
  readonly unsure: ReadonlySet<SourceObjectId>;
  readonly notices: readonly Failure[];
}

/** Throws as the loading of identities does. */
export type Recognize = (
  side: Side,
  objects: readonly SourceObject[],
  signal: AbortSignal,
) => Promise<Recognized>;

export interface RecognitionParts {
  readonly people: (signal: AbortSignal) => Promise<KnownPeople>;
  /** Absent where the tenant does not show all recipients: then nobody new is joined. */
  readonly readTenant: ReadTenantAddresses | undefined;
  readonly readDirectory: (signal: AbortSignal) => Promise<readonly AddressedRecipient[]>;
  readonly remembered: RememberedIdentities;
  readonly log: Log;
}

type Obstacles = ReadonlyMap<SourceObjectId, Obstacle>;

/** One per connection: what is found out at first holds for all of it, so that nobody changes ids half way. */
export function createRecognition(parts: RecognitionParts): Recognize {
  const { people, remembered } = parts;
  let acquainting: Promise<Obstacles | Failure> | undefined;
  return async (side, objects, signal) => {
    const known = await people(signal);
    const open = objects.filter(({ id, kind }) => goesByAddress(kind) && !known.isKnown(id));
    const doubts = known.gap === undefined ? [] : [known.gap];
    const unsure = new Set(known.gap === undefined ? [] : unsurePeople(side, objects, known));
    let obstacles: Obstacles = new Map();
    if (open.length > 0) {
      acquainting ??= acquaintBoth(parts, known, side, signal);
      const found = await acquainting;
      if (found instanceof Failure) {
        // Contacts that were copied from the other side may be theirs.
        const isAloneThere = await remembered.aloneIn(side === 'tenant' ? 'directory' : 'tenant');
        const doubtful = open.filter((one) => isAloneThere(addressOf(one)));
        if (doubtful.length > 0) doubts.push(whoIsWhoUnknown(found));
        for (const { id } of doubtful) unsure.add(id);
      } else obstacles = found;
      const alone = open.filter(({ id }) => !known.isKnown(id)).map(addressOf);
      await remembered.noteAlone(
        side,
        alone.filter((address) => address !== ''),
      );
    }
    return { identities: known.identities, doubts, unsure, notices: noticesAbout(objects, known, obstacles) };
  };
}

function unsurePeople(
  side: Side,
  objects: readonly SourceObject[],
  { unsure, isKnown }: KnownPeople,
): readonly SourceObjectId[] {
  return objects
    .filter(({ id, kind }) => (side === 'tenant' ? unsure.has(id) : !goesByAddress(kind) && !isKnown(id)))
    .map(({ id }) => id);
}

function addressOf({ attributes }: SourceObject): string {
  return (attributes.emailAddresses?.[0] ?? '').toLowerCase();
}

async function acquaintBoth(
  { readTenant, readDirectory, remembered, log }: RecognitionParts,
  known: KnownPeople,
  side: Side,
  signal: AbortSignal,
): Promise<Obstacles | Failure> {
  if (readTenant === undefined) return new Map();
  try {
    const directory = await readDirectory(signal);
    const { pairs, obstacles } = acquaint(await readTenant(signal), directory, known.isKnown);
    const joined = new Map(await remembered.joined());
    for (const { inTenant, inDirectory } of pairs) {
      const [own, other] = side === 'tenant' ? [inTenant, inDirectory] : [inDirectory, inTenant];
      known.join(other, own);
      joined.set(other, own);
    }
    if (pairs.length > 0) await remembered.saveJoined(joined);
    return obstacles;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted || failure.facts.whoActs === 'us') throw failure;
    log.warn('mail contacts and groups of both directories could not be compared', { ...failure.toRecord() });
    return failure;
  }
}

/** As many ids as a person looks up. */
const IDS_SHOWN = 10;

function noticesAbout(
  objects: readonly SourceObject[],
  { disputed, otherwise }: KnownPeople,
  obstacles: Obstacles,
): readonly Failure[] {
  const reasonFor = (id: SourceObjectId) =>
    obstacles.get(id) ?? (disputed.has(id) ? 'sameAnchor' : otherwise.has(id) ? 'anchorIsNoId' : undefined);
  const byReason = Map.groupBy(objects, ({ id }) => reasonFor(id));
  let count = 0;
  const ids: Record<string, readonly string[]> = {};
  for (const [reason, some] of byReason) {
    if (reason === undefined) continue;
    count += some.length;
    ids[reason] = some.map(({ id }) => id).slice(0, IDS_SHOWN);
  }
  const details: FailureDetails = { count, ...ids };
  return count === 0 ? [] : [new Failure('peopleNotJoined', { details })];
}

const EVERYBODY_HERE: ActiveDirectorySource = {
  type: 'activeDirectory',
  groups: [],
  addressLists: [],
  organizationalUnits: [],
  objects: [],
  recipientTypes: [
    'mailContact',
    'distributionGroup',
    'dynamicDistributionGroup',
    'groupMailbox',
    'publicFolder',
  ],
  excludeHidden: false,
  excludeDisabled: false,
  excludeWithoutPhone: false,
  excludeWithoutEmail: false,
  include: [],
  exclude: [],
};

/** Every recipient of Active Directory, by the reading that policies have, which is from memory where nothing changed. */
export function createDirectoryAddresses(
  source: Pick<ContactSource, 'read'>,
): RecognitionParts['readDirectory'] {
  return async (signal) => {
    const { objects, isComplete, gaps } = await source.read(EVERYBODY_HERE, signal);
    if (!isComplete) throw gaps[0] ?? new Failure('sourceIncomplete');
    return objects.map(({ id, kind, attributes, unknownAttributes }) => {
      // It could be anybody's.
      if (unknownAttributes?.includes('emailAddresses') === true)
        throw new Failure('sourceIncomplete', { details: { reason: 'untoldAttribute', id } });
      const displayName = attributes.displayName?.[0] ?? '';
      return { id, kind, displayName, addresses: attributes.emailAddresses ?? [] };
    });
  };
}
