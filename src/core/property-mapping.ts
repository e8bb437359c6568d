// Which source attributes feed which contact property when the policy has no rule of its own, as data. Properties that
// are not in the table are left alone unless a rule gives them a value.

import type { ContactProperty } from '../model/contact.ts';
import type { SourcePart } from '../model/policy.ts';
import type { SourceAttribute } from '../model/source-object.ts';

/** Take the first value of the attribute. */
const SINGLE_SOURCES = {
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
  officeLocation: 'office',
  manager: 'manager',
  assistantName: 'assistant',
  profession: 'profession',
  spouseName: 'spouse',
  imAddress: 'imAddresses',
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
  userField1: 'userField1',
  userField2: 'userField2',
  userField3: 'userField3',
  userField4: 'userField4',
} as const satisfies Partial<Record<ContactProperty, SourceAttribute>>;

export const SINGLE_SOURCE_LIST = Object.entries(SINGLE_SOURCES) as readonly (readonly [
  keyof typeof SINGLE_SOURCES,
  SourceAttribute,
])[];

export interface SlotGroup {
  readonly attribute: SourceAttribute;
  /** Filled in this order. */
  readonly slots: readonly ContactProperty[];
}

/** Attributes with several values, spread over the slots a contact has for them (hard-parts 14). */
export const SLOT_GROUPS: readonly SlotGroup[] = [
  { attribute: 'emailAddresses', slots: ['emailAddress1', 'emailAddress2', 'emailAddress3'] },
  { attribute: 'businessPhones', slots: ['businessPhone1', 'businessPhone2'] },
  { attribute: 'homePhones', slots: ['homePhone1', 'homePhone2'] },
  { attribute: 'mobilePhones', slots: ['mobilePhone'] },
  { attribute: 'businessFax', slots: ['businessFax'] },
  { attribute: 'homeFax', slots: ['homeFax'] },
  { attribute: 'otherFax', slots: ['otherFax'] },
  { attribute: 'pager', slots: ['pager'] },
  { attribute: 'assistantPhone', slots: ['assistantPhone'] },
  { attribute: 'otherPhones', slots: ['otherPhone'] },
  { attribute: 'primaryPhone', slots: ['primaryPhone'] },
  { attribute: 'carPhone', slots: ['carPhone'] },
  { attribute: 'radioPhone', slots: ['radioPhone'] },
  { attribute: 'callbackPhone', slots: ['callbackPhone'] },
  { attribute: 'companyMainPhone', slots: ['companyMainPhone'] },
];

const slotOwners = new Map<ContactProperty, SlotGroup>(
  SLOT_GROUPS.flatMap((group) => group.slots.map((slot) => [slot, group] as const)),
);

/** What directories do not know: of their policies these are the user's to fill in. */
const ONLY_OF_ITEMS: ReadonlySet<ContactProperty> = new Set([
  'profession',
  'spouseName',
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
  'userField1',
  'userField2',
  'userField3',
  'userField4',
]);

/** The attribute that feeds the property by default; categories and the private flag come from the policy as well. */
export function usualSource(
  property: ContactProperty,
  type: SourcePart['type'],
): SourceAttribute | undefined {
  if (type !== 'sharedMailbox' && type !== 'publicFolder' && ONLY_OF_ITEMS.has(property)) return undefined;
  const singles: Partial<Record<ContactProperty, SourceAttribute>> = SINGLE_SOURCES;
  return singles[property] ?? slotOwners.get(property)?.attribute;
}
