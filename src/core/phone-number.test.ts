import type { CountryCode } from 'libphonenumber-js';
import { describe, expect, it } from 'vitest';
import { countryCodeOf, countryName } from './countries.ts';
import { formatPhone } from './phone-number.ts';

const rules = { format: 'e164', dropInternalShorterThan: 6 } as const;
type Case = readonly [string, CountryCode | undefined, string];

describe('formatPhone', () => {
  it.each<Case>([
    ['030/901820', 'DE', '+4930901820'],
    ['+49 (0)30 901820', undefined, '+4930901820'],
    ['(+49) 30 901820', 'US', '+4930901820'],
    ['0049 30 901820', undefined, '+4930901820'],
    ['0049 30 901820', 'US', '+4930901820'],
    ['(425) 555-0100', 'US', '+14255550100'],
    ['٠٣٠ ٩٠١٨٢٠', 'DE', '+4930901820'],
    ['＋49 30 901820', 'DE', '+4930901820'],
    ['\u202a+49 30 901820\u202c', 'DE', '+4930901820'],
    ['tel:+49-30-901820;ext=12', undefined, '+4930901820 x12'],
    ['030 901820 ext. 12', 'DE', '+4930901820 x12'],
    ['+1 425 555 0100 x123', 'DE', '+14255550100 x123'],
    ['+49 30 901820-123', 'DE', '+4930901820123'],
  ])('%j of %s becomes %s', (text, country, expected) => {
    expect(formatPhone(text, country, rules)).toEqual({ kind: 'number', text: expected });
    expect(formatPhone(expected, country, rules)).toEqual({ kind: 'number', text: expected });
  });

  it.each<readonly [string, CountryCode | undefined]>([
    ['030 901820', undefined],
    ['030 901820 or 0170 1234567', 'DE'],
    ['1-800-FLOWERS', 'US'],
    ['ask 12', 'DE'],
    ['n/a', 'DE'],
    ['+999 123', 'DE'],
  ])('keeps %j of %s as it is and says so', (text, country) => {
    expect(formatPhone(text, country, rules)).toEqual({ kind: 'invalid', text });
  });

  it('drops internal numbers by rule only', () => {
    for (const text of ['1234', 'x1234', 'ext. 12345', '12-34']) {
      expect(formatPhone(text, 'DE', rules)).toEqual({ kind: 'internal' });
    }
    expect(formatPhone('1234', 'DE', { ...rules, format: 'asIs' })).toEqual({ kind: 'internal' });
    expect(formatPhone('1234', 'DE', { format: 'asIs', dropInternalShorterThan: 0 })).toEqual({
      kind: 'number',
      text: '1234',
    });
    expect(formatPhone('110', 'DE', { ...rules, dropInternalShorterThan: 0 }).kind).not.toBe('internal');
    expect(formatPhone('+4912', 'DE', rules).kind).not.toBe('internal');
  });

  it('leaves numbers as they are where the policy says so', () => {
    expect(formatPhone('030 / 901820', 'DE', { ...rules, format: 'asIs' })).toEqual({
      kind: 'number',
      text: '030 / 901820',
    });
  });
});

describe('countries', () => {
  it.each([
    ['DE', 'DE'],
    ['de', 'DE'],
    ['Germany', 'DE'],
    ['DEUTSCHLAND', 'DE'],
    ['Czech Republic', 'CZ'],
    ['Česko', 'CZ'],
    ['UK', 'GB'],
    ['United States', 'US'],
  ])('%s is %s', (text, code) => {
    expect(countryCodeOf(text)).toBe(code);
  });

  it('does not guess', () => {
    expect(countryCodeOf('')).toBeUndefined();
    expect(countryCodeOf('Atlantis')).toBeUndefined();
    expect(countryCodeOf('XX')).toBeUndefined();
  });

  it('shows names for codes and leaves the rest', () => {
    expect([countryName('DE'), countryName('Bayern'), countryName('')]).toEqual(['Germany', 'Bayern', '']);
  });
});
