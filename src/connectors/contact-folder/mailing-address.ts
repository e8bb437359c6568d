// Which address of a contact is the one for letters, and its parts once more as MAPI keeps them for that: Outlook shows
// this address on the business card, and without it none until somebody opens and saves the contact. EWS and Graph write
// the addresses alone. https://learn.microsoft.com/office/client-developer/outlook/mapi/pidlidpostaladdressid-canonical-property

import type { ContactProperties, ContactProperty } from '../../model/contact.ts';

/** By tag, or in the property set of addresses by long id. */
export type MailingPlace =
  | { readonly tag: number; readonly type: 'String' }
  | { readonly id: number; readonly type: 'String' | 'Integer' };

export interface MailingValue {
  readonly place: MailingPlace;
  /** '': none. */
  readonly value: string;
}

type Parts = readonly [
  street: ContactProperty,
  city: ContactProperty,
  state: ContactProperty,
  postalCode: ContactProperty,
  country: ContactProperty,
];

/** In the order in which one is chosen. `code` is the value of PidLidPostalAddressId, `whole` the address in one text. */
const ADDRESSES: readonly { readonly code: number; readonly whole: number; readonly parts: Parts }[] = [
  {
    code: 2,
    whole: 0x801b,
    parts: ['businessStreet', 'businessCity', 'businessState', 'businessPostalCode', 'businessCountry'],
  },
  {
    code: 1,
    whole: 0x801a,
    parts: ['homeStreet', 'homeCity', 'homeState', 'homePostalCode', 'homeCountry'],
  },
  {
    code: 3,
    whole: 0x801c,
    parts: ['otherStreet', 'otherCity', 'otherState', 'otherPostalCode', 'otherCountry'],
  },
];

const WHICH = 0x8022;
const WHOLE = 0x3a15;
/** PidTagStreetAddress, Locality, StateOrProvince, PostalCode, Country: the order of `Parts`. */
const PART_TAGS = [0x3a29, 0x3a27, 0x3a28, 0x3a2a, 0x3a26] as const;

const CONCERNED: ReadonlySet<ContactProperty> = new Set(ADDRESSES.flatMap(({ parts }) => parts));

/** Whether writing these properties may change the address for letters. */
export function concernsAddress(properties: Iterable<ContactProperty>): boolean {
  return [...properties].some((property) => CONCERNED.has(property));
}

/** Every place, so that what an earlier address left behind goes. */
export function mailingAddress(properties: ContactProperties): readonly MailingValue[] {
  const textOf = (property: ContactProperty): string => properties[property] ?? '';
  const chosen = ADDRESSES.find(({ parts }) => parts.some((part) => textOf(part) !== ''));
  const parts = (chosen?.parts ?? []).map(textOf);
  const [street = '', city = '', state = '', postalCode = '', country = ''] = parts;
  const place = [postalCode, city].filter((part) => part !== '').join(' ');
  const whole = [street, place, state, country].filter((line) => line !== '').join('\r\n');
  return [
    { place: { id: WHICH, type: 'Integer' }, value: String(chosen?.code ?? 0) },
    ...PART_TAGS.map((tag, at) => ({ place: { tag, type: 'String' } as const, value: parts[at] ?? '' })),
    { place: { tag: WHOLE, type: 'String' }, value: whole },
    ...ADDRESSES.filter(({ whole: id }) => id === chosen?.whole).map(({ whole: id }) => ({
      place: { id, type: 'String' } as const,
      value: whole,
    })),
  ];
}
