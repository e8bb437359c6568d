// singleValueExtendedProperties and multiValueExtendedProperties of contacts and contact folders: read from a request body, chosen by `$expand`,
// shown in an answer. Values are always strings on the wire.
import { normalizeExtendedPropertyId } from '../organization/extended-property-id.ts';
import { isObject, type Json } from './call.ts';
import { GraphError, notEmulated } from './graph-error.ts';
import { type Filter, parseFilter } from './query/filter-syntax.ts';
import type { QueryOptions } from './query/options.ts';

/** Gives the value of one extended property, stored or computed; undefined when unset. */
export type ExtendedValue = (key: string) => string | undefined;

const isOfSeveral = (key: string): boolean => /^\w+Array /.test(key);

export function extendedPropertyKey(id: string, ofSeveral = false): string {
  const key = normalizeExtendedPropertyId(id);
  // A single-value property cannot have one of the `…Array` types, and the others have no other.
  if (key === undefined || isOfSeveral(key) !== ofSeveral)
    throw new GraphError(
      400,
      'ErrorInvalidExtendedProperty',
      // The service's text ends after the first sentence; the id is added so that a failing test names it.
      `The extended property attribute combination is invalid. (id '${id}')`,
    );
  return key;
}

const valueForms: Readonly<Record<string, RegExp>> = {
  Integer: /^-?\d{1,10}$/,
  Short: /^-?\d{1,5}$/,
  Long: /^-?\d{1,19}$/,
  Boolean: /^(true|false)$/i,
  SystemTime: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  Double: /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/,
  Float: /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/,
  Binary: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  CLSID: /^\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?$/,
  Currency: /^-?\d+(\.\d+)?$/,
};

/** The inline array of a POST or PATCH, by normalized id. */
export function readExtendedProperties(value: unknown): ReadonlyMap<string, string> {
  if (!Array.isArray(value)) throw wrongBody("'singleValueExtendedProperties' must be an array.");
  const result = new Map<string, string>();
  for (const entry of value) {
    if (!isObject(entry)) throw wrongBody("'singleValueExtendedProperties' must contain objects.");
    for (const name of Object.keys(entry))
      if (name !== 'id' && name !== 'value' && name !== '@odata.type')
        throw wrongBody(
          `The property '${name}' does not exist on type 'Microsoft.OutlookServices.SingleValueLegacyExtendedProperty'.`,
        );
    const id = entry.id;
    const text = entry.value;
    if (typeof id !== 'string') throw wrongBody("'singleValueExtendedProperties' entries need an 'id'.");
    // Neither null nor DELETE removes an extended property (SDK reports); clients write an empty string.
    if (typeof text !== 'string')
      throw wrongBody(`The value of the extended property '${id}' must be a string.`);
    const key = extendedPropertyKey(id);
    const type = key.slice(0, key.indexOf(' '));
    requireForm(id, type, text);
    result.set(key, type === 'Boolean' ? text.toLowerCase() : text);
  }
  return result;
}

function requireForm(id: string, type: string, text: string): void {
  if (valueForms[type]?.test(text) === false)
    throw new GraphError(
      400,
      'ErrorInvalidExtendedPropertyValue',
      `The extended property value is invalid. (id '${id}')`,
    );
}

/** The same for properties of several values, which the store keeps as JSON. */
export function readMultiValueProperties(value: unknown): ReadonlyMap<string, string> {
  if (!Array.isArray(value)) throw wrongBody("'multiValueExtendedProperties' must be an array.");
  const result = new Map<string, string>();
  for (const entry of value) {
    const isEntry =
      isObject(entry) &&
      typeof entry.id === 'string' &&
      Array.isArray(entry.value) &&
      Object.keys(entry).every((name) => name === 'id' || name === 'value' || name === '@odata.type');
    if (!isEntry || typeof entry.id !== 'string' || !Array.isArray(entry.value))
      throw wrongBody("'multiValueExtendedProperties' must contain objects of an 'id' and a list.");
    const key = extendedPropertyKey(entry.id, true);
    const type = key.slice(0, key.indexOf('Array '));
    for (const text of entry.value) {
      if (typeof text !== 'string')
        throw wrongBody(`The values of the extended property '${entry.id}' must be strings.`);
      requireForm(entry.id, type, text);
    }
    result.set(key, JSON.stringify(entry.value));
  }
  return result;
}

function wrongBody(message: string): GraphError {
  return new GraphError(400, 'RequestBodyRead', message);
}

/**
 * The keys asked for by `$expand=singleValueExtendedProperties($filter=id eq '…' or id eq '…')`, and behind a comma those of
 * multiValueExtendedProperties.
 */
export function expandedProperties(options: QueryOptions): readonly string[] | undefined {
  const text = options.get('$expand');
  if (text === undefined) return undefined;
  const [single = '', several, ...rest] = text.split(/,\s*(?=multiValueExtendedProperties\s*\()/);
  const ids = filterIn('singleValueExtendedProperties', single);
  const idsOfSeveral = several === undefined ? undefined : filterIn('multiValueExtendedProperties', several);
  if (ids === undefined || (several !== undefined && idsOfSeveral === undefined) || rest.length > 0)
    throw notEmulated(
      `$expand=${text} (only extended properties with a $filter on id, the single ones first)`,
    );
  return [
    ...new Set([
      ...idsOf(parseFilter(ids), false),
      ...(idsOfSeveral === undefined ? [] : idsOf(parseFilter(idsOfSeveral), true)),
    ]),
  ];
}

function filterIn(name: string, text: string): string | undefined {
  return new RegExp(`^\\s*${name}\\s*\\(\\s*\\$filter=([\\s\\S]*)\\)\\s*$`).exec(text)?.[1];
}

function idsOf(filter: Filter, ofSeveral: boolean): readonly string[] {
  if (filter.kind === 'or') return [...idsOf(filter.left, ofSeveral), ...idsOf(filter.right, ofSeveral)];
  if (
    filter.kind === 'compare' &&
    filter.operator === 'eq' &&
    filter.left.kind === 'path' &&
    filter.left.path.join('/') === 'id' &&
    filter.right.kind === 'literal' &&
    typeof filter.right.value === 'string'
  )
    return [extendedPropertyKey(filter.right.value, ofSeveral)];
  throw notEmulated("a $filter inside $expand other than id eq '…' or id eq '…'");
}

/** Only those that are set; nothing at all when none is. */
export function showExtendedProperties(keys: readonly string[] | undefined, read: ExtendedValue): Json {
  const shown = (keys ?? []).flatMap((id) => {
    const value = read(id);
    return value === undefined ? [] : [{ id, value }];
  });
  const single = shown.filter(({ id }) => !isOfSeveral(id));
  const several = shown
    .filter(({ id }) => isOfSeveral(id))
    .map(({ id, value }) => ({ id, value: JSON.parse(value) as string[] }));
  return {
    ...(single.length === 0 ? {} : { singleValueExtendedProperties: single }),
    ...(several.length === 0 ? {} : { multiValueExtendedProperties: several }),
  };
}
