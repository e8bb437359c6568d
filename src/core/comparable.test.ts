import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import { CONTACT_PROPERTIES, CONTACT_PROPERTY_NAMES } from '../model/contact.ts';
import { clean, comparable, cutText, removeIllegalCharacters } from './comparable.ts';

const properties = fc.constantFrom(...CONTACT_PROPERTY_NAMES);
const nasty = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom(
      '\r\n',
      '\n',
      '\t',
      ' ',
      '\u00a0',
      'e\u0301',
      'Å',
      '\u212b',
      '\ud800',
      '\udc00',
      '😀',
      '\u200f',
      '\u0000',
      ';',
      '/',
      'x12',
      'ext. ',
      'İ',
      'ΑΣ',
      '\u037e',
      '0',
      '.',
      '-',
    ),
  ),
  maxLength: 40,
});

describe('Strings: clean', () => {
  it('is idempotent, keeps to the length and is well-formed, whatever comes', () => {
    holds(
      fc.property(properties, nasty, (property, value) => {
        const once = clean(property, value);
        expect(clean(property, once)).toBe(once);
        expect(once.length).toBeLessThanOrEqual(CONTACT_PROPERTIES[property].maxLength);
        expect(once.isWellFormed()).toBe(true);
        expect(once).toBe(once.trim().normalize('NFC'));
        expect(once).toBe(removeIllegalCharacters(once));
      }),
      2_000,
    );
  });

  it('cleans strings that have sunk others (hard-parts 15)', () => {
    expect(clean('surname', ' M\u0000u\u0308l\u0007ler\ud83d ')).toBe('Müller');
    expect(clean('jobTitle', 'Head of\r\n\tSales')).toBe('Head of Sales');
    expect(clean('businessStreet', 'Main St 1\nFloor 2\r')).toBe('Main St 1\r\nFloor 2');
    expect(clean('notes', 'a\u2028b\n\nc')).toBe('a\r\nb\r\n\r\nc');
    expect(clean('displayName', '\u200fمحمد\u200f')).toBe('\u200fمحمد\u200f');
    expect(clean('displayName', '=1+1')).toBe('=1+1');
  });

  it('cuts a long title without splitting what one sees as one character', () => {
    expect(clean('jobTitle', `${'x'.repeat(254)}😀`)).toBe('x'.repeat(254));
    expect(clean('jobTitle', `${'x'.repeat(250)}👨‍👩‍👧`)).toBe('x'.repeat(250));
    expect(clean('jobTitle', `${'x'.repeat(254)} y`)).toBe('x'.repeat(254));
    expect(clean('jobTitle', 'y'.repeat(300))).toHaveLength(255);
    expect(cutText(`a${'\u0301'.repeat(400)}`, 255)).toHaveLength(255);
    expect(cutText(`${'\u{1f3fb}'.repeat(300)}`, 255).isWellFormed()).toBe(true);
    expect(clean('notes', `${'n'.repeat(31_999)}\r\nmore`)).toBe('n'.repeat(31_999));
  });

  it('sorts categories, joins equal ones and drops whole ones when there are too many', () => {
    expect(clean('categories', 'Sales; company ;sales;;Company')).toBe('Company;Sales');
    const many = Array.from(
      { length: 20 },
      (_, index) => `${String(index).padStart(2, '0')}${'c'.repeat(200)}`,
    ).join(';');
    const cut = clean('categories', many);
    expect(cut.length).toBeLessThanOrEqual(2_000);
    expect(cut.split(';').every((name) => name.length === 202)).toBe(true);
  });

  it('accepts only dates that can be read in one way', () => {
    expect(clean('birthday', '1980-02-29T11:59:00Z')).toBe('1980-02-29');
    expect(clean('birthday', '19800131000000.0Z')).toBe('');
    expect(clean('birthday', '19800131')).toBe('1980-01-31');
    expect(clean('birthday', '1.3.1980')).toBe('1980-03-01');
    expect(clean('birthday', '1981-02-29')).toBe('');
    expect(clean('birthday', '03/04/1980')).toBe('');
  });

  it('knows one true flag', () => {
    expect(clean('isPrivate', 'TRUE')).toBe('true');
    expect(clean('isPrivate', 'false')).toBe('');
  });
});

describe('Strings: comparable', () => {
  it('is idempotent and does not tell the cleaned value from the raw one', () => {
    holds(
      fc.property(properties, nasty, (property, value) => {
        const once = comparable(property, value);
        expect(comparable(property, once)).toBe(once);
        expect(comparable(property, clean(property, value))).toBe(once);
        expect(once).not.toContain('\u0000');
      }),
      2_000,
    );
  });

  it.each([';ext=(0', ',,x0', ',ext0', 'extext. 1', 'x x1'])(
    'compares the odd extension %j as itself',
    (text) => {
      const once = comparable('businessPhone1', text);
      expect(comparable('businessPhone1', once)).toBe(once);
    },
  );

  it.each([
    ['displayName', 'Zoe\u0301  Novák ', 'Zoé Novák'],
    ['notes', 'one \r\ntwo\r\n', 'one\ntwo'],
    ['businessStreet', 'a\rb', 'a\r\nb'],
    ['emailAddress1', 'Anna.Kern@Contoso.Example', 'anna.kern@contoso.example'],
    ['businessPhone1', '+49 (30) 901820-0', '+49309018200'],
    ['businessPhone1', '+49 30 90182 x12', '+493090182;ext=12'],
    ['businessPhone1', '+49 30 90182 ext. 12', '+49 30 90182x12'],
    ['mobilePhone', '\u202a+49 151 23456789\u202c', '+49\u00a0151\u201123456789'],
    ['categories', 'Sales;Company', 'company; sales'],
    ['birthday', '1980-01-31T00:00:00Z', '1980-01-31'],
    ['businessHomePage', 'https://WWW.Contoso.Example/', 'https://www.contoso.example'],
  ] as const)('takes %s %j and %j for the same', (property, left, right) => {
    expect(comparable(property, left)).toBe(comparable(property, right));
  });

  it.each([
    ['displayName', 'anna kern', 'Anna Kern'],
    ['businessPhone1', '+49 30 90182 x12', '+49 30 9018212'],
    ['businessPhone1', '030 90182', '+4930 90182'],
    ['businessHomePage', 'https://contoso.example/A', 'https://contoso.example/a'],
    ['notes', 'one\ntwo', 'one\n\ntwo'],
  ] as const)('tells %s %j from %j', (property, left, right) => {
    expect(comparable(property, left)).not.toBe(comparable(property, right));
  });
});
