// Which attributes are read, by their names in the schema, and what they become. What is not listed is never asked for.

import { CUSTOM_ATTRIBUTES, type SourceAttribute } from '../../model/source-object.ts';

/** Without these nothing can be decided about an object. */
const IDENTITY = [
  'uSNChanged',
  'objectClass',
  'displayName',
  'name',
  'mail',
  'proxyAddresses',
  'targetAddress',
  'mailNickname',
  'userAccountControl',
  'msExchRecipientTypeDetails',
  'msExchMailboxGuid',
  'msExchRemoteRecipientType',
  'homeMDB',
  'msExchHomeServerName',
] as const;

/** `extensionAttribute1` to `15`. */
export const EXTENSION_ATTRIBUTES = Array.from(
  { length: 15 },
  (_, index) => `extensionAttribute${index + 1}`,
);

/** What tells about a group or dynamic group who is in it, besides the members themselves. */
export const GROUP_ATTRIBUTES = [
  'groupType',
  'hideDLMembership',
  'msExchDynamicDLFilter',
  'msExchDynamicDLBaseDN',
] as const;

export const MAILBOX_ATTRIBUTES: readonly string[] = [
  ...IDENTITY,
  ...GROUP_ATTRIBUTES,
  ...EXTENSION_ATTRIBUTES,
];

export const RECIPIENT_ATTRIBUTES: readonly string[] = [
  ...MAILBOX_ATTRIBUTES,
  'msExchHideFromAddressLists',
  'showInAddressBook',
  'userPrincipalName',
  'employeeID',
  'personalTitle',
  'givenName',
  'middleName',
  'sn',
  'generationQualifier',
  'initials',
  'msDS-PhoneticFirstName',
  'msDS-PhoneticLastName',
  'msDS-PhoneticCompanyName',
  'title',
  'department',
  'company',
  'physicalDeliveryOfficeName',
  'manager',
  'assistant',
  'msExchAssistantName',
  'telephoneNumber',
  'otherTelephone',
  'homePhone',
  'otherHomePhone',
  'mobile',
  'otherMobile',
  'facsimileTelephoneNumber',
  'otherFacsimileTelephoneNumber',
  'pager',
  'otherPager',
  'telephoneAssistant',
  'streetAddress',
  'postOfficeBox',
  'l',
  'st',
  'postalCode',
  'c',
  'co',
  'homePostalAddress',
  'wWWHomePage',
  'url',
  'info',
];

/** Bytes of an id, kept as its text. */
export const GUID_ATTRIBUTES: ReadonlySet<string> = new Set(['msExchMailboxGuid']);

/** One value after the other, all of them. */
export const VALUES_FROM: Readonly<Partial<Record<SourceAttribute, readonly string[]>>> = {
  displayName: ['displayName'],
  alias: ['mailNickname'],
  title: ['personalTitle'],
  givenName: ['givenName'],
  middleName: ['middleName'],
  surname: ['sn'],
  generation: ['generationQualifier'],
  initials: ['initials'],
  phoneticGivenName: ['msDS-PhoneticFirstName'],
  phoneticSurname: ['msDS-PhoneticLastName'],
  phoneticCompany: ['msDS-PhoneticCompanyName'],
  jobTitle: ['title'],
  department: ['department'],
  company: ['company'],
  office: ['physicalDeliveryOfficeName'],
  businessPhones: ['telephoneNumber', 'otherTelephone'],
  homePhones: ['homePhone', 'otherHomePhone'],
  mobilePhones: ['mobile', 'otherMobile'],
  businessFax: ['facsimileTelephoneNumber'],
  otherFax: ['otherFacsimileTelephoneNumber'],
  pager: ['pager', 'otherPager'],
  assistantPhone: ['telephoneAssistant'],
  street: ['streetAddress'],
  postOfficeBox: ['postOfficeBox'],
  city: ['l'],
  state: ['st'],
  postalCode: ['postalCode'],
  homeStreet: ['homePostalAddress'],
  webPage: ['wWWHomePage', 'url'],
  notes: ['info'],
  userPrincipalName: ['userPrincipalName'],
  employeeId: ['employeeID'],
  ...Object.fromEntries(
    CUSTOM_ATTRIBUTES.map((name, index) => [name, EXTENSION_ATTRIBUTES.slice(index, index + 1)]),
  ),
};

/** The first of these that has a value. */
export const FIRST_VALUE_FROM: Readonly<Partial<Record<SourceAttribute, readonly string[]>>> = {
  manager: ['manager'],
  assistant: ['msExchAssistantName', 'assistant'],
  country: ['c', 'co'],
};
