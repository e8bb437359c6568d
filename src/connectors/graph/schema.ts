// Where each contact property lies in Graph: in a property of the v1.0 `contact`, in a place of one of its lists or
// addresses, or in a MAPI property for what v1.0 lacks (fax, pager, sensitivity, user fields…).
// https://learn.microsoft.com/graph/api/resources/contact · MS-OXPROPS for the tags

import type { ContactProperty } from '../../model/contact.ts';
import { FIELDS_PROPERTY, IDENTITY_PROPERTY } from './ownership-properties.ts';

export type AddressField = 'street' | 'city' | 'state' | 'postalCode' | 'countryOrRegion';
export type AddressName = 'businessAddress' | 'homeAddress' | 'otherAddress';
export type ListName = 'businessPhones' | 'homePhones' | 'imAddresses';

/** Properties with the same `group` are stored as one value: whoever writes one of them writes them all. */
export type Slot =
  | { readonly kind: 'text'; readonly name: string }
  | { readonly kind: 'list'; readonly group: ListName }
  | { readonly kind: 'email'; readonly group: 'emailAddresses' }
  | { readonly kind: 'address'; readonly group: AddressName; readonly field: AddressField }
  | { readonly kind: 'date'; readonly name: string }
  | { readonly kind: 'categories' }
  /** `key` is the id as `normalizedId` spells it. */
  | { readonly kind: 'extendedText' | 'extendedDate'; readonly id: string; readonly key: string }
  | { readonly kind: 'sensitivity' };

export const ADDRESS_SET = '{00062004-0000-0000-C000-000000000046}';

export const SENSITIVITY = 'Integer 0x0036';
/** The box "Private" in Outlook; it goes together with the sensitivity. */
export const PRIVATE_BOX = 'Boolean {00062008-0000-0000-C000-000000000046} Id 0x8506';

const text = (name: string): Slot => ({ kind: 'text', name });
const list = (group: ListName): Slot => ({ kind: 'list', group });
const email: Slot = { kind: 'email', group: 'emailAddresses' };
const address = (group: AddressName, field: AddressField): Slot => ({ kind: 'address', group, field });
const extended = (kind: 'extendedText' | 'extendedDate', id: string): Slot => ({
  kind,
  id,
  key: normalizedId(id),
});
const tag = (hex: string) => extended('extendedText', `String 0x${hex}`);
const addressSet = (hex: string) => extended('extendedText', `String ${ADDRESS_SET} Id 0x${hex}`);

/** Within a list the order of this table is the order of the places. */
export const SLOTS = {
  displayName: text('displayName'),
  fileAs: text('fileAs'),
  title: text('title'),
  givenName: text('givenName'),
  middleName: text('middleName'),
  surname: text('surname'),
  generation: text('generation'),
  initials: text('initials'),
  nickName: text('nickName'),
  phoneticGivenName: text('yomiGivenName'),
  phoneticSurname: text('yomiSurname'),
  phoneticCompany: text('yomiCompanyName'),
  companyName: text('companyName'),
  department: text('department'),
  jobTitle: text('jobTitle'),
  profession: text('profession'),
  officeLocation: text('officeLocation'),
  manager: text('manager'),
  assistantName: text('assistantName'),
  spouseName: text('spouseName'),
  emailAddress1: email,
  emailAddress2: email,
  emailAddress3: email,
  imAddress: list('imAddresses'),
  businessPhone1: list('businessPhones'),
  businessPhone2: list('businessPhones'),
  homePhone1: list('homePhones'),
  homePhone2: list('homePhones'),
  mobilePhone: text('mobilePhone'),
  businessFax: tag('3A24'),
  homeFax: tag('3A25'),
  otherFax: tag('3A23'),
  pager: tag('3A21'),
  primaryPhone: tag('3A1A'),
  carPhone: tag('3A1E'),
  radioPhone: tag('3A1D'),
  otherPhone: tag('3A1F'),
  callbackPhone: tag('3A02'),
  assistantPhone: tag('3A2E'),
  companyMainPhone: tag('3A57'),
  businessStreet: address('businessAddress', 'street'),
  businessPostOfficeBox: addressSet('804A'),
  businessCity: address('businessAddress', 'city'),
  businessState: address('businessAddress', 'state'),
  businessPostalCode: address('businessAddress', 'postalCode'),
  businessCountry: address('businessAddress', 'countryOrRegion'),
  homeStreet: address('homeAddress', 'street'),
  homeCity: address('homeAddress', 'city'),
  homeState: address('homeAddress', 'state'),
  homePostalCode: address('homeAddress', 'postalCode'),
  homeCountry: address('homeAddress', 'countryOrRegion'),
  otherStreet: address('otherAddress', 'street'),
  otherCity: address('otherAddress', 'city'),
  otherState: address('otherAddress', 'state'),
  otherPostalCode: address('otherAddress', 'postalCode'),
  otherCountry: address('otherAddress', 'countryOrRegion'),
  businessHomePage: text('businessHomePage'),
  notes: text('personalNotes'),
  birthday: { kind: 'date', name: 'birthday' },
  weddingAnniversary: extended('extendedDate', 'SystemTime 0x3A41'),
  categories: { kind: 'categories' },
  isPrivate: { kind: 'sensitivity' },
  userField1: addressSet('804F'),
  userField2: addressSet('8050'),
  userField3: addressSet('8051'),
  userField4: addressSet('8052'),
} as const satisfies Record<ContactProperty, Slot>;

export function slotOf(property: ContactProperty): Slot {
  return SLOTS[property];
}

/** A picture, any attachment, a follow-up flag (MS-OXPROPS): what v1.0 does not show. */
export const HAS_PICTURE = `Boolean ${ADDRESS_SET} Id 0x8015`;
export const HAS_ATTACHMENTS = 'Boolean 0x0E1B';
export const SIGNS_OF_MORE_DATA = [HAS_ATTACHMENTS, 'Integer 0x1090'] as const;

const mapiIds = Object.values<Slot>(SLOTS).flatMap((slot) =>
  slot.kind === 'extendedText' || slot.kind === 'extendedDate' ? [slot.id] : [],
);

/** The $expand that brings the mark alone, and the one that brings everything v1.0 keeps in MAPI properties. */
export const EXPAND_IDENTITY = expandOf([IDENTITY_PROPERTY]);
export const EXPAND_MARK = expandOf([IDENTITY_PROPERTY, FIELDS_PROPERTY]);
export const EXPAND_ALL = expandOf([
  IDENTITY_PROPERTY,
  FIELDS_PROPERTY,
  SENSITIVITY,
  ...mapiIds,
  HAS_PICTURE,
  ...SIGNS_OF_MORE_DATA,
]);

/** PidTagSearchKey: who a contact item is, the same through every protocol. */
export const SEARCH_KEY = 'Binary 0x300B';
export const EXPAND_SOURCE = expandOf([SEARCH_KEY, IDENTITY_PROPERTY, SENSITIVITY, HAS_PICTURE, ...mapiIds]);

/** `lists`: of properties with several values. */
export function expandOf(ids: readonly string[], lists: readonly string[] = []): string {
  const filterOf = (wanted: readonly string[]) => wanted.map((id) => `id eq '${id}'`).join(' or ');
  const single = `singleValueExtendedProperties($filter=${filterOf(ids)})`;
  const several = `multiValueExtendedProperties($filter=${filterOf(lists)})`;
  return `$expand=${encodeURIComponent(lists.length === 0 ? single : `${single},${several}`)}`;
}

/** Answers spell hex and GUIDs in another way than requests do (0x0036, 0x36); only the part after `Name` is kept. */
export function normalizedId(id: string): string {
  const at = id.indexOf(' Name ');
  const head = (at < 0 ? id : id.slice(0, at)).toLowerCase().replace(/ 0x0+(?=[0-9a-f])/g, ' 0x');
  return at < 0 ? head : `${head}${id.slice(at)}`;
}
