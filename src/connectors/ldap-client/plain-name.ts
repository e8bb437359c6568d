// Names of hosts and domains in one form, to be compared: whether a password may go there hangs on it.

import { domainToASCII } from 'node:url';

/** As URLs and DNS have it: in lower case, other alphabets as `xn--`, without the dot of the root. */
export function plainName(name: string): string {
  const text = name.trim().toLowerCase().replace(/\.$/, '');
  return domainToASCII(text) || text;
}
