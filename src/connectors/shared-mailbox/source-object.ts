// A contact item as a source object: the properties of a contact under the neutral names of attributes.

import type { ContactProperties, ContactProperty } from '../../model/contact.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import type { SourceAttribute, SourceObject } from '../../model/source-object.ts';
import type { SourceItem } from '../../ports/contact-folders.ts';

/** Properties of one attribute stand in the order of its values. */
const ATTRIBUTES = {
  displayName: 'displayName',
  fileAs: 'fileAs',
  title: 'title',
  givenName: 'givenName',
  middleName: 'middleName',
  surname: 'surname',
  generation: 'generation',
  initials: 'initials',
  nickName: 'nickName',
  phoneticGivenName: 'phoneticGivenName',
  phoneticSurname: 'phoneticSurname',
  phoneticCompany: 'phoneticCompany',
  companyName: 'company',
  department: 'department',
  jobTitle: 'jobTitle',
  profession: 'profession',
  officeLocation: 'office',
  manager: 'manager',
  assistantName: 'assistant',
  spouseName: 'spouse',
  emailAddress1: 'emailAddresses',
  emailAddress2: 'emailAddresses',
  emailAddress3: 'emailAddresses',
  imAddress: 'imAddresses',
  businessPhone1: 'businessPhones',
  businessPhone2: 'businessPhones',
  homePhone1: 'homePhones',
  homePhone2: 'homePhones',
  mobilePhone: 'mobilePhones',
  businessFax: 'businessFax',
  homeFax: 'homeFax',
  otherFax: 'otherFax',
  pager: 'pager',
  primaryPhone: 'primaryPhone',
  carPhone: 'carPhone',
  radioPhone: 'radioPhone',
  otherPhone: 'otherPhones',
  callbackPhone: 'callbackPhone',
  assistantPhone: 'assistantPhone',
  companyMainPhone: 'companyMainPhone',
  businessStreet: 'street',
  businessPostOfficeBox: 'postOfficeBox',
  businessCity: 'city',
  businessState: 'state',
  businessPostalCode: 'postalCode',
  businessCountry: 'country',
  homeStreet: 'homeStreet',
  homeCity: 'homeCity',
  homeState: 'homeState',
  homePostalCode: 'homePostalCode',
  homeCountry: 'homeCountry',
  otherStreet: 'otherStreet',
  otherCity: 'otherCity',
  otherState: 'otherState',
  otherPostalCode: 'otherPostalCode',
  otherCountry: 'otherCountry',
  businessHomePage: 'webPage',
  notes: 'notes',
  birthday: 'birthday',
  weddingAnniversary: 'weddingAnniversary',
  categories: 'categories',
  isPrivate: 'isPrivate',
  userField1: 'userField1',
  userField2: 'userField2',
  userField3: 'userField3',
  userField4: 'userField4',
} as const satisfies Record<ContactProperty, SourceAttribute>;

const PLACES = Object.entries(ATTRIBUTES) as readonly (readonly [ContactProperty, SourceAttribute])[];

export function sourceObjectOf(id: SourceObjectId, { kind, properties }: SourceItem): SourceObject {
  return {
    id,
    kind: kind === 'contact' ? 'contactItem' : 'contactList',
    attributes: attributesOf(properties),
    isHidden: false,
    isDisabled: false,
    isGuest: false,
  };
}

function attributesOf(properties: ContactProperties): SourceObject['attributes'] {
  const attributes: Partial<Record<SourceAttribute, string[]>> = {};
  for (const [property, attribute] of PLACES) {
    const values = valuesOf(property, properties[property] ?? '');
    if (values.length > 0) attributes[attribute] = [...(attributes[attribute] ?? []), ...values];
  }
  return attributes;
}

function valuesOf(property: ContactProperty, text: string): readonly string[] {
  const values = property === 'categories' ? text.split(';').map((name) => name.trim()) : [text];
  return values.filter((value) => value.trim() !== '');
}
