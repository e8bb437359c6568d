// How one environment signs in to Exchange Server: with the password of an account, or as an application with a
// certificate, for which Entra ID or AD FS issues access tokens.

import { cloudEndpoints } from '../connectors/entra/national-clouds.ts';
import { createAdfsTokenProvider, createTokenProvider } from '../connectors/entra/token-provider.ts';
import {
  basicSignIn,
  bearerSignIn,
  createTlsAgent,
  ntlmSignIn,
  type SignIn,
} from '../connectors/exchange-http/index.ts';
import { createHttpClient } from '../connectors/http/http-client.ts';
import type { Environment, ExchangeOAuth } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import { environmentId } from '../model/ids.ts';
import { destinationOf } from '../operations/destination.ts';
import type { Log } from '../ports/log.ts';
import type { Stores } from '../store/open-stores.ts';
import { systemClock } from '../system/system-clock.ts';

type OnPremisesEnvironment = Extract<Environment, { scenario: 'onPremises' }>;

/** Exchange advises against more open requests of one account (EWSMaxConcurrency). */
const CONNECTIONS = 10;

/** What an application has to be allowed by Entra ID; AD FS need not say it. */
const APPLICATION_ROLE = 'full_access_as_app';

export interface Passwords {
  readonly activeDirectory: string;
  /** undefined: Exchange is signed in to without one. */
  readonly exchange: string | undefined;
  /** As what that one is stored. */
  readonly exchangeUse: 'exchange' | 'activeDirectory' | undefined;
}

/** Throws `passwordMissing`, `secretDamaged` or `wrongKey`. */
export async function readPasswords(
  environment: OnPremisesEnvironment,
  { secrets }: Stores,
  destination: string = destinationOf(environment),
): Promise<Passwords> {
  const id = environmentId(environment.id);
  const missing = (use: string) =>
    new Failure('passwordMissing', { details: { environment: environment.name, for: use } });
  const activeDirectory = await secrets.readPassword(id, 'activeDirectory', destination);
  if (activeDirectory === undefined) throw missing('activeDirectory');
  const { account, authentication } = environment.onPremises.exchangeWebServices;
  if (authentication === 'oauth') return { activeDirectory, exchange: undefined, exchangeUse: undefined };
  const own = await secrets.readPassword(id, 'exchange', destination);
  if (own === undefined && account !== undefined) throw missing('exchange');
  return own === undefined
    ? { activeDirectory, exchange: activeDirectory, exchangeUse: 'activeDirectory' }
    : { activeDirectory, exchange: own, exchangeUse: 'exchange' };
}

export interface ExchangeSignIn {
  readonly signIn: SignIn;
  /** An application has no mailbox of its own: it works in every mailbox by impersonation. */
  readonly isApplication: boolean;
}

/** Throws `certificateMissing`, `secretDamaged` or `wrongKey`. */
export async function signInToExchange(
  environment: OnPremisesEnvironment,
  password: string | undefined,
  stores: Stores,
  additionalCa: string | undefined,
  log: Log,
  destination: string = destinationOf(environment),
): Promise<ExchangeSignIn> {
  const { exchangeWebServices: exchange, activeDirectory } = environment.onPremises;
  const { authentication, channelBinding, oauth, url } = exchange;
  if (authentication === 'oauth' && oauth !== undefined && url !== undefined) {
    const signIn = await asApplication(environment, oauth, url, destination, stores, additionalCa, log);
    return { signIn, isApplication: true };
  }
  const credentials = { account: exchange.account ?? activeDirectory.account, password: password ?? '' };
  const signIn =
    authentication === 'basic'
      ? basicSignIn(credentials)
      : ntlmSignIn({
          credentials,
          channelBinding,
          createAgent: () => createTlsAgent({ additionalCa, connections: 1 }),
          connections: CONNECTIONS,
          clock: systemClock,
        });
  return { signIn, isApplication: false };
}

async function asApplication(
  environment: OnPremisesEnvironment,
  oauth: ExchangeOAuth,
  url: string,
  destination: string,
  { secrets }: Stores,
  additionalCa: string | undefined,
  log: Log,
): Promise<SignIn> {
  const certificate = await secrets.readAssigned(environmentId(environment.id), destination);
  if (certificate === undefined)
    throw new Failure('certificateMissing', { details: { environment: environment.name } });
  const privateKeyPem = await secrets.readPrivateKey(certificate.thumbprint);
  const { applicationId, tenant, tokenUrl, cloud, login, proxy } = oauth;
  const { origin, host } = new URL(url);
  const resource = oauth.resource ?? `${origin}/`;
  const endpoints = cloudEndpoints({ cloud, endpoints: login === undefined ? undefined : { login } });
  const clock = systemClock;
  const http = createHttpClient({
    allowedHosts: [new URL(tokenUrl ?? endpoints.login).host],
    proxy,
    additionalCa,
    trustsSystem: true,
    log,
    clock,
  });
  const common = { applicationId, certificatePem: certificate.certificatePem, privateKeyPem, http, clock };
  const tokens =
    tokenUrl === undefined
      ? createTokenProvider({
          ...common,
          endpoints: { ...endpoints, exchangeResource: resource },
          tenant: tenant ?? '',
        })
      : createAdfsTokenProvider({ ...common, tokenUrl, resource });
  return {
    ...bearerSignIn({
      tokens,
      hosts: [host],
      requiredRole: tokenUrl === undefined ? APPLICATION_ROLE : undefined,
    }),
    close: () => http.close(),
  };
}
