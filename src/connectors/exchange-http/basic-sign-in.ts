// Basic authentication (RFC 7617). The password goes along with every request, so only inside TLS.

import { Failure } from '../../model/failure.ts';
import type { SignIn } from './sign-in.ts';

export function basicSignIn(credentials: { readonly account: string; readonly password: string }): SignIn {
  const { account, password } = credentials;
  const authorization = `Basic ${Buffer.from(`${account}:${password}`, 'utf8').toString('base64')}`;
  return {
    scheme: 'Basic',
    async send(request, wire) {
      if (request.url.protocol !== 'https:') {
        throw new Failure('passwordNeedsTls', { details: { host: request.url.host } });
      }
      return wire({ ...request, headers: { ...request.headers, authorization } });
    },
  };
}
