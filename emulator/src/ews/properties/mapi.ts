// Which MAPI property stands behind which value of the store. Exchange stores properties and derives every view from
// them; the emulator's store keeps contacts as Graph names their values, so this table is where both meet: what a
// client writes as property 0x3a17 is the job title, in EWS and in Graph.

export const addressSet = '{00062004-0000-0000-c000-000000000046}';
export const commonSet = '{00062008-0000-0000-c000-000000000046}';
const publicStrings = '{00020329-0000-0000-c000-000000000046}';

export const itemClassKey = 'String 0x1a';
export const subjectKey = 'String 0x37';
export const bodyKey = 'String 0x1000';
/** The body as HTML, in UTF-8. */
export const htmlKey = 'Binary 0x1013';
export const displayNameKey = 'String 0x3001';
export const sensitivityKey = 'Integer 0x36';
export const privateKey = `Boolean ${commonSet} Id 0x8506`;
export const hasPictureKey = `Boolean ${addressSet} Id 0x8015`;
export const categoriesKey = `StringArray ${publicStrings} Name Keywords`;

/** Where the store keeps the value of a property that it has a name for. */
export type Place =
  | { readonly kind: 'property'; readonly property: string }
  | { readonly kind: 'list'; readonly list: string; readonly slot: number }
  | { readonly kind: 'email'; readonly slot: number; readonly part: 'address' | 'name' }
  | { readonly kind: 'address'; readonly address: string; readonly field: string };

/** The lists whose entries are properties of their own in MAPI: the property of each slot. */
export const slotKeys: Readonly<Record<string, readonly string[]>> = {
  emailAddresses: ['0x8083', '0x8093', '0x80a3'].map((id) => `String ${addressSet} Id ${id}`),
  businessPhones: ['String 0x3a08', 'String 0x3a1b'],
  homePhones: ['String 0x3a09', 'String 0x3a2f'],
  imAddresses: [
    `String ${addressSet} Id 0x8062`,
    `String ${addressSet} Name IMAddress2`,
    `String ${addressSet} Name IMAddress3`,
  ],
};

const properties: Readonly<Record<string, string>> = {
  [bodyKey]: 'personalNotes',
  [displayNameKey]: 'displayName',
  'String 0x3a05': 'generation',
  'String 0x3a06': 'givenName',
  'String 0x3a0a': 'initials',
  'String 0x3a11': 'surname',
  'String 0x3a16': 'companyName',
  'String 0x3a17': 'jobTitle',
  'String 0x3a18': 'department',
  'String 0x3a19': 'officeLocation',
  'String 0x3a1c': 'mobilePhone',
  'String 0x3a30': 'assistantName',
  'SystemTime 0x3a42': 'birthday',
  'String 0x3a44': 'middleName',
  'String 0x3a45': 'title',
  'String 0x3a46': 'profession',
  'String 0x3a48': 'spouseName',
  'String 0x3a4e': 'manager',
  'String 0x3a4f': 'nickName',
  'String 0x3a51': 'businessHomePage',
  'StringArray 0x3a58': 'children',
  [`String ${addressSet} Id 0x8005`]: 'fileAs',
  [`String ${addressSet} Id 0x802c`]: 'yomiGivenName',
  [`String ${addressSet} Id 0x802d`]: 'yomiSurname',
  [`String ${addressSet} Id 0x802e`]: 'yomiCompanyName',
  [categoriesKey]: 'categories',
};

const named = (id: string): string => `String ${addressSet} Id ${id}`;
const addresses: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  homeAddress: {
    street: 'String 0x3a5d',
    city: 'String 0x3a59',
    state: 'String 0x3a5c',
    countryOrRegion: 'String 0x3a5a',
    postalCode: 'String 0x3a5b',
  },
  otherAddress: {
    street: 'String 0x3a63',
    city: 'String 0x3a5f',
    state: 'String 0x3a62',
    countryOrRegion: 'String 0x3a60',
    postalCode: 'String 0x3a61',
  },
  businessAddress: {
    street: named('0x8045'),
    city: named('0x8046'),
    state: named('0x8047'),
    countryOrRegion: named('0x8049'),
    postalCode: named('0x8048'),
  },
};

export const places: ReadonlyMap<string, Place> = new Map<string, Place>([
  ...Object.entries(properties).map(([key, property]): [string, Place] => [
    key,
    { kind: 'property', property },
  ]),
  ...Object.entries(slotKeys)
    .filter(([list]) => list !== 'emailAddresses')
    .flatMap(([list, keys]) => keys.map((key, slot): [string, Place] => [key, { kind: 'list', list, slot }])),
  ...['0x8083', '0x8093', '0x80a3'].map((id, slot): [string, Place] => [
    named(id),
    { kind: 'email', slot, part: 'address' },
  ]),
  ...['0x8080', '0x8090', '0x80a0'].map((id, slot): [string, Place] => [
    named(id),
    { kind: 'email', slot, part: 'name' },
  ]),
  ...Object.entries(addresses).flatMap(([address, fields]) =>
    Object.entries(fields).map(([field, key]): [string, Place] => [key, { kind: 'address', address, field }]),
  ),
]);

export function addressKey(address: string, field: string): string {
  const key = addresses[address]?.[field];
  if (key === undefined) throw new Error(`no property for ${field} of ${address}`);
  return key;
}

/** Display name, original display name and routing type of the e-mail entries. */
export const emailPartKeys = {
  names: ['0x8080', '0x8090', '0x80a0'].map(named),
  originalNames: ['0x8084', '0x8094', '0x80a4'].map(named),
  routingTypes: ['0x8082', '0x8092', '0x80a2'].map(named),
};

/** What Exchange computes; a client's write of it is refused. */
export const readOnlyKeys: readonly string[] = [
  'SystemTime 0x3007',
  'SystemTime 0x3008',
  'Integer 0xe08',
  'Integer 0xe23',
  'Boolean 0xe1b',
  'Binary 0xfff',
  'SystemTime 0x670a',
  'Integer 0x3602',
  'Integer 0x3603',
  'Integer 0x6638',
  'Boolean 0x360a',
];
