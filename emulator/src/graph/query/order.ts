// `$orderby`: reads the text and sorts. Unset values come first, as Exchange and Entra sort them.
import { badRequest } from '../graph-error.ts';
import type { ValueAt } from './filter-match.ts';

export interface Order {
  readonly path: readonly string[];
  readonly descending: boolean;
}

export function parseOrder(text: string): readonly Order[] {
  return text.split(',').map((part) => {
    const match = /^\s*([A-Za-z][A-Za-z0-9/]*)(?:\s+(asc|desc))?\s*$/.exec(part);
    if (!match) throw badRequest(`Invalid $orderby '${text}'.`);
    return { path: (match[1] ?? '').split('/'), descending: match[2] === 'desc' };
  });
}

export function sorted<T>(
  items: readonly T[],
  orders: readonly Order[],
  valuesOf: (item: T) => ValueAt,
): readonly T[] {
  return items.toSorted((a, b) => {
    for (const order of orders) {
      const difference = compareValues(valuesOf(a)(order.path), valuesOf(b)(order.path));
      if (difference !== 0) return order.descending ? -difference : difference;
    }
    return 0;
  });
}

function compareValues(a: unknown, b: unknown): number {
  const left = sortKey(a);
  const right = sortKey(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function sortKey(value: unknown): string {
  if (value === undefined || value === null) return '';
  return (typeof value === 'string' ? value : JSON.stringify(value)).toLowerCase();
}
