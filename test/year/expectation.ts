// Who should stand where with which values, told a second time and without any code of the product: the yardstick of
// the simulated year.

import type { InMemoryMailbox, MemoryItem } from '../../src/connectors/memory/mailbox.ts';
import type { ContactProperty } from '../../src/model/contact.ts';
import type { SourceObjectId } from '../../src/model/ids.ts';
import type { DirectoryMailbox } from '../../src/model/mailbox.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { SourceAttribute, SourceObject } from '../../src/model/source-object.ts';
import type { World } from '../properties/world.ts';
import type { Company } from './company.ts';
import { recipientSource } from './recipient-source.ts';

const saysNo = (mark: string, values: readonly string[]): boolean =>
  values.some((value) => value.toLowerCase().replace(/\s/g, '').split(/[;,]/).includes(mark));

export function isMarkedNoContactSync({ attributes }: SourceObject): boolean {
  const values = Object.entries(attributes).flatMap(([name, list]) =>
    name.startsWith('customAttribute') ? list : [],
  );
  return saysNo('nocontactsync', values);
}

const first = (object: SourceObject, name: SourceAttribute): string => object.attributes[name]?.[0] ?? '';

export function isInScope(world: World, policy: Policy, { id }: SourceObject): boolean {
  const { groups } = recipientSource(policy);
  return groups.length === 0 || groups.some((group) => world.organization.membersOf(group).members.has(id));
}

/** Everybody whom the policy copies. */
export function wantedPeople(world: World, policy: Policy): ReadonlyMap<SourceObjectId, SourceObject> {
  const source = recipientSource(policy);
  const isExcluded = (object: SourceObject): boolean =>
    source.exclude.some((rows) =>
      rows.every(({ property, value = '' }) => first(object, property as SourceAttribute) === value),
    );
  const wanted = world.organization.objects.filter(
    (object) =>
      isInScope(world, policy, object) &&
      source.recipientTypes.some((type) => type === object.kind) &&
      !isMarkedNoContactSync(object) &&
      !(source.excludeHidden && object.isHidden === true) &&
      !(source.excludeDisabled && object.isDisabled === true) &&
      !isExcluded(object),
  );
  return new Map(wanted.map((object) => [object.id, object]));
}

/** Every mailbox that the policy fills. */
export function filledMailboxes(world: World, policy: Policy): readonly DirectoryMailbox[] {
  const { groups, exclude, types } = policy.mailboxes;
  const members = groups.flatMap((group) => [...world.organization.membersOf(group).members]);
  const inScope = new Set<string>(members);
  return world.organization.directory.filter(
    ({ id, kind, primarySmtpAddress, otherAddresses = [], customAttributes }) =>
      (groups.length === 0 || inScope.has(id)) &&
      types.some((type) => type === kind) &&
      !(customAttributes !== 'unknown' && saysNo('nomailboxsync', customAttributes)) &&
      ![primarySmtpAddress, ...otherAddresses].some((address) => exclude.includes(address)),
  );
}

export function wantedIn(
  mailbox: DirectoryMailbox,
  people: ReadonlyMap<SourceObjectId, SourceObject>,
  policy: Policy,
): readonly SourceObject[] {
  return [...people.values()].filter(({ id }) => policy.contact.includeOwn || id !== mailbox.ownerId);
}

/** The properties whose values are looked at. */
export const LOOKED_AT = [
  'displayName',
  'givenName',
  'surname',
  'jobTitle',
  'department',
  'companyName',
  'manager',
  'emailAddress1',
  'businessPhone1',
  'mobilePhone',
] as const satisfies readonly ContactProperty[];
export type LookedAt = (typeof LOOKED_AT)[number];

/** What each template that administrators of the year use makes of a person. */
export const DISPLAY_NAMES: Readonly<Record<string, (object: SourceObject) => string>> = {
  '{displayName}': (object) => first(object, 'displayName'),
  '{surname}[, {givenName}]': (object) => `${first(object, 'surname')}, ${first(object, 'givenName')}`,
  '{givenName} {surname}[ ({department})]': (object) => {
    const department = first(object, 'department');
    const name = `${first(object, 'givenName')} ${first(object, 'surname')}`;
    return department === '' ? name : `${name} (${department})`;
  },
};

export function expectedValue(
  company: Company,
  policy: Policy,
  object: SourceObject,
  property: LookedAt,
): string {
  const phone = (name: 'businessPhones' | 'mobilePhones'): string => {
    const written = first(object, name);
    return policy.contact.phones.format === 'asIs' ? written : company.dialed(written);
  };
  switch (property) {
    case 'displayName':
      return DISPLAY_NAMES[policy.contact.displayName]?.(object) ?? '';
    case 'companyName':
      return first(object, 'company');
    case 'emailAddress1':
      return first(object, 'emailAddresses');
    case 'businessPhone1':
      return phone('businessPhones');
    case 'mobilePhone':
      return phone('mobilePhones');
    default:
      return first(object, property);
  }
}

/** As a person sees it: blanks as one, and phone numbers without what only separates digits. */
export function visible(property: LookedAt, value = ''): string {
  if (property === 'businessPhone1' || property === 'mobilePhone') return value.replace(/[^\d+]/g, '');
  return value.trim().replace(/\s+/g, ' ').normalize('NFC');
}

/** The sub-folder in which the contact must lie; '' is the contact folder itself. */
export function expectedFolder(policy: Policy, object: SourceObject): string {
  return policy.folder.subfolderPerDomain
    ? (first(object, 'emailAddresses').split('@')[1]?.toLowerCase() ?? '')
    : '';
}

export function folderKeyOf(world: World, box: InMemoryMailbox, item: MemoryItem): string {
  const root = world.contactFolder(box, world.policy);
  return item.folderId === root ? '' : (box.folder(item.folderId)?.name.toLowerCase() ?? '');
}
