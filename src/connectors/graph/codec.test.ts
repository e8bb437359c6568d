import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds, twin } from '../../../test/properties/check-law.ts';
import {
  CONTACT_PROPERTIES,
  CONTACT_PROPERTY_NAMES,
  type ContactProperties,
  type ContactProperty,
} from '../../model/contact.ts';
import { decodeContact, encodeCreate, encodeUpdate, type GraphJson, mayBeCut, otherDataOf } from './codec.ts';
import { SLOTS, slotOf } from './schema.ts';

const EVERYTHING: ContactProperties = Object.fromEntries(
  CONTACT_PROPERTY_NAMES.map((property) => [property, sample(property)]),
);

function sample(property: ContactProperty): string {
  const { kind } = CONTACT_PROPERTIES[property];
  if (kind === 'date') return '1984-02-29';
  if (kind === 'flag') return 'true';
  if (kind === 'categories') return 'Blue;Red';
  return kind === 'email' ? `${property.toLowerCase()}@contoso.example` : `value of ${property}`;
}

const filled = fc
  .string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
  .filter((text) => text.trim() !== '');

const dates = fc
  .date({ min: new Date('1700-01-01'), max: new Date('2400-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const categories = fc
  .uniqueArray(
    filled.filter((name) => !name.includes(';')),
    { minLength: 1, maxLength: 5 },
  )
  .map((names) => names.sort().join(';'));

function arbitraryOf(property: ContactProperty): fc.Arbitrary<string> {
  const { kind } = CONTACT_PROPERTIES[property];
  if (kind === 'date') return dates;
  if (kind === 'flag') return fc.constant('true');
  return kind === 'categories' ? categories : filled;
}

/** Places of a list are filled from the first on: a list of Graph has no gaps, and mapping never leaves one. */
function withoutGaps(contact: ContactProperties): ContactProperties {
  const result: Partial<Record<ContactProperty, string>> = { ...contact };
  const waiting = new Map<string, string[]>();
  for (const property of CONTACT_PROPERTY_NAMES) {
    const slot = slotOf(property);
    if (slot.kind !== 'list' && slot.kind !== 'email') continue;
    const value = result[property];
    delete result[property];
    if (value !== undefined) waiting.set(slot.group, [...(waiting.get(slot.group) ?? []), value]);
  }
  for (const property of CONTACT_PROPERTY_NAMES) {
    const slot = slotOf(property);
    if (slot.kind !== 'list' && slot.kind !== 'email') continue;
    const value = waiting.get(slot.group)?.shift();
    if (value !== undefined) result[property] = value;
  }
  return result;
}

const contacts: fc.Arbitrary<ContactProperties> = fc
  .record(Object.fromEntries(CONTACT_PROPERTY_NAMES.map((property) => [property, arbitraryOf(property)])), {
    requiredKeys: [],
  })
  .map((contact) => withoutGaps(contact as ContactProperties));

describe('law 9, round trip: decode(encode(contact)) equals the contact', () => {
  it('for any contact; no property is lossy', () => {
    holds(
      fc.property(contacts, (contact) => {
        expect(decodeContact(encodeCreate(contact, []))).toEqual(contact);
      }),
    );
  });

  const forgetful = (contact: ContactProperties) => {
    const { officeLocation: _, ...rest } = encodeCreate(contact, []) as Record<string, unknown>;
    return decodeContact(rest);
  };
  twin(
    'it fails for a codec that forgets one property',
    /to deeply equal/,
    fc.property(contacts, (contact) => {
      expect(forgetful(contact)).toEqual(contact);
    }),
  );

  it('through JSON, and with ids of extended properties spelled as the service likes', () => {
    const wire = JSON.parse(JSON.stringify(encodeCreate(EVERYTHING, [])));
    const respelled = {
      ...wire,
      singleValueExtendedProperties: wire.singleValueExtendedProperties.map(
        (entry: { id: string; value: string }) => ({
          ...entry,
          id: entry.id.toLowerCase().replace(/0x00/, '0x'),
        }),
      ),
    };
    expect(decodeContact(respelled)).toEqual(EVERYTHING);
  });
});

describe('encodeCreate', () => {
  it('sends nothing for what is empty', () => {
    expect(encodeCreate({ displayName: 'Erika', jobTitle: '' }, [])).toEqual({ displayName: 'Erika' });
  });

  it('has a place for every property, each in its own', () => {
    const places = CONTACT_PROPERTY_NAMES.map((property) => JSON.stringify(SLOTS[property]));
    const single = places.filter((place) => !place.includes('"group"') || place.includes('"field"'));
    expect(new Set(single).size).toBe(single.length);
  });

  it('names the entries of the address list after the contact, which Outlook shows beside the address', () => {
    const body = encodeCreate({ displayName: 'Erika', emailAddress1: 'e@contoso.example' }, []);
    expect(body.emailAddresses).toEqual([{ address: 'e@contoso.example', name: 'Erika' }]);
  });

  it('never sends more than a property holds, nor half a character', () => {
    const body = encodeCreate(
      { jobTitle: `${'x'.repeat(254)}😀`, notes: 'n'.repeat(40_000), surname: 'a\ud800' },
      [],
    );
    expect(body.jobTitle).toBe('x'.repeat(254));
    expect(body.personalNotes).toHaveLength(32_000);
    expect(JSON.stringify(body)).not.toContain('\\ud8');
  });

  it('writes both halves of "Private", which Outlook keeps together', () => {
    expect(encodeCreate({ isPrivate: 'true' }, []).singleValueExtendedProperties).toEqual([
      { id: 'Integer 0x0036', value: '2' },
      { id: 'Boolean {00062008-0000-0000-C000-000000000046} Id 0x8506', value: 'true' },
    ]);
  });
});

describe('encodeUpdate', () => {
  const whole: ContactProperties = { ...EVERYTHING, displayName: 'Erika Muster', fileAs: 'Muster, Erika' };

  it('always sends display name and file-as, which the service would make anew', () => {
    expect(encodeUpdate({ surname: 'Muster' }, whole, [])).toEqual({
      surname: 'Muster',
      displayName: 'Erika Muster',
      fileAs: 'Muster, Erika',
    });
  });

  it('completes a group from the whole contact and leaves other groups alone', () => {
    const body = encodeUpdate({ businessPhone2: 'new', homeCity: 'Köln' }, whole, []);
    expect(body.businessPhones).toEqual(['value of businessPhone1', 'new']);
    expect(body.homeAddress).toEqual({
      street: 'value of homeStreet',
      city: 'Köln',
      state: 'value of homeState',
      postalCode: 'value of homePostalCode',
      countryOrRegion: 'value of homeCountry',
    });
    expect(Object.keys(body).sort()).toEqual([
      ...['businessPhones', 'displayName', 'fileAs', 'homeAddress'],
      'singleValueExtendedProperties',
    ]);
    // The address for letters, which Outlook shows on the business card.
    expect(body.singleValueExtendedProperties).toContainEqual({
      id: 'Integer {00062004-0000-0000-C000-000000000046} Id 0x8022',
      value: '2',
    });
    expect(body.singleValueExtendedProperties).toContainEqual({
      id: 'String 0x3a27',
      value: 'value of businessCity',
    });
  });

  it('writes the address list again when the display name in it changes', () => {
    const body = encodeUpdate({ displayName: 'Erika Neu' }, { ...whole, displayName: 'Erika Neu' }, []);
    expect(body.emailAddresses).toContainEqual({
      address: 'emailaddress2@contoso.example',
      name: 'Erika Neu',
    });
  });
});

describe('Clearing a field', () => {
  const cleared = (property: ContactProperty) => encodeUpdate({ [property]: '' }, {}, []);

  it('uses the verb of its kind', () => {
    expect(cleared('jobTitle')).toEqual({ jobTitle: null });
    expect(cleared('birthday')).toEqual({ birthday: null });
    expect(cleared('businessPhone1')).toEqual({ businessPhones: [] });
    expect(cleared('emailAddress1')).toEqual({ emailAddresses: [] });
    expect(cleared('imAddress')).toEqual({ imAddresses: [] });
    expect(cleared('categories')).toEqual({ categories: [] });
    expect(cleared('homeCity')).toMatchObject({
      homeAddress: { street: null, city: null, state: null, postalCode: null, countryOrRegion: null },
    });
    const values = cleared('homeCity').singleValueExtendedProperties as readonly { readonly value: string }[];
    expect(new Set(values.map(({ value }) => value))).toEqual(new Set(['0', '']));
    expect(cleared('pager')).toEqual({ singleValueExtendedProperties: [{ id: 'String 0x3A21', value: '' }] });
    expect(cleared('isPrivate').singleValueExtendedProperties).toMatchObject([
      { value: '0' },
      { value: 'false' },
    ]);
  });

  it('reads back as not set, for every property', () => {
    for (const property of CONTACT_PROPERTY_NAMES) {
      expect(decodeContact(encodeUpdate({ [property]: '' }, {}, [])), property).toEqual({});
    }
  });
});

describe('decodeContact', () => {
  it('takes null, empty text, empty object and empty list alike', () => {
    const unset: readonly GraphJson[] = [
      {},
      {
        surname: null,
        homeAddress: {},
        businessPhones: [],
        emailAddresses: [],
        categories: [],
        birthday: null,
      },
      { surname: '', homeAddress: { city: '' }, businessPhones: [''], personalNotes: '' },
      { singleValueExtendedProperties: [{ id: 'String 0x3a24', value: '' }] },
    ];
    for (const item of unset) expect(decodeContact(item)).toEqual({});
  });

  it('reads the date of a birthday and forgets its time; dates that mean "none" are none', () => {
    expect(decodeContact({ birthday: '1984-02-29T11:59:00Z' })).toEqual({ birthday: '1984-02-29' });
    expect(decodeContact({ birthday: '4501-01-01T00:00:00Z' })).toEqual({});
    expect(decodeContact({ birthday: '1601-01-01T00:00:00Z' })).toEqual({});
  });

  it('survives answers of a wrong shape', () => {
    const strange: GraphJson = {
      surname: 7,
      businessPhones: 'no list',
      emailAddresses: [null, { address: 1 }],
      homeAddress: [],
      singleValueExtendedProperties: [null, { id: 'String 0x3A24' }, { value: 'x' }],
    };
    expect(decodeContact(strange)).toEqual({});
  });
});

describe('mayBeCut', () => {
  it('sees a string of 255 characters at any depth, but not in ids', () => {
    expect(mayBeCut({ homeAddress: { street: 's'.repeat(255) } })).toBe(true);
    expect(mayBeCut({ singleValueExtendedProperties: [{ id: 'x', value: 'v'.repeat(255) }] })).toBe(true);
    expect(
      mayBeCut({ personalNotes: 'n'.repeat(254), id: 'i'.repeat(300), changeKey: 'c'.repeat(300) }),
    ).toBe(false);
  });
});

describe('data of the user that the table of properties does not hold', () => {
  const ADDRESS_SET = '{00062004-0000-0000-c000-000000000046}';
  const withExtended = (id: string, value: string) => ({ singleValueExtendedProperties: [{ id, value }] });

  it.each([
    ['a picture', withExtended(`Boolean ${ADDRESS_SET} Id 0x8015`, 'true')],
    ['an attachment', withExtended('Boolean 0xe1b', 'true')],
    ['a flag', withExtended('Integer 0x1090', '2')],
    ['children', { children: ['Mia'] }],
    ['a second chat address', { imAddresses: ['a@contoso.example', 'b@contoso.example'] }],
  ])('%s is seen', (_what, item) => {
    expect(otherDataOf(item).hasOtherData).toBe(true);
  });

  it.each([
    ['nothing', {}],
    ['no picture', withExtended(`Boolean ${ADDRESS_SET} Id 0x8015`, 'false')],
    ['no flag', withExtended('Integer 0x1090', '0')],
    ['one chat address', { imAddresses: ['a@contoso.example'] }],
  ])('twin: %s is not', (_what, item) => {
    expect(otherDataOf(item)).toEqual({});
  });

  it('tells a picture alone from one beside other things', () => {
    const picture = { id: `Boolean ${ADDRESS_SET} Id 0x8015`, value: 'true' };
    const alone = { singleValueExtendedProperties: [picture] };
    expect(otherDataOf(alone)).toEqual({ hasOtherData: true, picture: 'alone' });
    expect(otherDataOf({ ...alone, children: ['Mia'] })).toEqual({
      hasOtherData: true,
      picture: 'amongOthers',
    });
  });
});
