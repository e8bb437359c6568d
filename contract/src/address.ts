// The rules for addresses and servers that people write. An environment is stored, shown, exported and compared as
// readable text: whatever signs in has no place in an address.

import { z } from 'zod';

/**
 * What an issue says besides, where the rule is younger than documents that may be stored: a value that keeps the rule,
 * to check the rest of the document with, and the value to go on with, where that is not the stored one. It never repeats
 * what was written: errors are printed with it.
 */
export interface EarlierValue {
  readonly standIn: string;
  readonly kept?: string;
}

export const httpsAddress = address(
  /^https$/,
  'accounts have keys of their own, and passwords are stored apart',
);

export const proxyAddress = address(
  /^https?$/,
  'a proxy has to let this computer through without a sign-in of its own',
);

function address(protocol: RegExp, instead: string) {
  return z.url({ protocol }).superRefine((text, { addIssue }) => {
    const url = URL.parse(text);
    if (url === null) return;
    const signsIn = url.username !== '' || url.password !== '';
    const hasFragment = text.includes('#');
    url.username = '';
    url.password = '';
    url.hash = '';
    const params = { earlier: { standIn: url.href, kept: url.href } satisfies EarlierValue };
    const refuse = (message: string) => addIssue({ code: 'custom', message, params });
    if (signsIn)
      refuse(
        `must not hold a user name or a password, because it is stored and shown as readable text; ${instead}`,
      );
    if (hasFragment) refuse('must not hold a fragment (#…), which is never sent');
  });
}

/** For messages: also of a text that is no address, since a mistyped one holds the password all the same. */
export function withoutUserInfo(text: string): string {
  return text.replace(/^([a-z][a-z\d+.-]*:(?=[/\\]))?([/\\]*).*@/is, '$1$2…@');
}

const MAX_PORT = 65_535;
const MAX_HOST_LENGTH = 253;

/** Whether it stands in brackets or alone, an address of version 6 has no other form than this. */
const version6 = z.ipv6();

export const serverName = z
  .string()
  .min(1)
  .superRefine((text, { addIssue }) => {
    const problem = problemOfServer(text.trim());
    if (problem === undefined) return;
    const params = { earlier: { standIn: 'earlier.invalid' } satisfies EarlierValue };
    addIssue({ code: 'custom', message: problem, params });
  });

function problemOfServer(text: string): string | undefined {
  const [scheme] = /^[a-z][a-z\d+.-]*:\/\//i.exec(text) ?? [];
  if (scheme !== undefined) return `must be host or host:port, without ${scheme.toLowerCase()}`;
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(text) ?? [];
  if (port !== undefined && !isVersion6(text) && !isPort(port))
    return `must be host or host:port, with a port from 1 to ${MAX_PORT}`;
  const isHost =
    bracketed === undefined ? isVersion6(text) || isHostName(plain ?? '') : isVersion6(bracketed);
  return isHost
    ? undefined
    : 'must be host or host:port, such as dc1.corp.contoso.example, dc1.corp.contoso.example:636 or [2001:db8::1]:636';
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_PORT;
}

/** The name of the network interface may follow. */
function isVersion6(text: string): boolean {
  return version6.safeParse(text.replace(/%[\w.-]+$/, '')).success;
}

/** Also in other alphabets, with underscores (Windows takes them) and with the dot of the root. */
function isHostName(text: string): boolean {
  return (
    text.length <= MAX_HOST_LENGTH &&
    /^(?:[\p{L}\p{M}\p{N}_-]{1,63}\.)*[\p{L}\p{M}\p{N}_-]{1,63}\.?$/u.test(text)
  );
}
