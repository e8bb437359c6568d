// singleValueExtendedProperties of contacts and contact folders: read from a request body, chosen by `$expand`,
// shown in an answer. Values are always strings on the wire.
import { normalizeExtendedPropertyId } from '../organization/extended-property-id.ts';
import { isObject, type Json } from './call.ts';
import { GraphError, notEmulated } from './graph-error.ts';
import { type Filter, parseFilter } from './query/filter-syntax.ts';
import type { QueryOptions } from './query/options.ts';

/** Gives the value of one extended property, stored or computed; undefined when unset. */
export type ExtendedValue = (key: string) => string | undefined;

export function extendedPropertyKey(id: string): string {
  const key = normalizeExtendedPropertyId(id);
  // A single-value property cannot have one of the `…Array` types.
  if (key === undefined || /^\w+Array /.test(key))
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
    if (valueForms[type]?.test(text) === false)
      throw new GraphError(
        400,
        'ErrorInvalidExtendedPropertyValue',
        `The extended property value is invalid. (id '${id}')`,
      );
    result.set(key, type === 'Boolean' ? text.toLowerCase() : text);
  }
  return result;
}

function wrongBody(message: string): GraphError {
  return new GraphError(400, 'RequestBodyRead', message);
}

/** The keys asked for by `$expand=singleValueExtendedProperties($filter=id eq '…' or id eq '…')`. */
export function expandedProperties(options: QueryOptions): readonly string[] | undefined {
  const text = options.get('$expand');
  if (text === undefined) return undefined;
  const match = /^\s*singleValueExtendedProperties\s*\(\s*\$filter=([\s\S]*)\)\s*$/.exec(text);
  if (!match) throw notEmulated(`$expand=${text} (only singleValueExtendedProperties with a $filter on id)`);
  return [...new Set(idsOf(parseFilter(match[1] ?? '')))];
}

function idsOf(filter: Filter): readonly string[] {
  if (filter.kind === 'or') return [...idsOf(filter.left), ...idsOf(filter.right)];
  if (
    filter.kind === 'compare' &&
    filter.operator === 'eq' &&
    filter.left.kind === 'path' &&
    filter.left.path.join('/') === 'id' &&
    filter.right.kind === 'literal' &&
    typeof filter.right.value === 'string'
  )
    return [extendedPropertyKey(filter.right.value)];
  throw notEmulated("a $filter inside $expand other than id eq '…' or id eq '…'");
}

/** Only those that are set; nothing at all when none is. */
export function showExtendedProperties(keys: readonly string[] | undefined, read: ExtendedValue): Json {
  const shown = (keys ?? []).flatMap((id) => {
    const value = read(id);
    return value === undefined ? [] : [{ id, value }];
  });
  return shown.length === 0 ? {} : { singleValueExtendedProperties: shown };
}
