// Single directory objects, members of groups, and the organization itself.
import type { Organization, Recipient } from '../organization/state.ts';
import type { EmulatorResponse } from '../server/exchange.ts';
import { type GraphCall, type Json, ok, parameter } from './call.ts';
import {
  byId,
  checkedSelect,
  listPage,
  managerExpansion,
  requireConsistency,
  selected,
  view,
} from './directory-list.ts';
import {
  type DirectoryType,
  type DirectoryTypeName,
  directoryTypeOf,
  directoryTypes,
} from './directory-types.ts';
import { notEmulated, resourceNotFound } from './graph-error.ts';
import { findByIdOrUpn } from './mailbox-gate.ts';
import { selectOption } from './query/options.ts';

export const readUsers = [
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
export const readOrgContacts = ['OrgContact.Read.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
export const readGroups = [
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
export const readOrganization = [
  'Organization.Read.All',
  'Organization.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];

const rolesFor: Readonly<Record<DirectoryTypeName, readonly string[]>> = {
  user: readUsers,
  group: readGroups,
  orgContact: readOrgContacts,
};

export function getObject(call: GraphCall, type: DirectoryType): EmulatorResponse {
  const { organization } = call.context;
  const recipient = requireObject(call, type);
  const select = checkedSelect(type, selectOption(call.options), false);
  const showManager = managerExpansion(type, call.options);
  return ok({
    '@odata.context': `${call.root}/$metadata#${type.set}${selected(select)}/$entity`,
    ...view(type, recipient, select),
    ...showManager(organization, recipient),
  });
}

function requireObject(call: GraphCall, type: DirectoryType): Recipient {
  const key = parameter(call, type.name);
  const { organization } = call.context;
  const found =
    type.name === 'user' ? findByIdOrUpn(organization, key) : organization.recipients.get(key.toLowerCase());
  if (found === undefined || directoryTypeOf(found)?.name !== type.name) throw resourceNotFound(key);
  return found;
}

const casts: Readonly<Record<string, DirectoryTypeName>> = {
  'microsoft.graph.user': 'user',
  'microsoft.graph.group': 'group',
  'microsoft.graph.orgContact': 'orgContact',
};

/** Members of a group, direct or with those of nested groups, all or of one type by a cast segment. */
export function listMembers(call: GraphCall, isTransitive: boolean): EmulatorResponse {
  const { organization } = call.context;
  const group = requireObject(call, directoryTypes.group);
  const cast = call.parameters.cast;
  const only = cast === undefined ? undefined : casts[cast];
  if (cast !== undefined && only === undefined) throw notEmulated(`the cast to '${cast}'`);
  requireConsistency(call, cast !== undefined);
  const select = selectOption(call.options);
  checkMemberSelect(select, only);
  const roles = call.context.requireToken(call.request, 'graph').roles;
  const found = membersOf(organization, group, isTransitive).filter(
    (member) => only === undefined || directoryTypeOf(member)?.name === only,
  );
  const contextPath = only === undefined ? 'directoryObjects' : directoryTypes[only].set;
  return listPage(call, `${contextPath}${selected(select)}`, byId(found), (member) =>
    viewMember(member, select, roles, only !== undefined),
  );
}

// A name that only one of the types has is no error without a cast: the others leave it out.
function checkMemberSelect(select: readonly string[] | undefined, only: DirectoryTypeName | undefined): void {
  const types = only === undefined ? Object.values(directoryTypes) : [directoryTypes[only]];
  for (const name of select ?? [])
    if (!types.some((type) => Object.hasOwn(type.properties, name) && !type.onlySingle.includes(name)))
      throw notEmulated(`the property '${name}' of group members`);
}

function viewMember(
  member: Recipient,
  select: readonly string[] | undefined,
  roles: readonly string[],
  isCast: boolean,
): Json {
  const type = directoryTypeOf(member) ?? directoryTypes.user;
  const kind = { '@odata.type': `#microsoft.graph.${type.name}` };
  // Without the right to read that type of object only its id and type are told.
  if (!rolesFor[type.name].some((role) => roles.includes(role))) return { ...kind, id: member.id };
  const shown = view(
    type,
    member,
    select?.filter((name) => Object.hasOwn(type.properties, name)),
  );
  return isCast ? shown : { ...kind, ...shown };
}

function membersOf(
  organization: Organization,
  group: Recipient,
  isTransitive: boolean,
): readonly Recipient[] {
  const found = new Set<Recipient>();
  const collect = (from: Recipient) => {
    for (const id of from.memberIds ?? []) {
      const member = organization.recipients.get(id);
      if (member === undefined || found.has(member) || directoryTypeOf(member) === undefined) continue;
      found.add(member);
      if (isTransitive) collect(member);
    }
  };
  collect(group);
  return [...found];
}

export function listOrganization(call: GraphCall): EmulatorResponse {
  const select = organizationSelect(call);
  return ok({
    '@odata.context': `${call.root}/$metadata#organization${selected(select)}`,
    value: [viewOrganization(call.context.organization, select)],
  });
}

export function getOrganization(call: GraphCall): EmulatorResponse {
  const { organization } = call.context;
  const key = parameter(call, 'organization');
  if (key.toLowerCase() !== organization.tenantId) throw resourceNotFound(key);
  const select = organizationSelect(call);
  return ok({
    '@odata.context': `${call.root}/$metadata#organization${selected(select)}/$entity`,
    ...viewOrganization(organization, select),
  });
}

const organizationProperties: Readonly<Record<string, (organization: Organization) => unknown>> = {
  id: (organization) => organization.tenantId,
  displayName: ({ initialDomain }) =>
    initialDomain.charAt(0).toUpperCase() + initialDomain.slice(1).split('.')[0],
  tenantType: () => 'AAD',
  onPremisesSyncEnabled: () => null,
  verifiedDomains: (organization) =>
    organization.domains.map((name, index) => ({
      capabilities: 'Email, OfficeCommunicationsOnline',
      isDefault: index === 0,
      isInitial: name === organization.initialDomain,
      name,
      type: 'Managed',
    })),
};

function organizationSelect(call: GraphCall): readonly string[] | undefined {
  const select = selectOption(call.options);
  for (const name of select ?? [])
    if (!Object.hasOwn(organizationProperties, name))
      throw notEmulated(`the property '${name}' of organization`);
  return select;
}

function viewOrganization(organization: Organization, select: readonly string[] | undefined): Json {
  return Object.fromEntries(
    (select ?? Object.keys(organizationProperties)).map((name) => [
      name,
      organizationProperties[name]?.(organization),
    ]),
  );
}
