// The rules for addresses and servers that people write. An environment is stored, shown, exported and compared as
// readable text: whatever signs in has no place in an address.

import { z } from 'zod';

/**
 * What an issue says besides, where the rule is younger than documents that may be stored: a value that keeps the rule,
 * to check the rest of the document with, and the value to go on with.
 */
export interface EarlierValue {
  readonly standIn: string;
  readonly kept: string;
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
