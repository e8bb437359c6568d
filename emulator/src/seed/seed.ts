// Demo organizations from (size, seed): the same numbers give the same people.

import { addRecipient } from '../organization/recipients.ts';
import type { Organization } from '../organization/state.ts';

export interface SeedOptions {
  readonly seed: number;
  /** Recipients of every kind; default 300. */
  readonly recipients: number;
  /** User mailboxes among them; default 40. */
  readonly mailboxes: number;
}

export function seedOrganization(options: SeedOptions): Organization {
  const organization: Organization = {
    tenantId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    initialDomain: 'contoso.onmicrosoft.com',
    domains: ['contoso.example', 'contoso.onmicrosoft.com'],
    recipients: new Map(),
    apps: new Map(),
    removedItems: new Map(),
  };
  organization.apps.set('a1f3c9d2-5b7e-4c0b-9d0e-0d6b6e6f7a11', {
    clientId: 'a1f3c9d2-5b7e-4c0b-9d0e-0d6b6e6f7a11',
    displayName: 'contactSync',
    certificates: [],
    graphRoles: [
      'Contacts.ReadWrite',
      'Mail.Send',
      'User.Read.All',
      'OrgContact.Read.All',
      'GroupMember.Read.All',
      'Organization.Read.All',
    ],
    exchangeRoles: ['Exchange.ManageAsApp'],
    directoryRoles: ['Exchange Recipient Administrator'],
  });
  for (let number = 1; number <= options.recipients; number += 1) {
    const key = `${options.seed}:${number}`;
    addRecipient(organization, {
      key,
      recipientTypeDetails: number <= options.mailboxes ? 'UserMailbox' : 'MailContact',
      displayName: `Person ${number}`,
      alias: `person${number}`,
      primarySmtpAddress: `person${number}@contoso.example`,
      person: { firstName: 'Person', lastName: String(number) },
      whenChanged: new Date('2026-10-01T08:00:00Z'),
    });
  }
  return organization;
}
