// One thing read from a source, under neutral attribute names. Raw LDAP, REST or SOAP shapes never get here.

import type { SourceObjectId } from './ids.ts';

export const SOURCE_OBJECT_KINDS = [
  'userMailbox',
  'linkedMailbox',
  'sharedMailbox',
  'roomMailbox',
  'equipmentMailbox',
  'remoteMailbox',
  'groupMailbox',
  'mailUser',
  'guestMailUser',
  'mailContact',
  'distributionGroup',
  'dynamicDistributionGroup',
  'publicFolder',
  'contactItem',
  /** A personal distribution list in a contact folder. */
  'contactList',
  'other',
] as const;
export type SourceObjectKind = (typeof SOURCE_OBJECT_KINDS)[number];

/** Every attribute holds a list of values; most hold at most one. Order is the source's, primary first. */
export const SOURCE_ATTRIBUTES = [
  'displayName',
  'alias',
  'title',
  'givenName',
  'middleName',
  'surname',
  'generation',
  'initials',
  'nickName',
  'phoneticGivenName',
  'phoneticSurname',
  'phoneticCompany',
  'jobTitle',
  'department',
  'company',
  'office',
  'manager',
  'assistant',
  /** Without prefix, primary SMTP address first, then the others; never `x500:`, `sip:`… */
  'emailAddresses',
  'imAddresses',
  'businessPhones',
  'homePhones',
  'mobilePhones',
  'businessFax',
  'homeFax',
  'otherFax',
  'pager',
  'assistantPhone',
  'otherPhones',
  'street',
  'postOfficeBox',
  'city',
  'state',
  'postalCode',
  /** Two-letter code where the source knows one, otherwise the name. */
  'country',
  'homeStreet',
  'homeCity',
  'homeState',
  'homePostalCode',
  'homeCountry',
  'webPage',
  'notes',
  'birthday',
  'categories',
  // What only contact items have.
  'fileAs',
  'profession',
  'spouse',
  'primaryPhone',
  'carPhone',
  'radioPhone',
  'callbackPhone',
  'companyMainPhone',
  'otherStreet',
  'otherCity',
  'otherState',
  'otherPostalCode',
  'otherCountry',
  'weddingAnniversary',
  /** 'true' or absent. */
  'isPrivate',
  'userField1',
  'userField2',
  'userField3',
  'userField4',
  'userPrincipalName',
  'employeeId',
  'addressLists',
  /** Names of the recipient types and containers as the source shows them. */
  'organizationalUnit',
  'customAttribute1',
  'customAttribute2',
  'customAttribute3',
  'customAttribute4',
  'customAttribute5',
  'customAttribute6',
  'customAttribute7',
  'customAttribute8',
  'customAttribute9',
  'customAttribute10',
  'customAttribute11',
  'customAttribute12',
  'customAttribute13',
  'customAttribute14',
  'customAttribute15',
] as const;
export type SourceAttribute = (typeof SOURCE_ATTRIBUTES)[number];

export const CUSTOM_ATTRIBUTES = SOURCE_ATTRIBUTES.filter((name) => name.startsWith('customAttribute'));

/** `'unknown'`: the reading could not tell; selection then must neither trust yes nor no. */
export type Known<T> = T | 'unknown';

export interface SourceObject {
  readonly id: SourceObjectId;
  /** Other ids by which the same person may stand in earlier marks and orders; see docs/decisions/0013. */
  readonly alsoKnownAs?: readonly SourceObjectId[];
  readonly kind: SourceObjectKind;
  /** Only attributes with at least one non-empty value. */
  readonly attributes: Readonly<Partial<Record<SourceAttribute, readonly string[]>>>;
  readonly isHidden: Known<boolean>;
  /** Mailbox users and mail users only; false for the rest. */
  readonly isDisabled: Known<boolean>;
  readonly isGuest: boolean;
  /** Attributes this reading could not tell (degraded reading); absent means: known to be empty. */
  readonly unknownAttributes?: readonly SourceAttribute[];
}
