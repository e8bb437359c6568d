// Phone numbers as they shall stand in a contact: E.164, so that a phone in any country dials them and finds the caller's
// name. Extensions become " x123": that is what Outlook's own phone dialog writes and reads, and what dialers built on
// Google's library understand; the URI form ";ext=123" would be shown as it is, and ";" makes phones wait.

import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';

export interface PhoneRules {
  readonly format: 'e164' | 'asIs';
  /** Numbers with fewer digits and without + are internal; 0 keeps all. */
  readonly dropInternalShorterThan: number;
}

export type FormattedPhone =
  | { readonly kind: 'number'; readonly text: string }
  /** Kept as it is. */
  | { readonly kind: 'invalid'; readonly text: string }
  | { readonly kind: 'internal' };

const DIGITS = /\p{Decimal_Number}/gu;
const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** `country`: of the person, otherwise the policy's default, otherwise the environment's. */
export function formatPhone(
  raw: string,
  country: CountryCode | undefined,
  rules: PhoneRules,
): FormattedPhone {
  const text = raw.replace(INVISIBLE, '').trim();
  const digits = text.match(DIGITS)?.length ?? 0;
  // Letters other than the word for an extension: a vanity number or a remark, not for us to throw away.
  const isPlain = !/\p{L}/u.test(text.replace(/^tel:|ext(?:ension)?\b|x/gi, ''));
  if (digits === 0) return { kind: 'invalid', text };
  if (isPlain && !/[+\uff0b]/.test(text) && digits < rules.dropInternalShorterThan)
    return { kind: 'internal' };
  if (rules.format === 'asIs') return { kind: 'number', text };
  const usual = text
    .replace(/^tel:\s*/i, '')
    .replace(/^\(\s*\+\s*(\d+)\s*\)/, '+$1')
    .replace(/;\s*ext=/i, ' x');
  return toE164(usual, country) ?? toE164(withPlus(usual), country) ?? { kind: 'invalid', text };
}

// `extract: false`: of "030 901820 or 0170 …" nothing may be lost silently.
function toE164(text: string | undefined, country: CountryCode | undefined): FormattedPhone | undefined {
  if (text === undefined) return undefined;
  const number = parsePhoneNumberFromString(text, {
    extract: false,
    ...(country === undefined ? {} : { defaultCountry: country }),
  });
  if (number === undefined || !number.isPossible()) return undefined;
  const { ext } = number;
  return {
    kind: 'number',
    text: ext === undefined || ext === '' ? number.number : `${number.number} x${ext}`,
  };
}

/** 00 is the international prefix nearly everywhere; tried only when the number means nothing in its own country. */
function withPlus(text: string): string | undefined {
  return /^00[1-9]/.test(text) ? `+${text.slice(2)}` : undefined;
}
