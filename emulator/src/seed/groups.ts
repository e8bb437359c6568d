// The seeded groups: departments, nested ones, a cycle, an empty one, dynamic ones, a Microsoft 365 group. The
// order matters: where there is room for few, the telling ones come first.

import { namedGuid } from '../organization/ids.ts';
import { addRecipient } from '../organization/recipients.ts';
import type { Organization, Recipient, RecipientTypeDetails } from '../organization/state.ts';
import type { Random } from './random.ts';

interface GroupPlan {
  readonly name: string;
  readonly type: RecipientTypeDetails;
  readonly members?: (world: GroupWorld) => readonly string[];
  readonly filter?: string;
  readonly isHidden?: boolean;
}

interface GroupWorld {
  readonly people: readonly Recipient[];
  readonly mailboxes: readonly Recipient[];
  readonly random: Random;
  /** The id of another seeded group. */
  readonly group: (name: string) => string;
}

const plans: readonly GroupPlan[] = [
  {
    name: 'All Munich',
    type: 'MailUniversalDistributionGroup',
    members: ({ people }) => idsOf(people.filter((one) => one.person.city === 'München')),
  },
  {
    name: 'Contact Sync Mailboxes',
    type: 'MailUniversalSecurityGroup',
    members: ({ mailboxes }) => idsOf(mailboxes.slice(0, Math.ceil(mailboxes.length / 2))),
  },
  {
    name: 'Germany (dynamic)',
    type: 'DynamicDistributionGroup',
    filter: dynamicFilter("CountryOrRegion -eq 'Germany'"),
  },
  {
    name: 'Europe',
    type: 'MailUniversalDistributionGroup',
    // Members by nesting; one person directly and by nesting.
    members: ({ people, group }) => [
      group('All Munich'),
      group('Czech Team'),
      ...idsOf(people.filter((one) => one.person.city === 'München').slice(0, 1)),
    ],
  },
  {
    name: 'Czech Team',
    type: 'MailUniversalDistributionGroup',
    members: ({ people }) => idsOf(people.filter((one) => one.person.country === 'CZ')),
  },
  {
    name: 'Snake Head',
    type: 'MailUniversalDistributionGroup',
    members: ({ people, group }) => [group('Snake Tail'), ...idsOf(people.slice(0, 3))],
  },
  {
    name: 'Snake Tail',
    type: 'MailUniversalDistributionGroup',
    // A cycle, and a group that is its own member.
    members: ({ people, group }) => [group('Snake Head'), group('Snake Tail'), ...idsOf(people.slice(3, 6))],
  },
  { name: 'Empty Group', type: 'MailUniversalDistributionGroup', members: () => [] },
  {
    name: 'Sales (dynamic)',
    type: 'DynamicDistributionGroup',
    filter: dynamicFilter("(Department -eq 'Vertrieb') -or (Title -like '*Sales*')"),
  },
  {
    name: 'Project Phoenix',
    type: 'GroupMailbox',
    members: ({ mailboxes }) => idsOf(mailboxes.slice(0, 5)),
  },
  {
    name: 'Board (confidential)',
    type: 'MailUniversalSecurityGroup',
    isHidden: true,
    members: ({ people, random }) => idsOf(people.filter(() => random.chance(0.03))),
  },
  {
    name: 'Hidden Members (dynamic)',
    type: 'DynamicDistributionGroup',
    filter: dynamicFilter('HiddenFromAddressListsEnabled -eq $true'),
  },
];

export const namedGroups = plans.length;

export function addGroups(
  organization: Organization,
  options: {
    readonly count: number;
    readonly key: string;
    readonly random: Random;
    readonly whenChanged: Date;
  },
): void {
  const { count, key, random, whenChanged } = options;
  const people = [...organization.recipients.values()];
  const planned = plans.slice(0, count);
  const world: GroupWorld = {
    people,
    mailboxes: people.filter((one) => one.recipientTypeDetails === 'UserMailbox'),
    random,
    group: (name) => namedGuid(`object:${key}:group:${name}`),
  };
  for (let number = planned.length; number < count; number += 1) {
    planned.push({
      name: `Team ${number}`,
      type: 'MailUniversalDistributionGroup',
      members: ({ people: all }) => Array.from({ length: 3 + random.below(20) }, () => random.pick(all).id),
    });
  }
  for (const plan of planned) {
    const alias = plan.name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '');
    addRecipient(organization, {
      key: `${key}:group:${plan.name}`,
      recipientTypeDetails: plan.type,
      displayName: plan.name,
      alias,
      primarySmtpAddress: `${alias}@contoso.example`,
      hiddenFromAddressLists: plan.isHidden ?? false,
      ...(plan.members === undefined ? {} : { memberIds: [...new Set(plan.members(world))] }),
      ...(plan.filter === undefined ? {} : { recipientFilter: plan.filter }),
      whenChanged,
    });
  }
  removeMissingMembers(organization);
}

// With room for few groups some of the nested ones may not exist.
function removeMissingMembers(organization: Organization): void {
  for (const recipient of organization.recipients.values()) {
    if (recipient.memberIds === undefined) continue;
    recipient.memberIds = recipient.memberIds.filter((id) => organization.recipients.has(id));
  }
}

// As Exchange completes what the administrator typed.
function dynamicFilter(typed: string): string {
  return `((${typed}) -and (-not(Name -like 'SystemMailbox{*')) -and (-not(Name -like 'CAS_{*')) -and (-not(RecipientTypeDetailsValue -eq 'MailboxPlan')) -and (-not(RecipientTypeDetailsValue -eq 'DiscoveryMailbox')) -and (-not(RecipientTypeDetailsValue -eq 'PublicFolderMailbox')) -and (-not(RecipientTypeDetailsValue -eq 'ArbitrationMailbox')) -and (-not(RecipientTypeDetailsValue -eq 'AuditLogMailbox')) -and (-not(RecipientTypeDetailsValue -eq 'AuxAuditLogMailbox')) -and (-not(RecipientTypeDetailsValue -eq 'SupervisoryReviewPolicyMailbox')))`;
}

function idsOf(recipients: readonly Recipient[]): string[] {
  return recipients.map((one) => one.id);
}
