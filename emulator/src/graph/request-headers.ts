// Which request headers mean something on which route. A header that asks for something the emulator does not
// do is refused by name instead of being ignored.
import { badRequest, notEmulated } from './graph-error.ts';

export interface Preferences {
  readonly immutableIds: boolean;
  readonly maxPageSize: number | undefined;
  readonly minimal: boolean;
}

/** Names in `Prefer` that a route may declare. */
export type PreferenceName = 'IdType' | 'odata.maxpagesize' | 'return';

// Headers that change nothing in the answer, or that the entry point handles for all routes.
const neutral = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  'cache-control',
  'client-request-id',
  'connection',
  'content-length',
  'content-type',
  'date',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'pragma',
  // What the retry handler of Microsoft's own client adds.
  'retry-attempt',
  'return-client-request-id',
  'sdkversion',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'user-agent',
  'via',
  'x-anchormailbox',
  'x-ms-throttle-priority',
]);

export function refuseUnknownHeaders(
  headers: Readonly<Record<string, string>>,
  known: readonly string[],
  where: string,
): void {
  for (const name of Object.keys(headers)) {
    if (neutral.has(name) || known.includes(name) || name === 'prefer') continue;
    if (/^(sec-|x-forwarded-|x-ms-client-)/.test(name)) continue;
    throw notEmulated(`the request header '${name}' on ${where}`);
  }
  const accept = headers.accept;
  if (accept !== undefined && /odata\.metadata=(none|full)/i.test(accept))
    throw notEmulated(`the request header 'accept: ${accept}'`);
}

export function parsePreferences(
  header: string | undefined,
  known: readonly PreferenceName[],
  where: string,
): Preferences {
  let immutableIds = false;
  let maxPageSize: number | undefined;
  let minimal = false;
  for (const part of (header ?? '').split(',')) {
    const text = part.trim();
    if (text === '') continue;
    const match = /^([A-Za-z.-]+)\s*=\s*"?([^"]*)"?$/.exec(text);
    const name = known.find((candidate) => candidate.toLowerCase() === match?.[1]?.toLowerCase());
    const value = match?.[2] ?? '';
    if (name === undefined) throw notEmulated(`the preference '${text}' on ${where}`);
    if (name === 'IdType' && value === 'ImmutableId') immutableIds = true;
    else if (name === 'odata.maxpagesize' && /^[1-9]\d*$/.test(value)) maxPageSize = Number(value);
    else if (name === 'return' && value === 'minimal') minimal = true;
    else throw badRequest(`The preference '${text}' has a value that is not supported.`);
  }
  return { immutableIds, maxPageSize, minimal };
}

/** The change key inside `If-Match: W/"…"`; undefined where none is demanded. */
export function expectedChangeKey(headers: Readonly<Record<string, string>>): string | undefined {
  const text = headers['if-match'];
  if (text === undefined || text === '*') return undefined;
  const match = /^(?:W\/)?"([^"]+)"$/.exec(text);
  if (!match) throw badRequest(`The If-Match header '${text}' is not a valid entity tag.`);
  return match[1];
}
