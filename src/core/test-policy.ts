// A policy for the unit tests of core: the defaults of the schema, with the named parts changed.

import type {
  ContactPart,
  ExchangeOnlineSource,
  FilterRow,
  FolderPart,
  MailboxesPart,
  Policy,
  PropertyRule,
} from '../model/policy.ts';

export interface TestPolicyParts {
  readonly source?: Partial<ExchangeOnlineSource>;
  readonly mailboxes?: Partial<MailboxesPart>;
  readonly folder?: Partial<FolderPart>;
  readonly contact?: Partial<Omit<ContactPart, 'properties' | 'phones'>> & {
    readonly properties?: Readonly<Record<string, Partial<PropertyRule>>>;
    readonly phones?: Partial<ContactPart['phones']>;
  };
}

export function testPolicy(parts: TestPolicyParts = {}): Policy {
  const { properties = {}, phones = {}, ...contact } = parts.contact ?? {};
  return {
    kind: 'policy',
    version: 1,
    id: '11111111-2222-4333-8444-555555555555',
    name: 'Everybody',
    environment: 'Contoso',
    enabled: true,
    source: {
      type: 'exchangeOnline',
      groups: [],
      addressLists: [],
      recipientTypes: ['userMailbox', 'mailUser', 'mailContact'],
      excludeHidden: true,
      excludeDisabled: true,
      excludeGuests: true,
      excludeWithoutPhone: false,
      excludeWithoutEmail: false,
      include: [],
      exclude: [],
      ...parts.source,
    },
    mailboxes: {
      groups: [],
      organizationalUnits: [],
      addresses: [],
      exclude: [],
      types: ['userMailbox'],
      ...parts.mailboxes,
    },
    folder: {
      name: 'Company Contacts',
      subfolderPerDomain: false,
      useDefaultContacts: false,
      existing: 'refuse',
      ...parts.folder,
    },
    contact: {
      displayName: '{displayName}',
      fileAs: '{surname}[, {givenName}]',
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, rule]) => [
          name,
          { mode: 'overwrite', whenEmpty: 'clear', replace: [], ...rule },
        ]),
      ),
      phones: { format: 'e164', dropInternalShorterThan: 6, ...phones },
      categories: [],
      isPrivate: false,
      photo: false,
      photoMegabytes: 100,
      rewriteDomains: [],
      includeOwn: false,
      ...contact,
    },
    deletion: {
      strategy: 'remove',
      graceDays: 14,
      mailboxLeft: 'remove',
      deletedByUser: 'restore',
      keepInDeletedItems: false,
    },
    brake: {
      maxPeople: 100,
      maxPeoplePercent: 20,
      percentFromPeople: 20,
      maxMailboxes: 10,
      maxMailboxesPercent: 20,
      maxUnexplainedPercentPerMailbox: 20,
    },
    canary: { mailboxes: [], percent: 0 },
    report: { recipients: [], when: 'onChange', detail: 'mailboxes', csv: true, alertAfterDays: 0 },
  };
}

export function filterRow(property: string, operator: FilterRow['operator'], value?: string): FilterRow {
  return { property, operator, ...(value === undefined ? {} : { value }) };
}
