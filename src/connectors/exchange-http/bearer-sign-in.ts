// An access token as sign-in (OAuth, RFC 6750): the application works in every mailbox by impersonation. A token that
// expired in mid-run is renewed, once for each request; a new one that is refused is refused.

import { Failure } from '../../model/failure.ts';
import type { AccessToken, TokenProvider } from '../entra/token-provider.ts';
import { requireAllowedHost } from '../http/allowed-hosts.ts';
import type { SignIn } from './sign-in.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

export interface BearerOptions {
  /** Asked for tokens for `exchange`. */
  readonly tokens: TokenProvider;
  /** `host` or `host:port`: nobody else gets the token. */
  readonly hosts: readonly string[];
  /** Without it in the token nothing is sent. undefined: the token need not say what it allows. */
  readonly requiredRole: string | undefined;
}

export function bearerSignIn({ tokens, hosts, requiredRole }: BearerOptions): SignIn {
  /** For the explanation of a refusal. */
  let lastSent: AccessToken | undefined;

  const tokenFor = async (signal: AbortSignal, forceRefresh: boolean): Promise<AccessToken> => {
    const token = await tokens.token('exchange', signal, { forceRefresh });
    if (requiredRole !== undefined && !token.roles.includes(requiredRole)) {
      const details = { resource: token.audience ?? '', permission: [requiredRole], found: token.roles };
      throw new Failure('consentMissing', { details });
    }
    lastSent = token;
    return token;
  };

  return {
    scheme: 'Bearer',
    async send(request, wire) {
      requireAllowedHost(request.url, hosts);
      const token = await tokenFor(request.signal, false);
      const answer = await wire(withToken(request, token));
      if (answer.status !== 401) return answer;
      answer.message.destroy();
      const renewed = await renew(token, request.signal);
      return renewed === undefined ? answer : wire(withToken(request, renewed));
    },
    explainRefusal(answer, host) {
      const { headers } = answer;
      const reason = reasonOf(answer);
      if (reason === undefined && !/\bBearer\b/i.test(headers['www-authenticate'] ?? '')) return undefined;
      const audience = lastSent?.audience;
      const requestId = headers['request-id'];
      return new Failure('exchangeTokenRefused', {
        details: {
          host,
          ...(reason === undefined ? {} : { reason }),
          ...(audience === undefined ? {} : { audience }),
        },
        ...(requestId === undefined ? {} : { requestId }),
      });
    },
  };

  /** undefined: there is no other token than the refused one. Somebody else may have renewed it already. */
  async function renew(refused: AccessToken, signal: AbortSignal): Promise<AccessToken | undefined> {
    const present = await tokenFor(signal, false);
    const token = present.value === refused.value ? await tokenFor(signal, true) : present;
    return token.value === refused.value ? undefined : token;
  }
}

function withToken(request: WireRequest, { value }: AccessToken): WireRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${value}` } };
}

/** Exchange says why in a header of its own: `2000003;reason="...";error_category="invalid_token"`. */
function reasonOf({ headers }: WireAnswer): string | undefined {
  const said = headers['x-ms-diagnostics'] ?? headers['www-authenticate'] ?? '';
  return /\b(?:reason|error_description)="([^"]{1,300})"/.exec(said)?.[1];
}
