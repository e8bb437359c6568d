// The person fields that Get-Recipient does not show: from Get-User, Get-Contact and, where allowed, from Graph.

import type { Known, SourceAttribute } from '../../model/source-object.ts';
import { type AdminRow, flag, text, texts } from './admin-row.ts';
import { countryCode } from './country-codes.ts';

export type Attributes = Readonly<Partial<Record<SourceAttribute, readonly string[]>>>;

export interface PersonDetails {
  readonly attributes: Attributes;
  readonly isDisabled: Known<boolean>;
  readonly isGuest: boolean;
}

/** What only Get-User and Get-Contact know; unknown where they were not read. */
export const DETAIL_ATTRIBUTES: readonly SourceAttribute[] = [
  'initials',
  'assistant',
  'homePhones',
  'mobilePhones',
  'businessFax',
  'otherFax',
  'pager',
  'assistantPhone',
  'street',
  'postOfficeBox',
  'webPage',
];

/** Of these a second number comes from Get-User and Get-Contact only; the first is also in Get-Recipient. */
export const PARTLY_DETAIL_ATTRIBUTES: readonly SourceAttribute[] = ['businessPhones'];

export const DETAIL_PROPERTIES = [
  'ExternalDirectoryObjectId',
  'Guid',
  'Name',
  'DisplayName',
  'FirstName',
  'LastName',
  'Initials',
  'Title',
  'Department',
  'Company',
  'Office',
  'Manager',
  'AssistantName',
  'Phone',
  'OtherTelephone',
  'HomePhone',
  'OtherHomePhone',
  'MobilePhone',
  'Fax',
  'OtherFax',
  'Pager',
  'TelephoneAssistant',
  'StreetAddress',
  'PostOfficeBox',
  'City',
  'StateOrProvince',
  'PostalCode',
  'CountryOrRegion',
  'WebPage',
  'Notes',
] as const;

export const USER_PROPERTIES = [...DETAIL_PROPERTIES, 'UserPrincipalName', 'AccountDisabled'] as const;

/** The fields that Get-Recipient, Get-User and Get-Contact name alike; fields a row does not have are left out. */
export function readPersonFields(row: AdminRow): Attributes {
  return onlyFilled({
    givenName: texts(row, 'FirstName'),
    surname: texts(row, 'LastName'),
    initials: texts(row, 'Initials'),
    jobTitle: texts(row, 'Title'),
    department: texts(row, 'Department'),
    company: texts(row, 'Company'),
    office: texts(row, 'Office'),
    assistant: texts(row, 'AssistantName'),
    businessPhones: texts(row, 'Phone', 'OtherTelephone'),
    homePhones: texts(row, 'HomePhone', 'OtherHomePhone'),
    mobilePhones: texts(row, 'MobilePhone'),
    businessFax: texts(row, 'Fax'),
    otherFax: texts(row, 'OtherFax'),
    pager: texts(row, 'Pager'),
    assistantPhone: texts(row, 'TelephoneAssistant'),
    street: texts(row, 'StreetAddress'),
    postOfficeBox: texts(row, 'PostOfficeBox'),
    city: texts(row, 'City'),
    state: texts(row, 'StateOrProvince'),
    postalCode: texts(row, 'PostalCode'),
    country: texts(row, 'CountryOrRegion').map(countryCode),
    webPage: texts(row, 'WebPage'),
    notes: texts(row, 'Notes'),
  });
}

export function readPersonDetails(row: AdminRow): PersonDetails {
  const userPrincipalName = text(row, 'UserPrincipalName');
  return {
    attributes: {
      ...readPersonFields(row),
      ...onlyFilled({ userPrincipalName: [userPrincipalName] }),
    },
    isDisabled: flag(row, 'AccountDisabled'),
    isGuest: isGuestName(userPrincipalName),
  };
}

/** The first source that has a value for an attribute gives all of its values. */
export function mergeAttributes(...sources: readonly Attributes[]): Attributes {
  const merged: Partial<Record<SourceAttribute, readonly string[]>> = {};
  for (const source of sources.toReversed()) Object.assign(merged, source);
  return merged;
}

export function onlyFilled(attributes: Attributes): Attributes {
  const filled: Partial<Record<SourceAttribute, readonly string[]>> = {};
  for (const [name, values] of Object.entries(attributes) as [SourceAttribute, readonly string[]][]) {
    const kept = values.filter((value) => value.trim() !== '');
    if (kept.length > 0) filled[name] = kept;
  }
  return filled;
}

/** Entra gives invited people such a name: erika_example.com#EXT#@contoso.onmicrosoft.com. */
export function isGuestName(userPrincipalName: string): boolean {
  return userPrincipalName.toUpperCase().includes('#EXT#@');
}
