// The cookies by which a front end remembers the back end of a mailbox (X-BackEndCookie, exchangecookie). Kept per
// mailbox: with the cookie of another one a request goes to the wrong server and costs a detour.

export interface BackEndCookies {
  /** For the Cookie header; undefined when there are none. */
  headerFor(host: string, mailboxKey: string): string | undefined;
  /** `setCookie`: the lines of the answer's Set-Cookie. */
  remember(host: string, mailboxKey: string, setCookie: string | undefined): void;
}

/** More mailboxes than any run has under way at once; the oldest are forgotten. */
const MOST_MAILBOXES = 20_000;

export function createBackEndCookies(): BackEndCookies {
  const jars = new Map<string, Map<string, string>>();
  const keyOf = (host: string, mailboxKey: string) => `${host} ${mailboxKey}`;
  return {
    headerFor(host, mailboxKey) {
      const jar = jars.get(keyOf(host, mailboxKey));
      if (jar === undefined || jar.size === 0) return undefined;
      return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    },
    remember(host, mailboxKey, setCookie) {
      if (setCookie === undefined) return;
      const key = keyOf(host, mailboxKey);
      const jar = jars.get(key) ?? new Map<string, string>();
      for (const line of setCookie.split('\n')) {
        const match = /^\s*([^=;\s]+)=([^;]*)/.exec(line);
        if (match === null) continue;
        const [, name = '', value = ''] = match;
        // An empty value or a time to live of zero takes the cookie back (RFC 6265, 5.3).
        if (value.trim() === '' || /;\s*max-age\s*=\s*(0|-\d+)\s*(;|$)/i.test(line)) jar.delete(name);
        else jar.set(name, value.trim());
      }
      jars.delete(key);
      jars.set(key, jar);
      const oldest = jars.keys().next();
      if (jars.size > MOST_MAILBOXES && oldest.done !== true) jars.delete(oldest.value);
    },
  };
}
