// Members of groups with the members of their members; cycles end because every group is walked once. Dynamic groups
// are a filter that the domain controller evaluates.

import { asFailure, Failure } from '../../model/failure.ts';
import { isUuid } from '../../model/ids.ts';
import { isDistinguishedName, nameOfGuid, readExtendedName } from '../ldap-client/distinguished-name.ts';
import { and, equals, type LdapFilter, not, or, present } from '../ldap-client/filter.ts';
import { parseFilter } from '../ldap-client/parse-filter.ts';
import { type DirectoryEntry, firstValue, hasClass } from './directory-entry.ts';
import { type DirectoryReading, idOfName, type SearchScope } from './directory-reading.ts';
import { GROUPS, isGroup, isRecipient, POSSIBLE_RECIPIENTS } from './recipient-kinds.ts';

export interface GroupWalk {
  readonly reading: DirectoryReading;
  readonly lookupBase: string;
  readonly isGlobalCatalog: boolean;
  /** Reports conditions that this server cannot evaluate. */
  readonly checkConditions: (filter: LdapFilter) => Promise<void>;
  /** Called for every recipient that is a member. */
  readonly take: (entry: DirectoryEntry) => void;
  readonly onGap: (gap: Failure) => void;
}

interface Group {
  readonly entry: DirectoryEntry;
  /** How the policy names the group through which this one was met. */
  readonly namedAs: string;
}

/** groupType, SECURITY_ENABLED: only such a group can be somebody's primary group. */
const SECURITY_ENABLED = 0x80000000;
/** groupType, UNIVERSAL_GROUP: only of such a group does a global catalog hold the members in every domain. */
const UNIVERSAL = 0x8;

export async function readGroups(walk: GroupWalk, names: readonly string[]): Promise<void> {
  const queue: Group[] = [];
  for (const name of names) {
    const found = await findGroups(walk, name);
    const [entry] = found;
    if (entry !== undefined && found.length === 1) queue.push({ entry, namedAs: name });
    else
      walk.onGap(
        new Failure('groupNotFound', {
          details: { group: name, ...(found.length > 1 ? { fitting: found.length } : {}) },
        }),
      );
  }
  const walked = new Set<string>();
  for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
    if (walked.has(group.entry.guid)) continue;
    walked.add(group.entry.guid);
    const { namedAs } = group;
    const members = hasClass(group.entry, 'msExchDynamicDistributionList')
      ? await readDynamicMembers(walk, group)
      : await readDirectMembers(walk, group);
    for (const entry of members) {
      if (isRecipient(entry)) walk.take(entry);
      if (isGroup(entry)) queue.push({ entry, namedAs });
    }
  }
}

/** An address fits better than a name, and a name better than an alias; names need not be unique. */
async function findGroups(
  { reading, lookupBase }: GroupWalk,
  name: string,
): Promise<readonly DirectoryEntry[]> {
  const text = name.trim();
  const everywhere = { base: lookupBase, scope: 'sub' } as const;
  const byId = isUuid(text) ? nameOfGuid(text.toLowerCase()) : isDistinguishedName(text) ? text : undefined;
  const searches: readonly SearchScope[] =
    byId !== undefined
      ? [{ base: byId, scope: 'base', filter: GROUPS }]
      : [
          or(equals('mail', text), equals('proxyAddresses', `smtp:${text}`)),
          or(equals('name', text), equals('displayName', text)),
          or(equals('mailNickname', text), equals('sAMAccountName', text)),
        ].map((fitting) => ({ ...everywhere, filter: and(GROUPS, fitting) }));
  for (const search of searches) {
    const found = new Map<string, DirectoryEntry>();
    try {
      await reading.lookUp(search, (entry) => found.set(entry.guid, entry));
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code !== 'directoryBaseNotFound') throw failure;
    }
    if (found.size > 0) return [...found.values()];
  }
  return [];
}

async function readDirectMembers(walk: GroupWalk, group: Group): Promise<readonly DirectoryEntry[]> {
  const { reading } = walk;
  const groupType = Number(firstValue(group.entry, 'groupType'));
  if (walk.isGlobalCatalog && (groupType & UNIVERSAL) === 0)
    walk.onGap(unreadable(group, { reason: 'notUniversal' }));
  let names = await readNames(false);
  if (unseen(reading, names).length > 0) {
    // Remembered members may have been deleted since; only what the group holds now tells.
    names = await readNames(true);
  }
  if (names === undefined || names === 'changing') {
    walk.onGap(unreadable(group, { reason: names ?? 'gone' }));
    return [];
  }
  const members = names.flatMap((name) => reading.entries.get(idOfName(name) ?? '') ?? []);
  const foreign = members.filter((entry) => hasClass(entry, 'foreignSecurityPrincipal')).length;
  const missing = unseen(reading, names).length + foreign;
  if (missing > 0)
    walk.onGap(new Failure('foreignMembers', { details: { group: group.namedAs, members: missing } }));
  if (names.length === 0 && !(await mayReadMembers(walk, group))) walk.onGap(unreadable(group, {}));
  return [...members, ...(await readPrimaryMembers(walk, group))];

  async function readNames(isFresh: boolean) {
    const read = await reading.readMembers(group.entry, isFresh);
    if (Array.isArray(read)) await reading.require(read.flatMap((name) => idOfName(name) ?? []));
    return read;
  }
}

function unseen(
  reading: DirectoryReading,
  names: readonly string[] | 'changing' | undefined,
): readonly string[] {
  if (names === undefined || names === 'changing') return [];
  return names.filter((name) => !reading.entries.has(idOfName(name) ?? ''));
}

/**
 * A group without members and a group whose members are hidden from us answer alike. Exchange hides the membership of
 * a group by a flag and a right; and a condition about an attribute that may not be read is neither true nor false.
 */
async function mayReadMembers({ reading }: GroupWalk, { entry }: Group): Promise<boolean> {
  if (firstValue(entry, 'hideDLMembership').toUpperCase() === 'TRUE') return false;
  let isTold = false;
  const filter = or(present('member'), not(present('member')));
  await reading.lookUp({ base: nameOfGuid(entry.guid), scope: 'base', filter }, () => {
    isTold = true;
  });
  return isTold;
}

/** Whoever has the group as primary group is a member without standing in its list. */
async function readPrimaryMembers(
  { reading, lookupBase, checkConditions }: GroupWalk,
  { entry }: Group,
): Promise<readonly DirectoryEntry[]> {
  const relativeId = entry.sid?.split('-').at(-1);
  const isSecurity = (Number(firstValue(entry, 'groupType')) & SECURITY_ENABLED) !== 0;
  if (!isSecurity || relativeId === undefined) return [];
  const isPrimary = equals('primaryGroupID', relativeId);
  await checkConditions(isPrimary);
  const domain = entry.sid?.slice(0, -relativeId.length);
  const members: DirectoryEntry[] = [];
  const filter = and(POSSIBLE_RECIPIENTS, isPrimary);
  await reading.lookUp({ base: lookupBase, scope: 'sub', filter }, (member) => {
    // The number is one of the domain; other domains of the forest have the same numbers.
    if (domain !== undefined && member.sid?.startsWith(domain) === true) members.push(member);
  });
  return members;
}

async function readDynamicMembers(
  { reading, lookupBase, checkConditions, onGap }: GroupWalk,
  group: Group,
): Promise<readonly DirectoryEntry[]> {
  const base = readExtendedName(firstValue(group.entry, 'msExchDynamicDLBaseDN'));
  const members: DirectoryEntry[] = [];
  try {
    const conditions = parseFilter(firstValue(group.entry, 'msExchDynamicDLFilter'));
    await checkConditions(conditions);
    const filter = and(POSSIBLE_RECIPIENTS, conditions);
    const name = base.guid === undefined ? base.dn || lookupBase : nameOfGuid(base.guid);
    await reading.search({ base: name, scope: 'sub', filter }, (entry) => members.push(entry));
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (!['invalidFilter', 'directoryBaseNotFound', 'directoryReferral'].includes(failure.code))
      throw failure;
    onGap(unreadable(group, { reason: String(failure.number) }, failure));
  }
  return members;
}

function unreadable(group: Group, details: Readonly<Record<string, string>>, cause?: Failure): Failure {
  const name = firstValue(group.entry, 'displayName');
  return new Failure('groupUnreadable', {
    details: {
      group: group.namedAs,
      ...(name === '' || name === group.namedAs ? {} : { member: name }),
      ...details,
    },
    cause,
  });
}
