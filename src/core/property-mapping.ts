// Which source attributes feed which contact property when the policy has no rule of its own, as data. Properties that
// are not in the table are left alone unless a rule gives them a value.

import { ATTRIBUTE_OF } from '../model/attribute-of-property.ts';
import type { ContactProperty } from '../model/contact.ts';
import type { SourcePart } from '../model/policy.ts';
import type { SourceAttribute } from '../model/source-object.ts';

export interface SlotGroup {
  readonly attribute: SourceAttribute;
  /** Filled in this order. */
  readonly slots: readonly ContactProperty[];
}

const PLACES = Object.entries(ATTRIBUTE_OF) as readonly (readonly [ContactProperty, SourceAttribute])[];

/** Attributes with several values, spread over the slots a contact has for them (hard-parts 14). */
export const SLOT_GROUPS: readonly SlotGroup[] = (
  [
    'emailAddresses',
    'businessPhones',
    'homePhones',
    'mobilePhones',
    'businessFax',
    'homeFax',
    'otherFax',
    'pager',
    'assistantPhone',
    'otherPhones',
    'primaryPhone',
    'carPhone',
    'radioPhone',
    'callbackPhone',
    'companyMainPhone',
  ] as const
).map((attribute) => ({
  attribute,
  slots: PLACES.flatMap(([property, of]) => (of === attribute ? [property] : [])),
}));

const slotOwners = new Map<ContactProperty, SlotGroup>(
  SLOT_GROUPS.flatMap((group) => group.slots.map((slot) => [slot, group] as const)),
);

/** Names and categories come from the policy as well, and so does the private flag. */
const HAVE_THEIR_OWN_WAY: ReadonlySet<ContactProperty> = new Set([
  'displayName',
  'fileAs',
  'categories',
  'isPrivate',
]);

/** Take the first value of the attribute. */
export const SINGLE_SOURCE_LIST = PLACES.filter(
  ([property]) => !slotOwners.has(property) && !HAVE_THEIR_OWN_WAY.has(property),
);

const singles: ReadonlyMap<ContactProperty, SourceAttribute> = new Map(SINGLE_SOURCE_LIST);

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
  return singles.get(property) ?? slotOwners.get(property)?.attribute;
}
