// A recipient as the cmdlets show it. Different cmdlets show different parts of the same object; unset text is ''.

import { namedGuid } from '../organization/ids.ts';
import type { Organization, Recipient, RecipientTypeDetails } from '../organization/state.ts';
import { guid, type Row } from './row.ts';

const recipientTypes: Readonly<Record<RecipientTypeDetails, string>> = {
  UserMailbox: 'UserMailbox',
  SharedMailbox: 'UserMailbox',
  RoomMailbox: 'UserMailbox',
  EquipmentMailbox: 'UserMailbox',
  MailUser: 'MailUser',
  GuestMailUser: 'MailUser',
  MailContact: 'MailContact',
  MailUniversalDistributionGroup: 'MailUniversalDistributionGroup',
  MailUniversalSecurityGroup: 'MailUniversalSecurityGroup',
  DynamicDistributionGroup: 'DynamicDistributionGroup',
  GroupMailbox: 'MailUniversalDistributionGroup',
};

export const allRecipientTypeDetails = Object.keys(recipientTypes);
export const allRecipientTypes = [...new Set(Object.values(recipientTypes))];

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' });

/** Names are unique in the directory: a later bearer of a display name has its object id as Name. Made once
 * per call, since looking for homonyms row by row would be quadratic. */
export function directoryNames(organization: Organization): (recipient: Recipient) => string {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const recipient of organization.recipients.values()) {
    const name = recipient.displayName.slice(0, 64).trim();
    names.set(recipient.id, taken.has(recipient.displayName) ? recipient.id : name);
    taken.add(recipient.displayName);
  }
  return (recipient) => names.get(recipient.id) ?? recipient.id;
}

export function distinguishedName(organization: Organization, name: string): string {
  const escaped = name.replaceAll(/[,+"\\<>;=#]/g, '\\$&');
  return `CN=${escaped},OU=${organization.initialDomain},OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM`;
}

interface RowOptions {
  readonly organization: Organization;
  readonly nameOf: (recipient: Recipient) => string;
}

/** Get-Recipient, and the members of groups. */
export function recipientRow(recipient: Recipient, options: RowOptions): Row {
  const { person } = recipient;
  return {
    ...identityPart(recipient, options),
    ...mailPart(recipient),
    ...customAttributePart(recipient),
    FirstName: person.firstName ?? '',
    LastName: person.lastName ?? '',
    Title: person.title ?? '',
    Department: person.department ?? '',
    Company: person.company ?? '',
    Office: person.office ?? '',
    Phone: person.phone ?? '',
    City: person.city ?? '',
    StateOrProvince: person.stateOrProvince ?? '',
    PostalCode: person.postalCode ?? '',
    CountryOrRegion: countryName(person.country),
    Notes: person.notes ?? '',
    Manager: managerName(recipient, options),
    ManagedBy: [],
    WindowsLiveID: recipient.userPrincipalName ?? '',
    SKUAssigned: recipient.recipientTypeDetails === 'UserMailbox' ? true : null,
    IsDirSynced: false,
    HasActiveSyncDevicePartnership: false,
    ArchiveState: 'None',
    LitigationHoldEnabled: false,
  };
}

/** Get-Mailbox. */
export function mailboxRow(recipient: Recipient, options: RowOptions): Row {
  return {
    ...identityPart(recipient, options),
    ...mailPart(recipient),
    ...customAttributePart(recipient),
    UserPrincipalName: recipient.userPrincipalName ?? '',
    SamAccountName: recipient.alias,
    Office: recipient.person.office ?? '',
    WindowsEmailAddress: recipient.primarySmtpAddress,
    AccountDisabled: recipient.accountEnabled === false,
    IsMailboxEnabled: recipient.mailbox !== undefined,
    IsInactiveMailbox: false,
    IsSoftDeletedByRemove: false,
    IsShared: recipient.recipientTypeDetails === 'SharedMailbox',
    IsResource: ['RoomMailbox', 'EquipmentMailbox'].includes(recipient.recipientTypeDetails),
    ResourceType: resourceType(recipient),
    IsDirSynced: false,
    MaxSendSize: '35 MB (36,700,160 bytes)',
    ProhibitSendQuota: '99 GB (106,300,440,576 bytes)',
    RetainDeletedItemsFor: '14.00:00:00',
    Languages: ['en-US'],
  };
}

/** Get-User and Get-Contact: the person, without custom attributes and hidden flag. */
export function personRow(recipient: Recipient, options: RowOptions): Row {
  const { person } = recipient;
  return {
    ...identityPart(recipient, options),
    FirstName: person.firstName ?? '',
    Initials: person.initials ?? '',
    LastName: person.lastName ?? '',
    Title: person.title ?? '',
    Department: person.department ?? '',
    Company: person.company ?? '',
    Office: person.office ?? '',
    Phone: person.phone ?? '',
    OtherTelephone: person.otherTelephone ?? [],
    MobilePhone: person.mobilePhone ?? '',
    HomePhone: person.homePhone ?? '',
    OtherHomePhone: person.otherHomePhone ?? [],
    Fax: person.fax ?? '',
    OtherFax: person.otherFax ?? [],
    Pager: person.pager ?? '',
    TelephoneAssistant: person.telephoneAssistant ?? '',
    AssistantName: person.assistantName ?? '',
    StreetAddress: person.streetAddress ?? '',
    PostOfficeBox: person.postOfficeBox ?? [],
    City: person.city ?? '',
    StateOrProvince: person.stateOrProvince ?? '',
    PostalCode: person.postalCode ?? '',
    CountryOrRegion: countryName(person.country),
    WebPage: person.webPage ?? '',
    Notes: person.notes ?? '',
    Manager: managerName(recipient, options),
    DirectReports: [],
    SimpleDisplayName: '',
    PhoneticDisplayName: '',
    GeoCoordinates: null,
    WindowsEmailAddress: recipient.primarySmtpAddress,
    UserPrincipalName: recipient.userPrincipalName ?? '',
    AccountDisabled: recipient.accountEnabled === false,
    IsDirSynced: false,
  };
}

/** Get-MailContact, Get-DistributionGroup: the mail part, without person fields. */
export function mailRow(recipient: Recipient, options: RowOptions): Row {
  return {
    ...identityPart(recipient, options),
    ...mailPart(recipient),
    ...customAttributePart(recipient),
    WindowsEmailAddress: recipient.primarySmtpAddress,
    MailTip: '',
    IsDirSynced: false,
  };
}

function identityPart(recipient: Recipient, options: RowOptions): Row {
  const name = options.nameOf(recipient);
  const type = recipient.recipientTypeDetails;
  return {
    Identity: name,
    Id: name,
    Name: name,
    DistinguishedName: distinguishedName(options.organization, name),
    DisplayName: recipient.displayName,
    RecipientType: recipientTypes[type],
    RecipientTypeDetails: type,
    ...(recipient.mailbox === undefined ? {} : { ExchangeGuid: guid(recipient.mailbox.exchangeGuid) }),
    // Dynamic distribution groups have no object in Entra.
    ExternalDirectoryObjectId: type === 'DynamicDistributionGroup' ? '' : recipient.id,
    Guid: guid(recipient.exchangeObjectGuid),
    ExchangeObjectId: guid(recipient.exchangeObjectGuid),
    OrganizationId: `EURPR01A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${options.organization.initialDomain}`,
    WhenChanged: recipient.whenChanged,
    WhenChangedUTC: recipient.whenChanged,
  };
}

function mailPart(recipient: Recipient): Row {
  return {
    Alias: recipient.alias,
    PrimarySmtpAddress: recipient.primarySmtpAddress,
    EmailAddresses: recipient.emailAddresses,
    ExternalEmailAddress:
      recipient.externalEmailAddress === undefined ? '' : `SMTP:${recipient.externalEmailAddress}`,
    HiddenFromAddressListsEnabled: recipient.hiddenFromAddressLists,
    AddressListMembership: recipient.addressListMembership,
    LegacyExchangeDN: `/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=${namedGuid(recipient.id).replaceAll('-', '')}-${recipient.alias}`,
  };
}

function customAttributePart(recipient: Recipient): Row {
  const row: Record<string, Row[string]> = {};
  recipient.customAttributes.forEach((value, index) => {
    row[`CustomAttribute${index + 1}`] = value;
  });
  for (let number = 1; number <= 5; number += 1) row[`ExtensionCustomAttribute${number}`] = [];
  return row;
}

// The directory keeps the two-letter code, the cmdlets print the English name.
function countryName(code: string | undefined): string {
  if (code === undefined || code === '') return '';
  try {
    return countryNames.of(code) ?? code;
  } catch {
    return code;
  }
}

function managerName(recipient: Recipient, options: RowOptions): string {
  if (recipient.managerId === undefined) return '';
  const manager = options.organization.recipients.get(recipient.managerId);
  return manager === undefined ? '' : options.nameOf(manager);
}

function resourceType(recipient: Recipient): string | null {
  if (recipient.recipientTypeDetails === 'RoomMailbox') return 'Room';
  return recipient.recipientTypeDetails === 'EquipmentMailbox' ? 'Equipment' : null;
}
