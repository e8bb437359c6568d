// Restrictions and sort orders of FindItem and FindFolder, over the properties of whatever is looked for. Texts are
// compared without regard to case, as the store does.

import { notEmulated } from '../errors.ts';
import { keyOf, readPath } from '../properties/field-path.ts';
import type { Value } from '../properties/property-bag.ts';
import { SchemaViolation } from '../schema/types.ts';
import { attribute, type Element } from '../xml/reader.ts';

/** The properties of one candidate. */
export type Read = (key: string) => Value | undefined;

export type Condition = (read: Read) => boolean;

export function readRestriction(element: Element): Condition {
  const [first] = element.children;
  if (first === undefined) throw new SchemaViolation('The restriction is empty.', element);
  return readCondition(first);
}

function readCondition(element: Element): Condition {
  switch (element.name) {
    case 't:And': {
      const parts = element.children.map(readCondition);
      return (read) => parts.every((part) => part(read));
    }
    case 't:Or': {
      const parts = element.children.map(readCondition);
      return (read) => parts.some((part) => part(read));
    }
    case 't:Not': {
      const part = readRestriction(element);
      return (read) => !part(read);
    }
    case 't:Exists': {
      const key = pathKey(element);
      return (read) => read(key) !== undefined;
    }
    case 't:Contains':
      return contains(element);
    case 't:Excludes':
      throw notEmulated('the restriction Excludes');
    default:
      return comparison(element);
  }
}

function pathKey(element: Element): string {
  const [path] = element.children;
  if (path === undefined) throw new SchemaViolation('The restriction names no property.', element);
  return keyOf(readPath(path));
}

function comparison(element: Element): Condition {
  const key = pathKey(element);
  const [other] = element.children[1]?.children ?? [];
  if (other === undefined)
    throw new SchemaViolation('The restriction names nothing to compare with.', element);
  const otherKey = other.name === 't:Constant' ? undefined : keyOf(readPath(other));
  const constant = otherKey === undefined ? attribute(other, 'Value') : undefined;
  const test = tests[element.name];
  if (test === undefined) throw notEmulated(`the restriction ${element.name}`);
  return (read) => {
    const left = read(key);
    const right = otherKey === undefined ? constant : read(otherKey);
    if (left === undefined || right === undefined) return element.name === 't:IsNotEqualTo' && left !== right;
    return test(compareValues(key, left, right));
  };
}

const tests: Readonly<Record<string, (order: number) => boolean>> = {
  't:IsEqualTo': (order) => order === 0,
  't:IsNotEqualTo': (order) => order !== 0,
  't:IsGreaterThan': (order) => order > 0,
  't:IsGreaterThanOrEqualTo': (order) => order >= 0,
  't:IsLessThan': (order) => order < 0,
  't:IsLessThanOrEqualTo': (order) => order <= 0,
};

/** By the type that the key starts with. */
export function compareValues(key: string, left: Value, right: Value): number {
  const type = key.slice(0, key.indexOf(' '));
  const [a, b] = [String(left), String(right)];
  if (['Integer', 'Short', 'Long', 'Double', 'Float', 'Currency'].includes(type))
    return Number(a) - Number(b);
  if (type === 'SystemTime') return new Date(a).getTime() - new Date(b).getTime();
  if (type === 'Boolean') return Number(asBoolean(a)) - Number(asBoolean(b));
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
}

function asBoolean(text: string): boolean {
  return text === '1' || text.toLowerCase() === 'true';
}

function contains(element: Element): Condition {
  const key = pathKey(element);
  const constant = element.children[1];
  if (constant === undefined) throw new SchemaViolation('Contains has no constant.', element);
  const mode = element.attributes.get('ContainmentMode') ?? 'FullString';
  const isExact = (element.attributes.get('ContainmentComparison') ?? 'Exact') === 'Exact';
  const fold = (text: string): string => (isExact ? text : text.toLowerCase());
  const wanted = fold(attribute(constant, 'Value'));
  const matches = (text: string): boolean => {
    switch (mode) {
      case 'FullString':
        return text === wanted;
      case 'Prefixed':
        return text.startsWith(wanted);
      case 'Substring':
        return text.includes(wanted);
      default:
        throw notEmulated(`the ContainmentMode ${mode}`);
    }
  };
  return (read) => {
    const value = read(key);
    if (value === undefined) return false;
    return (typeof value === 'string' ? [value] : value).some((one) => matches(fold(one)));
  };
}

export function readOrder(element: Element): (a: Read, b: Read) => number {
  const orders = element.children.map((one) => ({
    key: pathKey(one),
    sign: attribute(one, 'Order') === 'Descending' ? -1 : 1,
  }));
  return (a, b) => {
    for (const { key, sign } of orders) {
      const [left, right] = [a(key), b(key)];
      if (left === undefined && right === undefined) continue;
      if (left === undefined) return -sign;
      if (right === undefined) return sign;
      const order = compareValues(key, left, right);
      if (order !== 0) return sign * order;
    }
    return 0;
  };
}
