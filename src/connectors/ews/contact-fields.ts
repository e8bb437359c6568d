// The one table of what a contact is made of in EWS, in the order of the schema: a wrong order is refused as a whole
// (ErrorSchemaValidation). Writing, reading and the paths of fields all go by it. Which property lies where is the same
// as through Graph, so that a mailbox that moves to the cloud keeps its contacts.

import type { ContactProperty } from '../../model/contact.ts';
import { inSet, type MapiProperty, tagged } from './mapi-property.ts';

export type AddressPart = 'Street' | 'City' | 'State' | 'CountryOrRegion' | 'PostalCode';

export type ContactField =
  | {
      /** `copy`: written along with the property of that name, but read elsewhere. */
      readonly kind: 'text' | 'date' | 'body' | 'categories' | 'sensitivity' | 'copy';
      readonly element: string;
      readonly uri: string;
      readonly property: ContactProperty;
    }
  | {
      readonly kind: 'extended';
      readonly element: 'ExtendedProperty';
      readonly property: ContactProperty;
      readonly path: MapiProperty;
    }
  | {
      readonly kind: 'entries';
      readonly element: 'EmailAddresses' | 'PhoneNumbers' | 'ImAddresses';
      /** Of the whole dictionary. */
      readonly uri: string;
      /** Of one entry, with its key as index. */
      readonly entryUri: string;
      readonly entries: readonly { readonly key: string; readonly property: ContactProperty }[];
    }
  | {
      readonly kind: 'addresses';
      readonly element: 'PhysicalAddresses';
      readonly uri: string;
      readonly entries: readonly {
        readonly key: 'Home' | 'Business' | 'Other';
        readonly parts: readonly { readonly part: AddressPart; readonly property: ContactProperty }[];
      }[];
    };

/** The box "Private" in Outlook; it goes together with the sensitivity. */
export const PRIVATE_BOX = inSet('Common', 0x8506, 'Boolean');
/** A follow-up flag (MS-OXPROPS, PidTagFlagStatus): never written by us. */
export const FLAG_STATUS = tagged('0x1090', 'Integer');

const text = (element: string, property: ContactProperty): ContactField => ({
  kind: 'text',
  element,
  uri: `contacts:${element}`,
  property,
});
const item = (
  kind: 'body' | 'categories' | 'sensitivity' | 'copy',
  element: string,
  property: ContactProperty,
): ContactField => ({ kind, element, uri: `item:${element}`, property });
const extended = (property: ContactProperty, path: MapiProperty): ContactField => ({
  kind: 'extended',
  element: 'ExtendedProperty',
  property,
  path,
});
const entries = (
  element: 'EmailAddresses' | 'PhoneNumbers' | 'ImAddresses',
  entryUri: string,
  keys: Readonly<Record<string, ContactProperty>>,
): ContactField => ({
  kind: 'entries',
  element,
  uri: `contacts:${element}`,
  entryUri,
  entries: Object.entries(keys).map(([key, property]) => ({ key, property })),
});
const address = (
  key: 'Home' | 'Business' | 'Other',
  properties: readonly [ContactProperty, ContactProperty, ContactProperty, ContactProperty, ContactProperty],
) => ({
  key,
  parts: (['Street', 'City', 'State', 'CountryOrRegion', 'PostalCode'] as const).map((part, index) => ({
    part,
    property: properties[index] ?? properties[0],
  })),
});
const stringInAddressSet = (id: number) => inSet('Address', id, 'String');

export const CONTACT_FIELDS: readonly ContactField[] = [
  // Lists of items show the subject; Outlook keeps it equal to the display name.
  item('copy', 'Subject', 'displayName'),
  item('sensitivity', 'Sensitivity', 'isPrivate'),
  item('body', 'Body', 'notes'),
  item('categories', 'Categories', 'categories'),
  extended('title', tagged('0x3A45', 'String')),
  extended('phoneticGivenName', stringInAddressSet(0x802c)),
  extended('phoneticSurname', stringInAddressSet(0x802d)),
  extended('phoneticCompany', stringInAddressSet(0x802e)),
  extended('businessPostOfficeBox', stringInAddressSet(0x804a)),
  extended('userField1', stringInAddressSet(0x804f)),
  extended('userField2', stringInAddressSet(0x8050)),
  extended('userField3', stringInAddressSet(0x8051)),
  extended('userField4', stringInAddressSet(0x8052)),
  text('FileAs', 'fileAs'),
  text('DisplayName', 'displayName'),
  text('GivenName', 'givenName'),
  text('Initials', 'initials'),
  text('MiddleName', 'middleName'),
  text('Nickname', 'nickName'),
  text('CompanyName', 'companyName'),
  entries('EmailAddresses', 'contacts:EmailAddress', {
    EmailAddress1: 'emailAddress1',
    EmailAddress2: 'emailAddress2',
    EmailAddress3: 'emailAddress3',
  }),
  {
    kind: 'addresses',
    element: 'PhysicalAddresses',
    uri: 'contacts:PhysicalAddresses',
    entries: [
      address('Business', [
        'businessStreet',
        'businessCity',
        'businessState',
        'businessCountry',
        'businessPostalCode',
      ]),
      address('Home', ['homeStreet', 'homeCity', 'homeState', 'homeCountry', 'homePostalCode']),
      address('Other', ['otherStreet', 'otherCity', 'otherState', 'otherCountry', 'otherPostalCode']),
    ],
  },
  entries('PhoneNumbers', 'contacts:PhoneNumber', {
    AssistantPhone: 'assistantPhone',
    BusinessFax: 'businessFax',
    BusinessPhone: 'businessPhone1',
    BusinessPhone2: 'businessPhone2',
    Callback: 'callbackPhone',
    CarPhone: 'carPhone',
    CompanyMainPhone: 'companyMainPhone',
    HomeFax: 'homeFax',
    HomePhone: 'homePhone1',
    HomePhone2: 'homePhone2',
    MobilePhone: 'mobilePhone',
    OtherFax: 'otherFax',
    OtherTelephone: 'otherPhone',
    Pager: 'pager',
    PrimaryPhone: 'primaryPhone',
    RadioPhone: 'radioPhone',
  }),
  text('AssistantName', 'assistantName'),
  { kind: 'date', element: 'Birthday', uri: 'contacts:Birthday', property: 'birthday' },
  text('BusinessHomePage', 'businessHomePage'),
  text('Department', 'department'),
  text('Generation', 'generation'),
  entries('ImAddresses', 'contacts:ImAddress', { ImAddress1: 'imAddress' }),
  text('JobTitle', 'jobTitle'),
  text('Manager', 'manager'),
  text('OfficeLocation', 'officeLocation'),
  text('Profession', 'profession'),
  text('SpouseName', 'spouseName'),
  text('Surname', 'surname'),
  {
    kind: 'date',
    element: 'WeddingAnniversary',
    uri: 'contacts:WeddingAnniversary',
    property: 'weddingAnniversary',
  },
];

/** The properties that a field holds. */
export function propertiesOf(field: ContactField): readonly ContactProperty[] {
  switch (field.kind) {
    case 'entries':
      return field.entries.map(({ property }) => property);
    case 'addresses':
      return field.entries.flatMap(({ parts }) => parts.map(({ property }) => property));
    default:
      return [field.property];
  }
}

export const EMAIL_PROPERTIES: readonly ContactProperty[] = [
  'emailAddress1',
  'emailAddress2',
  'emailAddress3',
];
