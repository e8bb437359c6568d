// Small questions about a source object's attributes that selection, mapping and reports all ask.

import type { SourceAttribute, SourceObject } from '../model/source-object.ts';
import { SOURCE_ATTRIBUTES } from '../model/source-object.ts';
import { clean } from './comparable.ts';
import { nearMatch } from './near-match.ts';

/** Names from Exchange, Graph, LDAP and Outlook that people type for our neutral ones. */
const OTHER_NAMES: Readonly<Record<string, SourceAttribute>> = {
  companyName: 'company',
  officeLocation: 'office',
  physicalDeliveryOfficeName: 'office',
  mail: 'emailAddresses',
  email: 'emailAddresses',
  emailAddress: 'emailAddresses',
  primarySmtpAddress: 'emailAddresses',
  proxyAddresses: 'emailAddresses',
  phone: 'businessPhones',
  telephoneNumber: 'businessPhones',
  businessPhone: 'businessPhones',
  mobile: 'mobilePhones',
  mobilePhone: 'mobilePhones',
  homePhone: 'homePhones',
  fax: 'businessFax',
  firstName: 'givenName',
  lastName: 'surname',
  sn: 'surname',
  streetAddress: 'street',
  stateOrProvince: 'state',
  countryOrRegion: 'country',
  zip: 'postalCode',
  upn: 'userPrincipalName',
  mailNickname: 'alias',
  ou: 'organizationalUnit',
  ...Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [
      `extensionAttribute${index + 1}`,
      `customAttribute${index + 1}` as SourceAttribute,
    ]),
  ),
};

const known: ReadonlySet<string> = new Set(SOURCE_ATTRIBUTES);

export function isSourceAttribute(name: string): name is SourceAttribute {
  return known.has(name);
}

export function nearSourceAttribute(typed: string): string | undefined {
  return nearMatch(typed, SOURCE_ATTRIBUTES, OTHER_NAMES);
}

export function firstValue(object: SourceObject, name: SourceAttribute): string {
  return object.attributes[name]?.[0]?.trim() ?? '';
}

/** What people call the object, for reports and screens. */
export function labelOf(object: SourceObject): string {
  return nameOf(object) || object.id;
}

/** There is nothing in it by which a person could find it. */
export function isNameless(object: SourceObject): boolean {
  return nameOf(object) === '';
}

/** Contact items often have no name: a number alone still tells who calls. */
const LAST_RESORTS: readonly SourceAttribute[] = [
  'fileAs',
  'nickName',
  'mobilePhones',
  'businessPhones',
  'homePhones',
  'companyMainPhone',
  'primaryPhone',
  'otherPhones',
  'carPhone',
];

function nameOf(object: SourceObject): string {
  const person = [nameIn(object, 'givenName'), nameIn(object, 'surname')]
    .filter((part) => part !== '')
    .join(' ');
  return (
    nameIn(object, 'displayName') ||
    person ||
    nameIn(object, 'company') ||
    nameIn(object, 'emailAddresses') ||
    nameIn(object, 'alias') ||
    LAST_RESORTS.map((name) => nameIn(object, name)).find((value) => value !== '') ||
    ''
  );
}

/** A value of which nothing is left in a contact, such as a lone control character, names nobody. */
function nameIn(object: SourceObject, name: SourceAttribute): string {
  const value = firstValue(object, name);
  return clean('displayName', value) === '' ? '' : value;
}

/** Lower-case domain of the primary SMTP address, '' without one. */
export function primarySmtpDomain(object: SourceObject): string {
  const address = firstValue(object, 'emailAddresses');
  const at = address.lastIndexOf('@');
  return at < 0
    ? ''
    : address
        .slice(at + 1)
        .trim()
        .toLowerCase();
}
