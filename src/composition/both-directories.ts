// MailboxDirectory over both sides of a hybrid organization. Each mailbox is listed once, by its ExchangeGuid, as the side
// shows it that holds it: to the other side it is a remote mailbox or a mail user.

import { asFailure, Failure } from '../model/failure.ts';
import type { MailboxId } from '../model/ids.ts';
import type { DirectoryMailbox, TargetMailbox } from '../model/mailbox.ts';
import type { MailboxesPart } from '../model/policy.ts';
import type { MailboxDirectory, MailboxReading } from '../ports/mailbox-directory.ts';
import type { LoadIdentities } from './hybrid-identities.ts';

export interface BothSides {
  readonly onPremises: MailboxDirectory;
  readonly online: MailboxDirectory;
  readonly identities: LoadIdentities;
}

export const EVERYBODY: MailboxesPart = {
  groups: [],
  organizationalUnits: [],
  addresses: [],
  exclude: [],
  types: ['userMailbox'],
};

const NOTHING: MailboxReading = { mailboxes: [], notFound: [], isComplete: true, gaps: [] };

export function joinDirectories(sides: BothSides): MailboxDirectory {
  return {
    readMailboxes: (scope, signal) => readBoth(sides, scope, signal),
    readPerhapsMoved: (missing, scope, signal) => readPerhapsMoved(sides, missing, scope, signal),
  };
}

/**
 * Groups and addresses are looked up on both sides; units and LDAP filters in Active Directory, which names the mailboxes
 * in the cloud too; a recipient filter in the tenant, for mailboxes there.
 */
async function readBoth(
  { onPremises, online, identities }: BothSides,
  scope: MailboxesPart,
  signal: AbortSignal,
): Promise<MailboxReading> {
  const { organizationalUnits, ldapFilter, recipientFilter, ...common } = scope;
  const here: MailboxesPart = {
    ...common,
    organizationalUnits,
    ...(ldapFilter === undefined ? {} : { ldapFilter }),
  };
  const there: MailboxesPart = {
    ...common,
    organizationalUnits: [],
    ...(recipientFilter === undefined ? {} : { recipientFilter }),
  };
  const isEverybody = !namesAnything(scope);
  const [byDirectory, byTenant] = await Promise.all([
    isEverybody || namesAnything(here) ? attempt(onPremises, here, signal) : NOTHING,
    isEverybody || namesAnything(there) ? attempt(online, there, signal) : NOTHING,
  ]);
  if (byDirectory instanceof Failure && byTenant instanceof Failure) throw byDirectory;
  const local = readingOf(byDirectory);
  let cloud = readingOf(byTenant);
  const told = new Set(cloud.mailboxes.map(({ id }) => id));
  const placedThere = local.mailboxes.filter(
    ({ id, location }) => location === 'exchangeOnline' && !told.has(id),
  );
  let betweenSides: ReadonlySet<MailboxId> = new Set();
  if (placedThere.length > 0) {
    const named = new Set(placedThere.map(({ id }) => id));
    const all = isEverybody ? cloud : readingOf(await attempt(online, EVERYBODY, signal));
    const further = all.mailboxes.filter(({ id }) => named.has(id));
    cloud = { ...cloud, mailboxes: [...cloud.mailboxes, ...further], gaps: [...cloud.gaps, ...all.gaps] };
    // A move is under way, or was never finished: to the tenant they are no mailboxes.
    for (const { id } of further) named.delete(id);
    if (all.isComplete) betweenSides = named;
  }
  const { mailboxes, heldTwice } = joined(local.mailboxes, cloud.mailboxes);
  const known = cloud.mailboxes.length === 0 ? undefined : await identities(signal);
  const gaps = [...gapsOf(local, cloud), ...gapsOf(cloud, local), ...doubtAbout(heldTwice)];
  return {
    mailboxes: mailboxes.map((mailbox) => ({
      ...mailbox,
      ...(known === undefined || mailbox.ownerId === undefined
        ? {}
        : { ownerId: known.own(mailbox.ownerId) }),
      ...(betweenSides.has(mailbox.id) ? { isBetweenSides: true } : {}),
    })),
    // Not seen on one side is not the same as not there.
    notFound: gaps.length > 0 ? [] : local.notFound.filter((address) => cloud.notFound.includes(address)),
    isComplete: gaps.length === 0,
    gaps: [...new Map(gaps.map((gap) => [JSON.stringify(gap.toRecord()), gap])).values()],
  };
}

/**
 * A filter, a unit or a group may be known to one side only, and that side loses sight of a mailbox in the middle of a move.
 * It has left for certain when it is still where it was filled, or when nobody has it any more.
 */
async function readPerhapsMoved(
  sides: BothSides,
  missing: readonly TargetMailbox[],
  scope: MailboxesPart,
  signal: AbortSignal,
): Promise<readonly DirectoryMailbox[]> {
  // Everybody was read already.
  if (!namesAnything(scope)) return [];
  const { mailboxes, isComplete } = await readBoth(sides, EVERYBODY, signal);
  const shown = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  return missing.flatMap((mailbox): readonly DirectoryMailbox[] => {
    const now = shown.get(mailbox.id);
    if (!isComplete)
      return [perhapsMoved({ ...(now ?? asRemembered(mailbox)), customAttributes: 'unknown' })];
    if (now === undefined) return [];
    if (now.isBetweenSides === true) return [now];
    return now.location === mailbox.location ? [] : [perhapsMoved(now)];
  });
}

function perhapsMoved(mailbox: DirectoryMailbox): DirectoryMailbox {
  return { ...mailbox, isPerhapsMoved: true };
}

function asRemembered(mailbox: TargetMailbox): DirectoryMailbox {
  return { ...mailbox, kind: 'userMailbox', customAttributes: 'unknown' };
}

function namesAnything(scope: MailboxesPart): boolean {
  const { groups, organizationalUnits, addresses, ldapFilter, recipientFilter } = scope;
  const names = [...groups, ...organizationalUnits, ...addresses];
  return names.length > 0 || ldapFilter !== undefined || recipientFilter !== undefined;
}

/** With one side out of reach the mailboxes of the other are still filled. */
async function attempt(
  directory: MailboxDirectory,
  scope: MailboxesPart,
  signal: AbortSignal,
): Promise<MailboxReading | Failure> {
  try {
    return await directory.readMailboxes(scope, signal);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted || failure.facts.whoActs === 'us') throw failure;
    return failure;
  }
}

function readingOf(reading: MailboxReading | Failure): MailboxReading {
  return reading instanceof Failure ? { ...NOTHING, isComplete: false, gaps: [reading] } : reading;
}

/** A group that only the other side knows is found all the same. */
function gapsOf(side: MailboxReading, other: MailboxReading): readonly Failure[] {
  const isMissing = ({ code, details }: Failure) =>
    code === 'groupNotFound' && details['fitting'] === undefined;
  const missingThere = new Set(other.gaps.filter(isMissing).map(({ details }) => details['group']));
  const isOutOfReach = !other.isComplete && other.mailboxes.length === 0 && missingThere.size === 0;
  return side.gaps.filter((gap) => isOutOfReach || !isMissing(gap) || missingThere.has(gap.details['group']));
}

function joined(
  local: readonly DirectoryMailbox[],
  cloud: readonly DirectoryMailbox[],
): { readonly mailboxes: readonly DirectoryMailbox[]; readonly heldTwice: number } {
  const all = new Map<MailboxId, DirectoryMailbox>(local.map((mailbox) => [mailbox.id, mailbox]));
  let heldTwice = 0;
  for (const mailbox of cloud) {
    const other = all.get(mailbox.id);
    if (other?.location === 'onPremises') {
      heldTwice += 1;
      all.delete(mailbox.id);
    } else all.set(mailbox.id, mailbox);
  }
  return { mailboxes: [...all.values()], heldTwice };
}

/** Just after a move both may say so, until Active Directory has replicated. Written into the wrong one it is lost. */
function doubtAbout(count: number): readonly Failure[] {
  return count === 0
    ? []
    : [new Failure('mailboxListIncomplete', { details: { reason: 'heldOnBothSides', count } })];
}
