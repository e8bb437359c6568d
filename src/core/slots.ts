// More values than slots (hard-parts 14): the primary value first, then the others in an order that does not depend on
// the reading. What has no slot is counted, never fatal.

import type { ContactProperty } from '../model/contact.ts';
import { comparable } from './comparable.ts';

/** A place that values of one attribute go to; a closed one takes its value without showing it (mode off). */
export interface Slot {
  readonly property: ContactProperty;
  readonly isClosed: boolean;
}

export interface FilledSlots {
  readonly values: ReadonlyMap<ContactProperty, string>;
  /** Values without a slot. */
  readonly left: readonly string[];
}

/** Equal values count once; the first one stays. */
export function distinctValues(property: ContactProperty, values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = comparable(property, value);
    if (key === '' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/**
 * Primary first, the rest by text: directories give the values of one attribute in any order. Addresses in a tenant's
 * own routing domains come last, because nobody knows a colleague by them.
 */
export function stableOrder(property: ContactProperty, values: readonly string[]): string[] {
  const [primary, ...rest] = values;
  if (primary === undefined) return [];
  const keyed = rest.map((value) => {
    const text = comparable(property, value);
    return {
      value,
      key: `${/@(?:[^@]*\.)?onmicrosoft\.(?:com|us)$|\.onmschina\.cn$/.test(text) ? '1' : '0'}${text}`,
    };
  });
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return [primary, ...keyed.map(({ value }) => value)];
}

export function fillSlots(slots: readonly Slot[], values: readonly string[]): FilledSlots {
  const filled = new Map<ContactProperty, string>();
  slots.forEach(({ property, isClosed }, index) => {
    const value = values[index];
    if (value !== undefined && !isClosed) filled.set(property, value);
  });
  return { values: filled, left: values.slice(slots.length) };
}
