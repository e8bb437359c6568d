import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import { CONTACT_PROPERTIES, CONTACT_PROPERTY_NAMES } from '../model/contact.ts';
import { sourceObjectId } from '../model/ids.ts';
import { SOURCE_ATTRIBUTES, type SourceObject } from '../model/source-object.ts';
import { clean } from './comparable.ts';
import { contactFingerprint, sentProperties } from './fingerprint.ts';
import { mapContact, mapContacts } from './map.ts';
import { managedProperties } from './property-rules.ts';
import { type TestPolicyParts, testPolicy } from './test-policy.ts';

const anna: SourceObject = {
  id: sourceObjectId('00000000-0000-4000-8000-000000000001'),
  kind: 'userMailbox',
  attributes: {
    displayName: ['Anna Kern'],
    givenName: ['Anna'],
    surname: ['Kern'],
    company: ['Contoso'],
    department: ['Sales'],
    country: ['DE'],
    city: ['Berlin'],
    street: ['Hauptstr. 1\nHof'],
    emailAddresses: [
      'anna.kern@contoso.example',
      'a@contoso.onmicrosoft.com',
      'kern@contoso.example',
      'anna@contoso.example',
    ],
    businessPhones: ['030 901820'],
    mobilePhones: ['0151 23456789'],
    customAttribute2: ['Blue'],
  },
  isHidden: false,
  isDisabled: false,
  isGuest: false,
};

function map(
  object: Partial<SourceObject['attributes']> = {},
  parts: TestPolicyParts = {},
  country?: string,
) {
  return mapContact(
    { ...anna, attributes: { ...anna.attributes, ...object } as SourceObject['attributes'] },
    testPolicy(parts),
    { country },
  );
}

describe('mapContact', () => {
  it('maps a person by the usual sources', () => {
    const contact = map();
    expect(contact.properties).toEqual({
      displayName: 'Anna Kern',
      fileAs: 'Kern, Anna',
      givenName: 'Anna',
      surname: 'Kern',
      companyName: 'Contoso',
      department: 'Sales',
      businessCountry: 'Germany',
      businessCity: 'Berlin',
      businessStreet: 'Hauptstr. 1\r\nHof',
      emailAddress1: 'anna.kern@contoso.example',
      emailAddress2: 'anna@contoso.example',
      emailAddress3: 'kern@contoso.example',
      businessPhone1: '+4930901820',
      mobilePhone: '+4915123456789',
    });
    expect(contact.losses).toEqual([{ property: 'emailAddress3', reason: 'noSlot', count: 1 }]);
    expect(contact).toMatchObject({
      label: 'Anna Kern',
      folderKey: '',
      sourceObjectId: anna.id,
      kind: 'userMailbox',
    });
    expect(contact.fingerprint).toBe(contactFingerprint(contact.properties));
    expect(sentProperties(contact.fieldFingerprints)).toHaveLength(14);
    expect(contact.unknownProperties).toBeUndefined();
  });

  it('always has a display name and a file-as', () => {
    const bare = (attributes: SourceObject['attributes']) =>
      mapContact({ ...anna, attributes }, testPolicy(), {});
    expect(bare({ emailAddresses: ['info@contoso.example'] }).properties).toMatchObject({
      displayName: 'info@contoso.example',
      fileAs: 'info@contoso.example',
    });
    expect(bare({ displayName: ['Reception'] }).properties.fileAs).toBe('Reception');
    expect(bare({}).label).toBe(anna.id);
  });

  it.each(['\u0000', ' \u0007\u0001', '\ud83d', '\uffff'])(
    'takes for a name only what is left of it in a contact: %j',
    (unreadable) => {
      const attributes = { displayName: [unreadable], company: [unreadable], alias: ['kern'] };
      const bare = mapContact({ ...anna, attributes }, testPolicy({}), {});
      expect(bare.properties).toMatchObject({ displayName: 'kern', fileAs: 'kern' });
      const ruled = map(
        { company: [unreadable] },
        { contact: { properties: { fileAs: { from: 'company' } } } },
      );
      expect(ruled.properties.fileAs).toBe('Anna Kern');
      const nameless = mapContact({ ...anna, attributes: { alias: [unreadable] } }, testPolicy({}), {});
      expect(nameless.properties.displayName).toBe(anna.id);
    },
  );

  it('more values than slots: primary first, then in an order that does not depend on the reading', () => {
    const phones = ['030 111111', '030 333333', '030 222222', '+49 30 222222', '1234'];
    const contact = map({ businessPhones: phones });
    expect([contact.properties.businessPhone1, contact.properties.businessPhone2]).toEqual([
      '+4930111111',
      '+4930222222',
    ]);
    expect(contact.losses).toContainEqual({ property: 'businessPhone2', reason: 'noSlot', count: 1 });
    expect(contact.losses).toContainEqual({ property: 'businessPhone1', reason: 'internalNumber', count: 1 });
    const [primary = '', ...rest] = phones;
    holds(
      fc.property(fc.shuffledSubarray(rest, { minLength: rest.length }), (shuffled) => {
        expect(map({ businessPhones: [primary, ...shuffled] })).toEqual(contact);
      }),
    );
  });

  it("uses the person's country first, then the policy's, then the environment's", () => {
    const phone = (country: string | undefined, policyCountry?: string, environmentCountry?: string) =>
      map(
        { country: country === undefined ? [] : [country], businessPhones: ['044 668 1800'] },
        policyCountry === undefined ? {} : { contact: { phones: { defaultCountry: policyCountry } } },
        environmentCountry,
      ).properties.businessPhone1;
    expect(phone('Switzerland', 'DE', 'AT')).toBe('+41446681800');
    expect(phone(undefined, 'CH', 'AT')).toBe('+41446681800');
    expect(phone(undefined, undefined, 'CH')).toBe('+41446681800');
    expect(phone(undefined)).toBe('044 668 1800');
    expect(map({ country: [], businessPhones: ['044 668 1800'] }).losses).toContainEqual({
      property: 'businessPhone1',
      reason: 'invalidPhone',
      count: 1,
    });
  });

  it('follows the rules per property', () => {
    const { properties } = map(
      {},
      {
        contact: {
          properties: {
            jobTitle: { mode: 'off' },
            department: { mode: 'fillIfBlank', prefix: 'Dept. ', suffix: '!' },
            officeLocation: { prefix: 'Room ' },
            companyName: { constant: 'Contoso AG' },
            notes: { template: '{displayName}[ ({customAttribute2})][ {customAttribute3}]' },
            userField1: { from: 'customAttribute2', replace: [{ find: 'Blue', with: '$& Red' }] },
            businessPhone1: { replace: [{ find: '+49', with: '0' }] },
            surname: { mode: 'off' },
          },
        },
      },
    );
    expect(properties).toMatchObject({
      department: 'Dept. Sales!',
      companyName: 'Contoso AG',
      notes: 'Anna Kern (Blue)',
      userField1: '$& Red',
      businessPhone1: '030901820',
      fileAs: 'Kern, Anna',
    });
    expect(properties.surname).toBeUndefined();
    expect(properties.officeLocation).toBeUndefined();
  });

  it('a slot with a source of its own leaves the others to the attribute; a slot that is off keeps its value away', () => {
    const own = map(
      {},
      { contact: { properties: { emailAddress2: { from: 'userPrincipalName' } } } },
    ).properties;
    expect([own.emailAddress1, own.emailAddress2, own.emailAddress3]).toEqual([
      'anna.kern@contoso.example',
      undefined,
      'anna@contoso.example',
    ]);
    const off = map({}, { contact: { properties: { emailAddress2: { mode: 'off' } } } });
    expect([
      off.properties.emailAddress1,
      off.properties.emailAddress2,
      off.properties.emailAddress3,
    ]).toEqual(['anna.kern@contoso.example', undefined, 'kern@contoso.example']);
    const none = map(
      { mobilePhones: ['0151 1', '12'] },
      { contact: { properties: { mobilePhone: { mode: 'off' } } } },
    );
    expect(none.losses.filter((loss) => loss.property === 'mobilePhone')).toEqual([]);
  });

  it('rewrites domains, and joins addresses that become equal', () => {
    const { properties } = map(
      { emailAddresses: ['anna@Old.example', 'anna@contoso.example'] },
      { contact: { rewriteDomains: [{ from: '@old.EXAMPLE', to: 'contoso.example' }] } },
    );
    expect(properties.emailAddress1).toBe('anna@contoso.example');
    expect(properties.emailAddress2).toBeUndefined();
  });

  it('puts everybody into the sub-folder of the primary source domain', () => {
    const parts: TestPolicyParts = {
      folder: { subfolderPerDomain: true },
      contact: { rewriteDomains: [{ from: 'contoso.example', to: 'example.com' }] },
    };
    expect(map({ emailAddresses: ['anna@Contoso.Example'] }, parts).folderKey).toBe('contoso.example');
    expect(map({ emailAddresses: [] }, parts).folderKey).toBe('');
  });

  it('writes categories and the private flag', () => {
    const plain = map({}, { contact: { categories: ['VIP', 'Company'], isPrivate: true } }).properties;
    expect([plain.categories, plain.isPrivate]).toEqual(['Company;VIP', 'true']);
    expect(map().properties.isPrivate).toBeUndefined();
    expect(
      map({}, { folder: { useDefaultContacts: true, name: 'Company; all' } }).properties.categories,
    ).toBe('Company all');
    expect(
      map({ categories: ['Own'] }, { contact: { properties: { categories: { from: 'categories' } } } })
        .properties.categories,
    ).toBe('Own');
  });

  it('strings: cuts, cleans and counts (hard-parts 15)', () => {
    const contact = map({ jobTitle: ['x'.repeat(300)], department: ['Sa\u0000les'], notes: ['a\vb'] });
    expect(contact.properties).toMatchObject({ department: 'Sales', notes: 'a\r\nb' });
    expect(contact.properties.jobTitle).toHaveLength(255);
    expect(contact.losses.filter((loss) => loss.reason !== 'noSlot')).toEqual([
      { property: 'department', reason: 'illegalCharacters', count: 1 },
      { property: 'jobTitle', reason: 'cut', count: 1 },
    ]);
  });

  it('half-read is not empty: names the properties the reading could not tell', () => {
    const policy = testPolicy({
      contact: {
        properties: {
          notes: { template: '{customAttribute2}' },
          manager: { mode: 'off' },
          companyName: { constant: 'C' },
        },
      },
    });
    const contact = mapContact(
      { ...anna, unknownAttributes: ['customAttribute2', 'manager', 'company', 'homePhones', 'surname'] },
      policy,
      {},
    );
    expect(contact.unknownProperties).toEqual(['fileAs', 'surname', 'homePhone1', 'homePhone2', 'notes']);
  });

  it('maps anything a source may hold, into clean values of managed properties only', () => {
    const values = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('030 901820', 'a@b', '1980-01-31', 'DE', 'x12'),
      ),
      { minLength: 1, maxLength: 4 },
    );
    const policy = testPolicy({
      contact: { isPrivate: true, categories: ['A'], properties: { notes: { prefix: ' x', suffix: '\n' } } },
    });
    const managed = managedProperties(policy);
    holds(
      fc.property(fc.dictionary(fc.constantFrom(...SOURCE_ATTRIBUTES), values), (attributes) => {
        const contact = mapContact(
          { ...anna, attributes: attributes as SourceObject['attributes'] },
          policy,
          { country: 'DE' },
        );
        for (const property of CONTACT_PROPERTY_NAMES) {
          const value = contact.properties[property];
          if (value === undefined) continue;
          expect(managed.has(property)).toBe(true);
          expect(value).not.toBe('');
          expect(clean(property, value)).toBe(value);
          expect(value.length).toBeLessThanOrEqual(CONTACT_PROPERTIES[property].maxLength);
        }
        expect(contact.properties.displayName).toBeTruthy();
        expect(contact.fieldFingerprints.length).toBeLessThanOrEqual(250);
      }),
    );
  });
});

describe('mapContacts', () => {
  it('does not depend on the order of the objects', () => {
    const objects = Array.from(
      { length: 8 },
      (_, index): SourceObject => ({
        ...anna,
        id: sourceObjectId(`00000000-0000-4000-8000-00000000000${index}`),
      }),
    );
    const expected = mapContacts({ selected: objects }, testPolicy(), {});
    expect(expected.map((contact) => contact.sourceObjectId)).toEqual(objects.map((object) => object.id));
    expect(mapContacts({ selected: objects.toReversed() }, testPolicy(), {})).toEqual(expected);
  });
});
