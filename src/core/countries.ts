// Sources write countries as codes or as names; phone numbers need the code, people want to read the name.

import { type CountryCode, getCountries } from 'libphonenumber-js';
import { foldCase } from './case-folding.ts';

/** Names that Active Directory and people use and that the tables of Unicode do not have. */
const OTHER_NAMES: Readonly<Record<string, CountryCode>> = {
  'czech republic': 'CZ',
  england: 'GB',
  'great britain': 'GB',
  holland: 'NL',
  'hong kong': 'HK',
  'korea, republic of': 'KR',
  macedonia: 'MK',
  'russian federation': 'RU',
  'the netherlands': 'NL',
  turkey: 'TR',
  uk: 'GB',
  'united states of america': 'US',
  usa: 'US',
  'viet nam': 'VN',
};

const codes: ReadonlySet<string> = new Set(getCountries());
const english = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const nameByCode: ReadonlyMap<string, string> = new Map(
  getCountries().map((code) => [code, english.of(code) ?? code]),
);

const codeByName: ReadonlyMap<string, CountryCode> = new Map([
  ...['en', 'de', 'fr', 'es', 'it', 'cs'].flatMap((language) => {
    const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
    return getCountries().flatMap((code): [string, CountryCode][] => {
      const name = names.of(code);
      return name === undefined ? [] : [[foldCase(name), code]];
    });
  }),
  ...Object.entries(OTHER_NAMES),
]);

function isCountryCode(text: string): text is CountryCode {
  return codes.has(text);
}

export function countryCodeOf(text: string): CountryCode | undefined {
  const upper = text.trim().toUpperCase();
  if (isCountryCode(upper)) return upper;
  return codeByName.get(foldCase(text.trim()));
}

/** The English name of a two-letter code; every other text stays as it is. */
export function countryName(text: string): string {
  const trimmed = text.trim();
  return nameByCode.get(trimmed) ?? trimmed;
}
