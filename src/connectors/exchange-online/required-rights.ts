// Which rights the application needs, and which it may do without (specification 4.3). The table is data: setup pages,
// probes and the manual read it.

import type { TokenResource } from '../entra/token-provider.ts';

export interface Right {
  readonly name: string;
  readonly resource: TokenResource;
  /** false: contactSync does without it; `usedFor` says what is then missing. */
  readonly isRequired: boolean;
  readonly usedFor: string;
  /** For what a hybrid environment cannot do without it. */
  readonly neededInHybrid?: string;
  /** Wider permissions that include it. */
  readonly includedIn: readonly string[];
  /** May be granted for some mailboxes by RBAC for Applications instead; then the token does not name it. */
  readonly canBeScoped: boolean;
}

export const RIGHTS: readonly Right[] = [
  {
    name: 'Contacts.ReadWrite',
    resource: 'graph',
    isRequired: true,
    usedFor: 'Writing contacts into mailboxes.',
    includedIn: [],
    canBeScoped: true,
  },
  {
    name: 'Mail.Send',
    resource: 'graph',
    isRequired: true,
    usedFor: 'Sending reports.',
    includedIn: [],
    canBeScoped: true,
  },
  {
    name: 'Exchange.ManageAsApp',
    resource: 'exchange',
    isRequired: true,
    usedFor: 'Reading recipients and mailboxes from Exchange Online.',
    includedIn: [],
    canBeScoped: false,
  },
  {
    name: 'User.Read.All',
    resource: 'graph',
    isRequired: false,
    usedFor: 'Filling what Exchange does not keep of users; the reading without the Exchange admin REST.',
    neededInHybrid: 'Telling which people of the tenant come from Active Directory.',
    includedIn: ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    canBeScoped: false,
  },
  {
    name: 'OrgContact.Read.All',
    resource: 'graph',
    isRequired: false,
    usedFor:
      'Filling what Exchange does not keep of mail contacts; the reading without the Exchange admin REST.',
    includedIn: ['Directory.Read.All', 'Directory.ReadWrite.All'],
    canBeScoped: false,
  },
  {
    name: 'GroupMember.Read.All',
    resource: 'graph',
    isRequired: false,
    usedFor: 'Members of Microsoft 365 groups.',
    includedIn: [
      'GroupMember.ReadWrite.All',
      'Group.Read.All',
      'Group.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    canBeScoped: false,
  },
  {
    name: 'ProfilePhoto.Read.All',
    resource: 'graph',
    isRequired: false,
    usedFor: 'Photos of people.',
    includedIn: ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    canBeScoped: false,
  },
  {
    name: 'Organization.Read.All',
    resource: 'graph',
    isRequired: false,
    usedFor: 'Showing the name of the tenant.',
    includedIn: ['Directory.Read.All', 'Directory.ReadWrite.All'],
    canBeScoped: false,
  },
  {
    name: 'Mail.ReadWrite',
    resource: 'graph',
    isRequired: false,
    usedFor: 'Checking that a test mail arrived.',
    includedIn: [],
    canBeScoped: true,
  },
  {
    name: 'full_access_as_app',
    resource: 'exchange',
    isRequired: false,
    usedFor: 'Policies with the source publicFolder, until 31 March 2027.',
    includedIn: [],
    canBeScoped: false,
  },
];

export interface RightsCheck {
  /** Required and not granted tenant-wide. Those that can be scoped may still be there through RBAC. */
  readonly missing: readonly Right[];
  /** Not required and not granted. */
  readonly optional: readonly Right[];
  /** Granted and used for nothing here. */
  readonly excess: readonly string[];
}

export function hasRight(roles: readonly string[], name: string): boolean {
  const right = RIGHTS.find((one) => one.name === name);
  return [name, ...(right?.includedIn ?? [])].some((one) => roles.includes(one));
}

export function checkRights(resource: TokenResource, roles: readonly string[]): RightsCheck {
  const concerned = RIGHTS.filter((right) => right.resource === resource);
  const absent = concerned.filter((right) => !hasRight(roles, right.name));
  const useful = new Set(concerned.flatMap((right) => [right.name, ...right.includedIn]));
  return {
    missing: absent.filter((right) => right.isRequired),
    optional: absent.filter((right) => !right.isRequired),
    excess: roles.filter((role) => !useful.has(role)),
  };
}
