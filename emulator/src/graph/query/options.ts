// The query options of one Graph request: decoded, each at most once, each known to the route that is asked.
import { badRequest, notEmulated } from '../graph-error.ts';

export type QueryOptions = ReadonlyMap<string, string>;

export function parseQuery(search: string): QueryOptions {
  const options = new Map<string, string>();
  const text = search.startsWith('?') ? search.slice(1) : search;
  for (const part of text.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = decode(at < 0 ? part : part.slice(0, at));
    if (options.has(name)) throw badRequest(`Query option '${name}' was specified more than once.`);
    options.set(name, at < 0 ? '' : decode(part.slice(at + 1)));
  }
  return options;
}

// A plus sign in a query string is a blank for the service, as in every ASP.NET application: a phone number
// inside a filter has to be percent-encoded.
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw badRequest(`The query string '${text}' is not correctly percent-encoded.`);
  }
}

export function refuseUnknownOptions(options: QueryOptions, known: readonly string[], where: string): void {
  for (const name of options.keys())
    if (!known.includes(name)) throw notEmulated(`the query option '${name}' on ${where}`);
}

export function numberOption(options: QueryOptions, name: string, least: number): number | undefined {
  const text = options.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least)
    throw badRequest(
      `Invalid value '${text}' for ${name} query option found. The ${name} query option requires a ${least === 0 ? 'non-negative' : 'positive'} integer value.`,
    );
  return value;
}

export function booleanOption(options: QueryOptions, name: string): boolean {
  const text = options.get(name);
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw badRequest(`Invalid value '${text}' for ${name} query option found.`);
}

/** The names of `$select`, or undefined where none was given. */
export function selectOption(options: QueryOptions): readonly string[] | undefined {
  const text = options.get('$select');
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => !/^[@A-Za-z][A-Za-z0-9._]*$/.test(name)))
    throw badRequest(`Invalid $select '${text}'.`);
  return [...new Set(names)];
}

/** The same URL query with some options replaced, as a next link carries them. */
export function queryWith(
  options: QueryOptions,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const merged = new Map(options);
  for (const [name, value] of Object.entries(changes)) {
    merged.delete(name);
    if (value !== undefined) merged.set(name, value);
  }
  const encoded = [...merged].map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return encoded.length === 0 ? '' : `?${encoded.join('&')}`;
}
