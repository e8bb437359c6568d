// The namespaces of EWS and the prefixes under which the emulator speaks of their elements. They are all http://; the
// vendor's documentation shows some with https:// because a link checker turned them.

export const namespaces = {
  s: 'http://schemas.xmlsoap.org/soap/envelope/',
  m: 'http://schemas.microsoft.com/exchange/services/2006/messages',
  t: 'http://schemas.microsoft.com/exchange/services/2006/types',
  e: 'http://schemas.microsoft.com/exchange/services/2006/errors',
} as const;

const prefixes = new Map<string, string>(Object.entries(namespaces).map(([prefix, uri]) => [uri, prefix]));

/** `t:Contact`, or `{uri}local` for what is not of EWS. */
export function canonicalName(uri: string, local: string): string {
  const prefix = prefixes.get(uri);
  return prefix === undefined ? `{${uri}}${local}` : `${prefix}:${local}`;
}
