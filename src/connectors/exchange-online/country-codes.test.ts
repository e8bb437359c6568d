import { expect, test } from 'vitest';
import { countryCode } from './country-codes.ts';

test.each([
  ['Germany', 'DE'],
  ['germany', 'DE'],
  [' de ', 'DE'],
  ['Czech Republic', 'CZ'],
  ['Czechia', 'CZ'],
  ['Türkiye', 'TR'],
  ['Turkey', 'TR'],
  ['United Kingdom', 'GB'],
  // Retired codes have the same name.
  ['Serbia', 'RS'],
  ['France', 'FR'],
  ["Côte d'Ivoire", 'CI'],
  ['Côte d’Ivoire', 'CI'],
  ['Bosnia and Herzegovina', 'BA'],
  ['Nowhere', 'Nowhere'],
  ['', ''],
])('%s is %s', (name, code) => {
  expect(countryCode(name)).toBe(code);
});
