// Exchange keeps the two-letter code of a country and prints its English name; phone numbers need the code.

let codesByName: ReadonlyMap<string, string> | undefined;

/** The code where the name is known, otherwise what was given. */
export function countryCode(given: string): string {
  const name = given.trim();
  if (/^[A-Za-z]{2}$/.test(name)) return name.toUpperCase();
  codesByName ??= readNames();
  return codesByName.get(keyOf(name)) ?? name;
}

function keyOf(name: string): string {
  return name.toLowerCase().replaceAll('’', "'");
}

// Names that Windows, and therefore Exchange, prints otherwise than the Unicode tables.
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'bosnia and herzegovina': 'BA',
  'cabo verde': 'CV',
  congo: 'CG',
  'congo (drc)': 'CD',
  'czech republic': 'CZ',
  'hong kong': 'HK',
  'hong kong sar': 'HK',
  korea: 'KR',
  'korea, republic of': 'KR',
  'macao sar': 'MO',
  'macedonia, fyro': 'MK',
  myanmar: 'MM',
  'north macedonia': 'MK',
  'palestinian authority': 'PS',
  'russian federation': 'RU',
  'são tomé and príncipe': 'ST',
  'trinidad and tobago': 'TT',
  turkey: 'TR',
  'united states of america': 'US',
  'viet nam': 'VN',
};

function readNames(): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const codes = new Map(Object.entries(OTHER_NAMES));
  for (const first of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
    for (const second of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
      const code = `${first}${second}`;
      const name = names.of(code);
      // Retired codes carry the names of their successors; the canonical one is what the name stands for.
      if (name !== undefined && new Intl.Locale(`und-${code}`).region === code) {
        if (!codes.has(keyOf(name))) codes.set(keyOf(name), code);
      }
    }
  }
  return codes;
}
