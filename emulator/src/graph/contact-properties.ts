// The properties of the v1.0 `contact` (CSDL of microsoftgraph/msgraph-metadata, August 2026): their types, and the
// check of a POST or PATCH body against them. What the type does not know is refused by name.
import { isObject, type Json } from './call.ts';
import { readExtendedProperties, readMultiValueProperties } from './extended-properties.ts';
import { GraphError, notEmulated } from './graph-error.ts';

export type ContactPropertyType = 'text' | 'texts' | 'date' | 'address' | 'emails' | 'email' | 'name';

/** In the order in which the service shows them. */
export const contactProperties: Readonly<Record<string, ContactPropertyType>> = {
  categories: 'texts',
  birthday: 'date',
  fileAs: 'text',
  displayName: 'text',
  givenName: 'text',
  initials: 'text',
  middleName: 'text',
  nickName: 'text',
  surname: 'text',
  title: 'text',
  yomiGivenName: 'text',
  yomiSurname: 'text',
  yomiCompanyName: 'text',
  generation: 'text',
  imAddresses: 'texts',
  jobTitle: 'text',
  companyName: 'text',
  department: 'text',
  officeLocation: 'text',
  profession: 'text',
  businessHomePage: 'text',
  assistantName: 'text',
  manager: 'text',
  homePhones: 'texts',
  mobilePhone: 'text',
  businessPhones: 'texts',
  spouseName: 'text',
  personalNotes: 'text',
  children: 'texts',
  emailAddresses: 'emails',
  primaryEmailAddress: 'email',
  secondaryEmailAddress: 'email',
  tertiaryEmailAddress: 'email',
  homeAddress: 'address',
  businessAddress: 'address',
  otherAddress: 'address',
};

export function contactPropertyType(name: string): ContactPropertyType | undefined {
  return Object.hasOwn(contactProperties, name) ? contactProperties[name] : undefined;
}

export const readOnlyContactProperties: readonly string[] = [
  'id',
  'changeKey',
  'createdDateTime',
  'lastModifiedDateTime',
  'parentFolderId',
];

export const emailSlots: readonly string[] = [
  'primaryEmailAddress',
  'secondaryEmailAddress',
  'tertiaryEmailAddress',
];

const mostValues: Readonly<Record<string, number>> = { emailAddresses: 3, businessPhones: 2, homePhones: 2 };
const addressFields = ['street', 'city', 'state', 'postalCode', 'countryOrRegion'];

export interface ContactBody {
  readonly properties: Json;
  readonly extendedProperties: ReadonlyMap<string, string>;
}

export function readContactBody(body: Json): ContactBody {
  const properties: Json = {};
  let extendedProperties: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of Object.entries(body)) {
    const type = contactPropertyType(name);
    if (type !== undefined) properties[name] = checked(name, type, value);
    else if (name === 'singleValueExtendedProperties')
      extendedProperties = new Map([...extendedProperties, ...readExtendedProperties(value)]);
    else if (name === 'multiValueExtendedProperties')
      extendedProperties = new Map([...extendedProperties, ...readMultiValueProperties(value)]);
    else if (name === '@odata.type') requireContactType(value);
    else if (name === 'extensions' || name === 'photo') throw notEmulated(`writing '${name}' of a contact`);
    else if (readOnlyContactProperties.includes(name))
      throw new GraphError(
        400,
        'ErrorInvalidPropertySet',
        `The property '${name}' is read-only and cannot be set.`,
      );
    else throw unknownProperty(name, 'Contact');
  }
  refuseTwoSpellings(properties);
  return { properties, extendedProperties };
}

export function unknownProperty(name: string, type: string): GraphError {
  return new GraphError(
    400,
    'RequestBodyRead',
    `The property '${name}' does not exist on type 'Microsoft.OutlookServices.${type}'. Make sure to only use property names that are defined by the type.`,
  );
}

export function wrongType(name: string, wanted: string): GraphError {
  return new GraphError(
    400,
    'RequestBodyRead',
    `An unexpected value was found for property '${name}': ${wanted} was expected.`,
  );
}

function requireContactType(value: unknown): void {
  if (value !== '#microsoft.graph.contact' && value !== 'microsoft.graph.contact')
    throw wrongType('@odata.type', "'#microsoft.graph.contact'");
}

// The array and the slots are two spellings of one list.
function refuseTwoSpellings(properties: Json): void {
  const slot = emailSlots.find((name) => name in properties);
  if (slot !== undefined && 'emailAddresses' in properties)
    throw new GraphError(
      400,
      'ErrorInvalidRequest',
      `'emailAddresses' and '${slot}' cannot be written in one request.`,
    );
}

function checked(name: string, type: ContactPropertyType, value: unknown): unknown {
  if (type === 'texts' || type === 'emails') {
    if (!Array.isArray(value)) throw wrongType(name, 'an array');
    refuseTooMany(name, value.length);
    return value.map((entry) => (type === 'emails' ? checkedEmail(name, entry) : checkedText(name, entry)));
  }
  if (value === null) return null;
  if (type === 'email') return checkedEmail(name, value);
  if (type === 'address') return checkedFields(name, value, addressFields, 'PhysicalAddress');
  if (type === 'date') {
    if (
      typeof value !== 'string' ||
      !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(value)
    )
      throw wrongType(name, 'a date with time and offset');
    return value;
  }
  return checkedText(name, value);
}

// The text is that of the service (public issues microsoft-graph-docs 15276, docs-contrib 560).
function refuseTooMany(name: string, count: number): void {
  const most = mostValues[name];
  if (most !== undefined && count > most)
    throw new GraphError(
      400,
      'ErrorInvalidRequest',
      `The multi value property ${name.charAt(0).toUpperCase()}${name.slice(1)} has ${count} entries, that exceeds the max allowed value of ${most}.`,
    );
}

function checkedText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name, 'a string');
  return value;
}

function checkedEmail(name: string, value: unknown): Json {
  const email = checkedFields(name, value, ['name', 'address'], 'EmailAddress');
  const { address } = email;
  // Refused or dropped by the service; refused here, so that no client relies on either.
  if (typeof address !== 'string' || address.trim() === '')
    throw new GraphError(400, 'ErrorInvalidRequest', `An entry of '${name}' has no address.`);
  return email;
}

function checkedFields(name: string, value: unknown, fields: readonly string[], type: string): Json {
  if (!isObject(value)) throw wrongType(name, 'an object');
  for (const [field, text] of Object.entries(value)) {
    if (!fields.includes(field)) throw unknownProperty(field, type);
    if (text !== null && typeof text !== 'string') throw wrongType(`${name}/${field}`, 'a string');
  }
  return value;
}
