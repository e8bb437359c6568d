// The order is that of the schema (Exchange SE, types.xsd: ItemType, ContactItemType); a wrong one is refused as a whole.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullPerson } from '../../../test/contract/sample.ts';
import { holds } from '../../../test/properties/check-law.ts';
import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
} from '../../model/contact.ts';
import { CONTACT_FIELDS, propertiesOf } from './contact-fields.ts';
import { otherDataOf, readContact } from './contact-reader.ts';
import { contactUpdates, newContact } from './contact-writer.ts';
import { withoutIllegalCharacters } from './legal-characters.ts';
import { FIELDS_PROPERTY, IDENTITY_PROPERTY } from './mapi-property.ts';
import { MESSAGES_NS, SOAP_NS, TYPES_NS } from './namespaces.ts';
import { readSoap } from './soap-reader.ts';
import { childOf, type XmlElement } from './xml-element.ts';
import { element, type Xml } from './xml-writer.ts';

const SCHEMA_ORDER = [
  ...[
    'MimeContent',
    'ItemId',
    'ParentFolderId',
    'ItemClass',
    'Subject',
    'Sensitivity',
    'Body',
    'Attachments',
  ],
  ...[
    'DateTimeReceived',
    'Size',
    'Categories',
    'Importance',
    'InReplyTo',
    'DateTimeCreated',
    'HasAttachments',
  ],
  ...[
    'ExtendedProperty',
    'Culture',
    'LastModifiedTime',
    'FileAs',
    'FileAsMapping',
    'DisplayName',
    'GivenName',
  ],
  ...['Initials', 'MiddleName', 'Nickname', 'CompleteName', 'CompanyName', 'EmailAddresses'],
  ...[
    'AbchEmailAddresses',
    'PhysicalAddresses',
    'PhoneNumbers',
    'AssistantName',
    'Birthday',
    'BusinessHomePage',
  ],
  ...[
    'Children',
    'Companies',
    'ContactSource',
    'Department',
    'Generation',
    'ImAddresses',
    'JobTitle',
    'Manager',
  ],
  ...['Mileage', 'OfficeLocation', 'PostalAddressIndex', 'Profession', 'SpouseName', 'Surname'],
  ...['WeddingAnniversary', 'HasPicture'],
];
const PHONE_KEYS = [
  ...['AssistantPhone', 'BusinessFax', 'BusinessPhone', 'BusinessPhone2', 'Callback', 'CarPhone'],
  ...['CompanyMainPhone', 'HomeFax', 'HomePhone', 'HomePhone2', 'Isdn', 'MobilePhone', 'OtherFax'],
  ...['OtherTelephone', 'Pager', 'PrimaryPhone', 'RadioPhone', 'Telex', 'TtyTddPhone'],
];

async function parse(xml: Xml): Promise<XmlElement> {
  const text = element(
    's:Envelope',
    { 'xmlns:s': SOAP_NS, 'xmlns:m': MESSAGES_NS, 'xmlns:t': TYPES_NS },
    element('s:Body', {}, element('m:R', {}, element('m:ResponseMessages', {}, element('m:M', {}, xml)))),
  ).xml;
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  for await (const { element: message } of readSoap(body())) {
    const [first] = message.children;
    if (first !== undefined) return first;
  }
  throw new Error('nothing in it');
}

const orderOf = (item: XmlElement) => item.children.map(({ name }) => SCHEMA_ORDER.indexOf(name));
const ascending = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

const MARK = [
  { property: IDENTITY_PROPERTY, value: 'identity' },
  { property: FIELDS_PROPERTY, value: 'fields' },
];

describe('the table', () => {
  it('holds every property of a contact once', () => {
    const held = CONTACT_FIELDS.filter(({ kind }) => kind !== 'copy').flatMap(propertiesOf);
    expect(held.toSorted()).toEqual([...CONTACT_PROPERTY_NAMES].sort());
  });

  it('is in the order of the schema, and so are phones and the parts of an address', () => {
    const order = CONTACT_FIELDS.map((field) => SCHEMA_ORDER.indexOf(field.element));
    expect(order).not.toContain(-1);
    expect(order).toEqual(ascending(order));
    for (const field of CONTACT_FIELDS) {
      if (field.element === 'PhoneNumbers' && field.kind === 'entries') {
        const keys = field.entries.map(({ key }) => PHONE_KEYS.indexOf(key));
        expect(keys).not.toContain(-1);
        expect(keys).toEqual(ascending(keys));
      }
      if (field.kind === 'addresses') {
        for (const { key, parts } of field.entries) {
          expect(parts.map(({ part }) => part)).toEqual([
            'Street',
            'City',
            'State',
            'CountryOrRegion',
            'PostalCode',
          ]);
          // No property slipped to another address or part.
          for (const { part, property } of parts) {
            expect(property).toBe(`${key.toLowerCase()}${part === 'CountryOrRegion' ? 'Country' : part}`);
          }
        }
      }
    }
  });
});

describe('a new contact', () => {
  it('is written in the order of the schema, all extended properties in one place', async () => {
    const item = await parse(newContact(fullPerson([]), MARK));
    expect(orderOf(item)).not.toContain(-1);
    expect(orderOf(item)).toEqual(ascending(orderOf(item)));
  });

  it('reads as it was written, whatever the values, and writes only what is set', async () => {
    const anyValueOf = (property: ContactProperty) => {
      const { kind, maxLength } = CONTACT_PROPERTIES[property];
      switch (kind) {
        case 'flag':
          return fc.constant('true');
        case 'date':
          return fc
            .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
            .map((date) => date.toISOString().slice(0, 10));
        case 'categories':
          return fc.constantFrom('Blue', 'Blue;Company Contacts', 'Ä;Ö;漢字');
        default:
          return fc
            .oneof(
              fc.string({ unit: 'binary', maxLength: 40 }),
              fc.constantFrom('<&>"\'\r\n\t', '😀', '\u0000\u000b'),
            )
            .map((text) => text.slice(0, maxLength));
      }
    };
    const contacts = fc.record(
      Object.fromEntries(CONTACT_PROPERTY_NAMES.map((name) => [name, anyValueOf(name)])),
      { requiredKeys: [] },
    ) as fc.Arbitrary<ContactProperties>;
    await holds(
      fc.asyncProperty(contacts, async (properties) => {
        const item = await parse(newContact(properties, MARK));
        const expected = Object.entries(properties)
          .map(([name, value]) => [name, withoutIllegalCharacters(value)] as const)
          .filter(([, value]) => value !== '');
        expect(readContact(item)).toEqual(Object.fromEntries(expected));
        expect(orderOf(item)).toEqual(ascending(orderOf(item)));
      }),
      150,
    );
  });

  it('never sends more than a property holds, and no half pair', async () => {
    const item = await parse(newContact({ jobTitle: `${'x'.repeat(254)}😀y` }, []));
    expect(childOf(item, 'JobTitle')?.text).toBe('x'.repeat(254));
  });
});

describe('changes', () => {
  const names = (updates: XmlElement) =>
    updates.children.map((one) => {
      const [path] = one.children;
      const { FieldURI, FieldIndex, PropertyTag, PropertyId, PropertyName } = path?.attributes ?? {};
      const name = FieldURI ?? PropertyTag ?? PropertyId ?? PropertyName;
      return `${one.name === 'SetItemField' ? '+' : '-'}${name}${FieldIndex === undefined ? '' : ` ${FieldIndex}`}`;
    });

  it('name what is set and delete what is empty, entry by entry', async () => {
    const set = {
      jobTitle: 'Boss',
      department: '',
      businessPhone2: '+49 1',
      homeFax: '',
      businessCity: 'Köln',
      otherStreet: '',
      title: '',
    };
    expect(names(await parse(contactUpdates(set, {}, [])))).toEqual([
      '-0x3A45',
      '+contacts:PhysicalAddress:City Business',
      '-contacts:PhysicalAddress:Street Other',
      '+contacts:PhoneNumber BusinessPhone2',
      '-contacts:PhoneNumber HomeFax',
      '-contacts:Department',
      '+contacts:JobTitle',
      // The address for letters, which Outlook shows on the business card: which one it is, its parts, and as a whole.
      ...[`+${0x8022}`, '-0x3a29', '+0x3a27', '-0x3a28', '-0x3a2a', '-0x3a26', '+0x3a15', `+${0x801b}`],
    ]);
  });

  it('hold one property each', async () => {
    const updates = await parse(contactUpdates(fullPerson([]), {}, MARK));
    for (const update of updates.children) {
      if (update.name !== 'SetItemField') continue;
      const [contact] = update.children.slice(1);
      expect(contact?.name).toBe('Contact');
      expect(contact?.children).toHaveLength(1);
      const [inner] = contact?.children ?? [];
      if (
        ['EmailAddresses', 'PhoneNumbers', 'PhysicalAddresses', 'ImAddresses'].includes(inner?.name ?? '')
      ) {
        expect(inner?.children).toHaveLength(1);
      }
    }
  });

  it('take subject, display name and file-as along, and the addresses when the name changes', async () => {
    const whole = { displayName: 'Shown', fileAs: 'Filed', emailAddress2: 'a@contoso.example' };
    expect(names(await parse(contactUpdates({ surname: 'New' }, whole, [])))).toEqual([
      '+item:Subject',
      '+contacts:FileAs',
      '+contacts:DisplayName',
      '+contacts:Surname',
    ]);
    expect(names(await parse(contactUpdates({ displayName: 'New' }, whole, [])))).toContain(
      '+contacts:EmailAddress EmailAddress2',
    );
    expect(names(await parse(contactUpdates({}, whole, MARK)))).toEqual([
      '+ContactSyncIdentity',
      '+ContactSyncFields',
    ]);
  });

  it('make private and public again, with the box of Outlook', async () => {
    const box = async (isPrivate: string) => {
      const updates = await parse(contactUpdates({ isPrivate } as ContactProperties, {}, []));
      return JSON.stringify(updates.children.map((one) => one.children[1]));
    };
    expect(await box('true')).toMatch(/Private.*34054.*"true"/);
    expect(await box('')).toMatch(/Normal.*34054.*"false"/);
  });
});

describe('signs of what the user put in', () => {
  const itemWith = (xml: string) => parse({ xml: `<t:Contact>${xml}</t:Contact>` });

  it.each([
    ['a picture', '<t:HasPicture>true</t:HasPicture>'],
    ['a picture, in the other spelling', '<t:HasPicture>1</t:HasPicture>'],
    ['an attachment, in the other spelling', '<t:HasAttachments>1</t:HasAttachments>'],
    ['an attachment', '<t:HasAttachments>true</t:HasAttachments>'],
    [
      'a flag',
      '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x1090" PropertyType="Integer"/><t:Value>2</t:Value></t:ExtendedProperty>',
    ],
    ['children', '<t:Children><t:String>Kim</t:String></t:Children>'],
    ['a number that we never write', '<t:PhoneNumbers><t:Entry Key="Telex">1</t:Entry></t:PhoneNumbers>'],
    ['a second messenger', '<t:ImAddresses><t:Entry Key="ImAddress2">kim</t:Entry></t:ImAddresses>'],
  ])('%s', async (_name, xml) => {
    expect(otherDataOf(await itemWith(xml)).hasOtherData).toBe(true);
  });

  it.each([
    ['no more than the picture', '', 'alone'],
    [
      'something beside the picture',
      '<t:FileAttachment><t:Name>a.txt</t:Name></t:FileAttachment>',
      'amongOthers',
    ],
  ])('an attachment that is %s', async (_name, more, picture) => {
    const photo = '<t:FileAttachment><t:IsContactPhoto>true</t:IsContactPhoto></t:FileAttachment>';
    const xml = `<t:HasAttachments>true</t:HasAttachments><t:Attachments>${photo}${more}</t:Attachments><t:HasPicture>true</t:HasPicture>`;
    expect(otherDataOf(await itemWith(xml))).toEqual({ hasOtherData: true, picture });
  });

  it('none of them', async () => {
    const xml =
      '<t:HasAttachments>false</t:HasAttachments><t:PhoneNumbers><t:Entry Key="Telex"/><t:Entry Key="Pager">1</t:Entry></t:PhoneNumbers><t:HasPicture>false</t:HasPicture>';
    expect(otherDataOf(await itemWith(xml))).toEqual({});
  });

  it("dates that mean none, and Exchange's own spelling of paths", async () => {
    const item = await itemWith(
      '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="14917" PropertyType="String"/><t:Value>Dr.</t:Value></t:ExtendedProperty>' +
        '<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="00062004-0000-0000-C000-000000000046" PropertyId="32847" PropertyType="String"/><t:Value>one</t:Value></t:ExtendedProperty>' +
        '<t:Birthday>4501-01-01T00:00:00Z</t:Birthday><t:WeddingAnniversary>1601-01-01T00:00:00Z</t:WeddingAnniversary>',
    );
    expect(readContact(item)).toEqual({ title: 'Dr.', userField1: 'one' });
  });
});
