// Which hosts a request, and the access token in it, may go to. Links and redirects come from answers, and an answer
// may have been changed on the way.

import { Failure } from '../../model/failure.ts';

/** `host`, `host:port`, or `*.suffix` for any host below it; https only. */
export function requireAllowedHost(url: URL, allowedHosts: readonly string[]): void {
  const isAllowed = url.protocol === 'https:' && allowedHosts.some((entry) => fits(url, entry.toLowerCase()));
  if (!isAllowed) throw new Failure('foreignHost', { details: { host: `${url.protocol}//${url.host}` } });
}

function fits(url: URL, entry: string): boolean {
  // `host` of a URL has no port when it is the default one, so that `*.suffix` never fits another port.
  if (entry.startsWith('*.')) return url.host.endsWith(entry.slice(1));
  return url.host === entry || `${url.host}:443` === entry;
}
