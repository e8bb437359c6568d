// Asks Entra ID for a token, through MSAL.

import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient } from '../http/http-client.ts';
import { explainSignIn } from './failures.ts';
import { createMsalNetwork } from './msal-network.ts';
import type { AskForToken } from './token-request.ts';

export interface EntraApplication {
  /** Address without a path. */
  readonly login: string;
  /** Tenant domain or id. */
  readonly tenant: string;
  readonly applicationId: string;
  readonly http: HttpClient;
  readonly clock: Clock;
}

export function askEntra({ login, tenant, applicationId, http, clock }: EntraApplication): AskForToken {
  return async ({ resource, credential, timeBudgetMs }, signal) => {
    const network = createMsalNetwork(http, clock, timeBudgetMs, signal);
    // Loading MSAL takes a third of a second, which commands that need no token should not pay.
    const { ConfidentialClientApplication } = await import('@azure/msal-node');
    const { thumbprintSha256, privateKeyPem: privateKey } = credential;
    const application = new ConfidentialClientApplication({
      auth: {
        clientId: applicationId,
        authority: `${login}/${tenant}`,
        knownAuthorities: [new URL(login).host],
        clientCertificate: { thumbprintSha256, privateKey },
      },
      system: { networkClient: network },
    });
    try {
      // A resource that ends with a slash keeps it, and gets a second one: only so has the token's audience one.
      await application.acquireTokenByClientCredential({ scopes: [`${resource}/.default`], skipCache: true });
      return { refused: undefined, last: network.last() };
    } catch (cause) {
      const last = network.last();
      const thrown = network.thrown();
      if (thrown instanceof Failure) return { refused: thrown, last };
      const refused = last === undefined ? undefined : explainSignIn(last);
      return { refused: refused ?? new Failure('unexpectedAnswer', { cause }), last };
    }
  };
}
