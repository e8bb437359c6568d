// What differs between two documents, key by key, for people: "folder.name: Company Contacts -> Staff".

import { isDeepStrictEqual } from 'node:util';

export interface Difference {
  readonly path: string;
  /** undefined: it was not there. */
  readonly from: unknown;
  /** undefined: it is no longer there. */
  readonly to: unknown;
}

/** Keys in the order of the new document, then those that are gone. Lists of plain values compare as lists of lines. */
export function differences(from: unknown, to: unknown, path = ''): readonly Difference[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (isGroup(from) && isGroup(to)) {
    const keys = [...Object.keys(to), ...Object.keys(from).filter((key) => !Object.hasOwn(to, key))];
    return keys.flatMap((key) =>
      differences(ownValue(from, key), ownValue(to, key), path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(from) && Array.isArray(to)) return listDifferences(from, to, path);
  return [{ path, from, to }];
}

function listDifferences(
  from: readonly unknown[],
  to: readonly unknown[],
  path: string,
): readonly Difference[] {
  if ([...from, ...to].some((value) => typeof value === 'object')) {
    const length = Math.max(from.length, to.length);
    return Array.from({ length }, (_, index) =>
      differences(from[index], to[index], `${path}[${index}]`),
    ).flat();
  }
  const removed = without(from, to).map(
    (value): Difference => ({ path: `${path}[]`, from: value, to: undefined }),
  );
  const added = without(to, from).map(
    (value): Difference => ({ path: `${path}[]`, from: undefined, to: value }),
  );
  // The same values in another order.
  return removed.length + added.length === 0 ? [{ path, from, to }] : [...removed, ...added];
}

/** Values of `list` that `other` has fewer of. */
function without(list: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  const left = [...other];
  return list.filter((value) => {
    const index = left.indexOf(value);
    if (index === -1) return true;
    left.splice(index, 1);
    return false;
  });
}

/** One line for each difference. */
export function describeDifferences(list: readonly Difference[]): readonly string[] {
  return list.map(({ path, from, to }) => `${path}: ${shown(from)} -> ${shown(to)}`);
}

function shown(value: unknown): string {
  if (value === undefined) return '(none)';
  return typeof value === 'string' && /^\S(.*\S)?$/.test(value) ? value : JSON.stringify(value);
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownValue(group: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(group, key) ? group[key] : undefined;
}
