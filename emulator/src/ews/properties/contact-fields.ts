// The typed elements of a contact in the order of the schema: which property each shows, how, and whether a client may
// write it. Writing, reading and the paths of fields all go by this table.

import { addressKeys, emailKeys, fileAsMappings, imKeys, phoneKeys } from '../schema/items.ts';
import {
  addressKey,
  addressSet,
  categoriesKey,
  commonSet,
  displayNameKey,
  hasPictureKey,
  itemClassKey,
  sensitivityKey,
  slotKeys,
  subjectKey,
} from './mapi.ts';

export type FieldShape =
  | { readonly kind: 'text'; readonly key: string }
  | { readonly kind: 'texts'; readonly key: string }
  | { readonly kind: 'time'; readonly key: string }
  | {
      readonly kind: 'choice';
      readonly key: string;
      readonly names: readonly string[];
      readonly usual?: string;
    }
  | { readonly kind: 'body' }
  /** By the entry's key: the property behind it. */
  | { readonly kind: 'entries'; readonly keys: Readonly<Record<string, string>> }
  | { readonly kind: 'emails' }
  | { readonly kind: 'addresses' }
  | { readonly kind: 'boolean'; readonly key: string }
  | { readonly kind: 'number'; readonly key: string }
  | { readonly kind: 'completeName' }
  | { readonly kind: 'parentFolder' }
  | { readonly kind: 'attachments' }
  /** In the schema, but nothing a contact here ever has. */
  | { readonly kind: 'absent' };

export interface Field {
  /** Without prefix. */
  readonly element: string;
  readonly uri: string;
  readonly shape: FieldShape;
  readonly isReadOnly: boolean;
}

const phoneProperties: Readonly<Record<string, string>> = {
  AssistantPhone: 'String 0x3a2e',
  BusinessFax: 'String 0x3a24',
  BusinessPhone: 'String 0x3a08',
  BusinessPhone2: 'String 0x3a1b',
  Callback: 'String 0x3a02',
  CarPhone: 'String 0x3a1e',
  CompanyMainPhone: 'String 0x3a57',
  HomeFax: 'String 0x3a25',
  HomePhone: 'String 0x3a09',
  HomePhone2: 'String 0x3a2f',
  Isdn: 'String 0x3a2d',
  MobilePhone: 'String 0x3a1c',
  OtherFax: 'String 0x3a23',
  OtherTelephone: 'String 0x3a1f',
  Pager: 'String 0x3a21',
  PrimaryPhone: 'String 0x3a1a',
  RadioPhone: 'String 0x3a1d',
  Telex: 'String 0x3a2c',
  TtyTddPhone: 'String 0x3a4b',
};

const entryKeys = (keys: readonly string[], properties: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key, index) => [key, properties[index] ?? '']));

const item = (element: string, shape: FieldShape, isReadOnly = false): Field => ({
  element,
  uri: `item:${element}`,
  shape,
  isReadOnly,
});
const contact = (element: string, shape: FieldShape, isReadOnly = false): Field => ({
  element,
  uri: `contacts:${element}`,
  shape,
  isReadOnly,
});
const text = (key: string): FieldShape => ({ kind: 'text', key });
const never = (...elements: readonly string[]): Field[] =>
  elements.map((element) => item(element, { kind: 'absent' }, true));

/** Those before the extended properties, which the schema puts in the middle of the item. */
export const fieldsBeforeExtended: readonly Field[] = [
  ...never('MimeContent'),
  item('ParentFolderId', { kind: 'parentFolder' }, true),
  item('ItemClass', text(itemClassKey)),
  item('Subject', text(subjectKey)),
  item('Sensitivity', {
    kind: 'choice',
    key: sensitivityKey,
    names: ['Normal', 'Personal', 'Private', 'Confidential'],
    usual: 'Normal',
  }),
  item('Body', { kind: 'body' }),
  item('Attachments', { kind: 'attachments' }, true),
  item('DateTimeReceived', { kind: 'time', key: 'SystemTime 0x3007' }, true),
  item('Size', { kind: 'number', key: 'Integer 0xe08' }, true),
  item('Categories', { kind: 'texts', key: categoriesKey }),
  item('Importance', {
    kind: 'choice',
    key: 'Integer 0x17',
    names: ['Low', 'Normal', 'High'],
    usual: 'Normal',
  }),
  ...never('InReplyTo', 'IsSubmitted', 'IsDraft', 'IsFromMe', 'IsResend', 'IsUnmodified'),
  ...never('InternetMessageHeaders'),
  item('DateTimeSent', { kind: 'time', key: 'SystemTime 0x3007' }, true),
  item('DateTimeCreated', { kind: 'time', key: 'SystemTime 0x3007' }, true),
  ...never('ResponseObjects', 'ReminderDueBy', 'ReminderIsSet', 'ReminderNextTime'),
  ...never('ReminderMinutesBeforeStart', 'DisplayCc', 'DisplayTo', 'DisplayBcc'),
  item('HasAttachments', { kind: 'boolean', key: 'Boolean 0xe1b' }, true),
];

export const fieldsAfterExtended: readonly Field[] = [
  ...never('Culture', 'EffectiveRights', 'LastModifiedName'),
  item('LastModifiedTime', { kind: 'time', key: 'SystemTime 0x3008' }, true),
  ...never('IsAssociated', 'WebClientReadFormQueryString', 'WebClientEditFormQueryString', 'ConversationId'),
  ...never('UniqueBody', 'Flag', 'StoreEntryId', 'InstanceKey', 'Preview', 'EntityExtractionResult'),
  contact('FileAs', text(`String ${addressSet} Id 0x8005`)),
  contact('FileAsMapping', {
    kind: 'choice',
    key: `Integer ${addressSet} Id 0x8006`,
    names: fileAsMappings,
    usual: 'None',
  }),
  contact('DisplayName', text(displayNameKey)),
  contact('GivenName', text('String 0x3a06')),
  contact('Initials', text('String 0x3a0a')),
  contact('MiddleName', text('String 0x3a44')),
  contact('Nickname', text('String 0x3a4f')),
  contact('CompleteName', { kind: 'completeName' }, true),
  contact('CompanyName', text('String 0x3a16')),
  contact('EmailAddresses', { kind: 'emails' }),
  contact('PhysicalAddresses', { kind: 'addresses' }),
  contact('PhoneNumbers', {
    kind: 'entries',
    keys: entryKeys(
      phoneKeys,
      phoneKeys.map((key) => phoneProperties[key] ?? ''),
    ),
  }),
  contact('AssistantName', text('String 0x3a30')),
  contact('Birthday', { kind: 'time', key: 'SystemTime 0x3a42' }),
  contact('BusinessHomePage', text('String 0x3a51')),
  contact('Children', { kind: 'texts', key: 'StringArray 0x3a58' }),
  contact('Companies', { kind: 'texts', key: `StringArray ${commonSet} Id 0x8539` }),
  contact('ContactSource', { kind: 'absent' }, true),
  contact('Department', text('String 0x3a18')),
  contact('Generation', text('String 0x3a05')),
  contact('ImAddresses', { kind: 'entries', keys: entryKeys(imKeys, slotKeys['imAddresses'] ?? []) }),
  contact('JobTitle', text('String 0x3a17')),
  contact('Manager', text('String 0x3a4e')),
  contact('Mileage', text(`String ${commonSet} Id 0x8534`)),
  contact('OfficeLocation', text('String 0x3a19')),
  contact('PostalAddressIndex', {
    kind: 'choice',
    key: `Integer ${addressSet} Id 0x8022`,
    names: ['None', 'Home', 'Business', 'Other'],
    usual: 'None',
  }),
  contact('Profession', text('String 0x3a46')),
  contact('SpouseName', text('String 0x3a48')),
  contact('Surname', text('String 0x3a11')),
  contact('WeddingAnniversary', { kind: 'time', key: 'SystemTime 0x3a41' }),
  contact('HasPicture', { kind: 'boolean', key: hasPictureKey }, true),
  ...['PhoneticFullName', 'PhoneticFirstName', 'PhoneticLastName', 'Alias', 'Notes', 'Photo'].map((element) =>
    contact(element, { kind: 'absent' }, true),
  ),
];

export const fields: readonly Field[] = [...fieldsBeforeExtended, ...fieldsAfterExtended];
export const fieldsByUri: ReadonlyMap<string, Field> = new Map(fields.map((field) => [field.uri, field]));
export const fieldsByElement: ReadonlyMap<string, Field> = new Map(
  fields.map((field) => [`t:${field.element}`, field]),
);

export const emailEntryKeys: readonly string[] = emailKeys;
export const addressParts = ['Street', 'City', 'State', 'CountryOrRegion', 'PostalCode'] as const;
const storedParts: Readonly<Record<string, string>> = {
  Street: 'street',
  City: 'city',
  State: 'state',
  CountryOrRegion: 'countryOrRegion',
  PostalCode: 'postalCode',
};
const storedAddresses: Readonly<Record<string, string>> = {
  Home: 'homeAddress',
  Business: 'businessAddress',
  Other: 'otherAddress',
};

export const addressEntryKeys: readonly string[] = addressKeys;

export function addressPartKey(address: string, part: string): string {
  return addressKey(storedAddresses[address] ?? address, storedParts[part] ?? part);
}
