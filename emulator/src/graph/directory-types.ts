// Users, groups and organizational contacts as Entra shows the tenant's recipients: which properties there are and
// where they come from. Dynamic distribution groups live in Exchange only and have no type here.
import type { PersonFields, Recipient } from '../organization/state.ts';
import { hasUserObject } from './mailbox-gate.ts';

export type DirectoryTypeName = 'user' | 'group' | 'orgContact';

export interface DirectoryType {
  readonly name: DirectoryTypeName;
  /** The OData set, for `@odata.context`. */
  readonly set: string;
  /** Shown where nothing is selected. */
  readonly usual: readonly string[];
  readonly properties: Readonly<Record<string, (recipient: Recipient) => unknown>>;
  /** Kept in the mailbox, not in Entra: only in the answer about a single object. */
  readonly onlySingle: readonly string[];
}

const text = (field: keyof PersonFields) => (recipient: Recipient) => recipient.person[field] ?? null;

const shared = {
  id: (recipient: Recipient) => recipient.id,
  displayName: (recipient: Recipient) => recipient.displayName,
  mailNickname: (recipient: Recipient) => recipient.alias,
  proxyAddresses: (recipient: Recipient) => recipient.emailAddresses,
  onPremisesSyncEnabled: () => null,
};

const person = {
  givenName: text('firstName'),
  surname: text('lastName'),
  jobTitle: text('title'),
  department: text('department'),
  companyName: text('company'),
};

const user: DirectoryType = {
  name: 'user',
  set: 'users',
  usual: [
    'businessPhones',
    'displayName',
    'givenName',
    'jobTitle',
    'mail',
    'mobilePhone',
    'officeLocation',
    'preferredLanguage',
    'surname',
    'userPrincipalName',
    'id',
  ],
  properties: {
    ...shared,
    ...person,
    mail: mailOfUser,
    userPrincipalName: (recipient) => recipient.userPrincipalName ?? null,
    onPremisesImmutableId: (recipient) => recipient.onPremisesImmutableId ?? null,
    userType: (recipient) => recipient.userType ?? null,
    accountEnabled: (recipient) => recipient.accountEnabled ?? null,
    // The service takes one business number only.
    businessPhones: ({ person: { phone } }) => (phone === undefined ? [] : [phone]),
    mobilePhone: text('mobilePhone'),
    faxNumber: text('fax'),
    officeLocation: text('office'),
    streetAddress: text('streetAddress'),
    city: text('city'),
    state: text('stateOrProvince'),
    postalCode: text('postalCode'),
    country: text('country'),
    usageLocation: text('country'),
    preferredLanguage: () => null,
    otherMails: (recipient) =>
      recipient.userType === 'Guest' && recipient.externalEmailAddress !== undefined
        ? [withoutPrefix(recipient.externalEmailAddress)]
        : [],
    imAddresses: (recipient) =>
      recipient.emailAddresses.filter((proxy) => /^sip:/i.test(proxy)).map(withoutPrefix),
    // Mostly null in real tenants, and the documentation advises against it (docs issue 5380).
    showInAddressList: () => null,
    onPremisesExtensionAttributes: (recipient) =>
      Object.fromEntries(
        recipient.customAttributes.map((value, index) => [
          `extensionAttribute${index + 1}`,
          value === '' ? null : value,
        ]),
      ),
  },
  onlySingle: [],
};

const group: DirectoryType = {
  name: 'group',
  set: 'groups',
  usual: [
    'id',
    'description',
    'displayName',
    'groupTypes',
    'mail',
    'mailEnabled',
    'mailNickname',
    'membershipRule',
    'onPremisesSyncEnabled',
    'proxyAddresses',
    'securityEnabled',
    'visibility',
  ],
  properties: {
    ...shared,
    description: (recipient) => recipient.person.notes ?? null,
    groupTypes: (recipient) => (recipient.recipientTypeDetails === 'GroupMailbox' ? ['Unified'] : []),
    mail: (recipient) => recipient.primarySmtpAddress,
    mailEnabled: () => true,
    membershipRule: () => null,
    securityEnabled: (recipient) => recipient.recipientTypeDetails === 'MailUniversalSecurityGroup',
    visibility: (recipient) => (recipient.recipientTypeDetails === 'GroupMailbox' ? 'Public' : null),
    hideFromAddressLists: (recipient) => recipient.hiddenFromAddressLists,
  },
  onlySingle: ['hideFromAddressLists'],
};

const orgContact: DirectoryType = {
  name: 'orgContact',
  set: 'contacts',
  usual: [
    'id',
    'companyName',
    'department',
    'displayName',
    'givenName',
    'jobTitle',
    'mail',
    'mailNickname',
    'onPremisesSyncEnabled',
    'surname',
    'addresses',
    'phones',
    'proxyAddresses',
  ],
  properties: {
    ...shared,
    ...person,
    mail: (recipient) => withoutPrefix(recipient.externalEmailAddress ?? recipient.primarySmtpAddress),
    addresses: ({ person: given }) => [
      {
        city: given.city ?? null,
        countryOrRegion: given.country ?? null,
        officeLocation: given.office ?? null,
        postalCode: given.postalCode ?? null,
        state: given.stateOrProvince ?? null,
        street: given.streetAddress ?? null,
      },
    ],
    // Three kinds and one of each, whatever the enum allows.
    phones: ({ person: given }) => [
      { number: given.phone ?? null, type: 'business' },
      { number: given.mobilePhone ?? null, type: 'mobile' },
      { number: given.fax ?? null, type: 'businessFax' },
    ],
  },
  onlySingle: [],
};

export const directoryTypes: Readonly<Record<DirectoryTypeName, DirectoryType>> = { user, group, orgContact };

/** undefined: Entra has no such object. */
export function directoryTypeOf(recipient: Recipient): DirectoryType | undefined {
  if (hasUserObject(recipient)) return user;
  switch (recipient.recipientTypeDetails) {
    case 'MailContact':
      return orgContact;
    case 'MailUniversalDistributionGroup':
    case 'MailUniversalSecurityGroup':
    case 'GroupMailbox':
      return group;
    default:
      return undefined;
  }
}

function mailOfUser(recipient: Recipient): string {
  const external = recipient.userType === 'Guest' ? recipient.externalEmailAddress : undefined;
  return withoutPrefix(external ?? recipient.primarySmtpAddress);
}

function withoutPrefix(address: string): string {
  return address.replace(/^[A-Za-z0-9]+:/, '');
}
