// Reads the HTML of a mail back, element by element, with a parser that did not write it.

import { SaxesParser } from 'saxes';
import { ALLOWED_ELEMENTS, ALLOWED_STYLES } from '../render-html.ts';

/** What stands in the HTML that is not on the list; reading fails where it is not well-formed. */
export function strangersIn(html: string): string[] {
  const strangers: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const allowed = ALLOWED_ELEMENTS[name];
    if (allowed === undefined) strangers.push(name);
    for (const [attribute, value] of Object.entries(attributes)) {
      if (allowed?.includes(attribute) !== true) strangers.push(`${name} ${attribute}`);
      if (attribute !== 'style') continue;
      for (const declaration of value.split(';')) {
        const property = declaration.split(':')[0]?.trim() ?? '';
        if (!ALLOWED_STYLES.includes(property)) strangers.push(`${name} style ${property}`);
        if (/url\(|expression|@import/i.test(declaration)) strangers.push(declaration);
      }
    }
  });
  parser.write(html).close();
  return strangers;
}

export interface Walked {
  /** Every tag that opens or closes, in order, with its attributes and their values. */
  readonly structure: readonly string[];
  /** What a reader sees, by place. */
  readonly texts: readonly string[];
}

/** Throws where the HTML is not well-formed. */
export function walk(html: string): Walked {
  const structure: string[] = [];
  const texts: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => structure.push(`<${name} ${JSON.stringify(attributes)}>`));
  parser.on('closetag', ({ name }) => structure.push(`</${name}>`));
  parser.on('text', (text) => texts.push(text));
  parser.write(html).close();
  return { structure, texts };
}
