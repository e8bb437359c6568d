// Makes the XML of answers. Characters that XML 1.0 does not allow go out as references, as Exchange sends them for
// damaged items; a client that does not expect that fails here and not at a customer's.

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export function element(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${escaped(String(value))}"`)
    .join('');
  const inner = content.join('');
  return inner === '' ? `<${name}${written} />` : `<${name}${written}>${inner}</${name}>`;
}

export function textElement(
  name: string,
  text: string | number | boolean,
  attributes: Attributes = {},
): string {
  return element(name, attributes, escaped(String(text)));
}

const special: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

const toEscape = /[&<>"\p{Control}\ufffe\uffff]|\p{Surrogate}/gu;
const asItIs = /^[\t\n\u007f-\u009f]$/;

export function escaped(text: string): string {
  return text.replace(toEscape, (character) => {
    if (asItIs.test(character)) return character;
    const code = character.charCodeAt(0);
    return special[character] ?? `&#x${code.toString(16).toUpperCase()};`;
  });
}
