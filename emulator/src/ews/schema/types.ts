// A small schema language for what EWS takes: which elements, in which order, with which attributes. EWS describes its
// types as sequences, so an element in the wrong place is refused as loudly as one that does not exist.

import type { Element } from '../xml/reader.ts';

export interface Type {
  readonly attributes: Readonly<Record<string, AttributeRule>>;
  /** Undefined: no element inside. */
  readonly particles?: readonly Particle[];
  /** Undefined: no text inside. */
  readonly text?: RegExp;
  /** What is inside is not looked at. */
  readonly open?: boolean;
}

export interface AttributeRule {
  readonly required: boolean;
  readonly value: RegExp;
}

export interface Particle {
  /** One of these, each at its turn. */
  readonly options: readonly { readonly name: string; readonly type: Type }[];
  readonly min: number;
  readonly max: number;
}

const whatever = /[\s\S]*/;
const unbounded = Number.POSITIVE_INFINITY;

export function text(pattern: RegExp = whatever, attributes: Type['attributes'] = {}): Type {
  return { attributes, text: pattern };
}

export function oneOf(...values: readonly string[]): Type {
  return text(valuesOf(...values));
}

export function valuesOf(...values: readonly string[]): RegExp {
  return new RegExp(`^(?:${values.join('|')})$`);
}

export function sequence(...particles: readonly Particle[]): Type {
  return { attributes: {}, particles };
}

export function empty(): Type {
  return { attributes: {} };
}

export function withAttributes(type: Type, attributes: Type['attributes']): Type {
  return { ...type, attributes: { ...type.attributes, ...attributes } };
}

export function needs(value: RegExp = whatever): AttributeRule {
  return { required: true, value };
}

export function may(value: RegExp = whatever): AttributeRule {
  return { required: false, value };
}

export function once(name: string, type: Type): Particle {
  return { options: [{ name, type }], min: 1, max: 1 };
}

export function optional(name: string, type: Type): Particle {
  return { options: [{ name, type }], min: 0, max: 1 };
}

export function many(name: string, type: Type, min = 0): Particle {
  return { options: [{ name, type }], min, max: unbounded };
}

export function choice(options: Readonly<Record<string, Type>>, min = 1, max = 1): Particle {
  return { options: Object.entries(options).map(([name, type]) => ({ name, type })), min, max };
}

export function anyNumber(particle: Particle): Particle {
  return { ...particle, max: unbounded };
}

export class SchemaViolation extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, at: Element) {
    super(message);
    this.line = at.line;
    this.column = at.column;
  }
}

export function validate(element: Element, type: Type): void {
  validateAttributes(element, type);
  if (type.open === true) return;
  if (type.text === undefined) {
    if (element.text.trim() !== '')
      throw new SchemaViolation(`The element '${element.name}' cannot contain text.`, element);
  } else if (!type.text.test(element.text)) {
    throw new SchemaViolation(
      `The '${element.name}' element is invalid - The value '${element.text}' is invalid according to its datatype.`,
      element,
    );
  }
  validateChildren(element, type.particles ?? []);
}

function validateAttributes(element: Element, type: Type): void {
  for (const [name, given] of element.attributes) {
    const rule = type.attributes[name];
    // Type and language of an element may stand anywhere.
    if (rule === undefined && /^(?:xsi|xml|s):/.test(name)) continue;
    if (rule === undefined) throw new SchemaViolation(`The '${name}' attribute is not declared.`, element);
    if (!rule.value.test(given))
      throw new SchemaViolation(
        `The '${name}' attribute is invalid - The value '${given}' is invalid according to its datatype.`,
        element,
      );
  }
  for (const [name, rule] of Object.entries(type.attributes))
    if (rule.required && !element.attributes.has(name))
      throw new SchemaViolation(`The required attribute '${name}' is missing.`, element);
}

function validateChildren(element: Element, particles: readonly Particle[]): void {
  let next = 0;
  for (const particle of particles) {
    let count = 0;
    for (; count < particle.max; count += 1) {
      const found = element.children[next];
      const option = particle.options.find(({ name }) => name === found?.name);
      if (found === undefined || option === undefined) break;
      validate(found, option.type);
      next += 1;
    }
    if (count < particle.min) throw unexpected(element, element.children[next], particle);
  }
  const left = element.children[next];
  if (left !== undefined) throw unexpected(element, left, undefined);
}

function unexpected(
  parent: Element,
  found: Element | undefined,
  wanted: Particle | undefined,
): SchemaViolation {
  const list =
    wanted === undefined
      ? ''
      : ` List of possible elements expected: '${wanted.options.map(({ name }) => name).join(', ')}'.`;
  return found === undefined
    ? new SchemaViolation(`The element '${parent.name}' has incomplete content.${list}`, parent)
    : new SchemaViolation(
        `The element '${parent.name}' has invalid child element '${found.name}'.${list}`,
        found,
      );
}
