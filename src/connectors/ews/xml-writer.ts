// XML as text. Everything that comes from outside goes through `escapeText`: what XML 1.0 cannot carry at all (control
// characters, U+FFFE and U+FFFF) is left out, half a surrogate pair becomes U+FFFD, because one such character would
// make the server refuse the whole request.

import { withoutIllegalCharacters } from './legal-characters.ts';

/** Made by `element` only, so that no plain string ever gets into a document unescaped. */
export type Xml = { readonly xml: string };

type Attributes = Readonly<Record<string, string | undefined>>;

const SPECIAL = /[&<>\r]/;

/** A carriage return is written as a reference: readers turn a raw one into a line feed (XML 1.0, 2.11). */
export function escapeText(text: string): string {
  const legal = withoutIllegalCharacters(text);
  if (!SPECIAL.test(legal)) return legal;
  return legal
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#xD;');
}

/** Readers turn tabs and line ends of an attribute into blanks as well. */
export function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\t', '&#x9;').replaceAll('\n', '&#xA;');
}

/** Children are elements; a string is text. What is undefined is left out. */
export function element(
  name: string,
  attributes: Attributes = {},
  ...content: readonly (Xml | string | undefined)[]
): Xml {
  const attributeText = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? '' : ` ${key}="${escapeAttribute(value)}"`))
    .join('');
  const inner = content
    .map((one) => (one === undefined ? '' : typeof one === 'string' ? escapeText(one) : one.xml))
    .join('');
  return {
    xml: inner === '' ? `<${name}${attributeText}/>` : `<${name}${attributeText}>${inner}</${name}>`,
  };
}
