// Access tokens for Microsoft Graph and Exchange, got with the certificate of the app registration, from Entra ID or AD FS.
// One provider serves one run: a refused sign-in is tried once and is then the answer for everybody.

import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { asFailure, Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type AdfsApplication, askAdfs } from './ask-adfs.ts';
import { askEntra } from './ask-entra.ts';
import { isBusy, isRefusal } from './failures.ts';
import type { CloudEndpoints } from './national-clouds.ts';
import type { AskForToken, Credential, TokenAnswer } from './token-request.ts';

export type TokenResource = 'graph' | 'exchange';

export interface AccessToken {
  readonly value: string;
  readonly expiresAt: Date;
  /** Application permissions that the tenant consented to, as the token names them. */
  readonly roles: readonly string[];
  /** Entra directory roles of the application (template ids), where the token names them. */
  readonly directoryRoles: readonly string[];
  readonly tenantId: string;
  /** Whom the token names as the one to accept it; undefined where it cannot be read. */
  readonly audience?: string;
}

export interface TokenProvider {
  /**
   * A token valid for at least 5 minutes, or for a fifth of its lifetime where that is less; usually without a request. `forceRefresh` after a service refused the
   * token: a new one, unless the present one is younger than half a minute. Throws tenantUnknown,
   * applicationUnknown, certificateRefused, signInRefused, consentMissing, certificateExpired, invalidCertificate,
   * or what the http client throws.
   */
  token(
    resource: TokenResource,
    signal: AbortSignal,
    options?: { readonly forceRefresh?: boolean },
  ): Promise<AccessToken>;
}

export interface TokenProviderOptions {
  readonly endpoints: Pick<CloudEndpoints, 'login' | 'graphResource' | 'exchangeResource'>;
  /** Tenant domain or id. */
  readonly tenant: string;
  readonly applicationId: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly http: HttpClient;
  readonly clock: Clock;
}

const RENEW_BEFORE_EXPIRY_MS = 5 * 60_000;
/** Of the lifetime: AD FS may issue tokens for a minute, which would otherwise never be good. */
const RENEW_BEFORE_EXPIRY_PART = 1 / 5;
/** Where the answer does not say how long (RFC 6749, 5.1) or says nonsense; a token that is refused earlier is replaced. */
const ASSUMED_LIFETIME_S = 10 * 60;
const LONGEST_LIFETIME_S = 24 * 60 * 60;
const TOO_YOUNG_TO_RENEW_MS = 30_000;
/** All tries and the waits between them. */
const TIME_BUDGET_MS = 60_000;
const FIRST_WAIT_MS = 2_000;

export function createTokenProvider(options: TokenProviderOptions): TokenProvider {
  const { endpoints, tenant, applicationId, http, clock, certificatePem, privateKeyPem } = options;
  return new CertificateTokenProvider({
    ask: askEntra({ login: endpoints.login, tenant, applicationId, http, clock }),
    resources: { graph: endpoints.graphResource, exchange: endpoints.exchangeResource },
    certificatePem,
    privateKeyPem,
    clock,
  });
}

export interface AdfsTokenProviderOptions extends AdfsApplication {
  /** Identifier of the relying party, such as https://mail.contoso.example/ */
  readonly resource: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Throws adfsConnection, adfsSignInRefused and notAdfs instead of what Entra ID would refuse. */
export function createAdfsTokenProvider(options: AdfsTokenProviderOptions): TokenProvider {
  const { resource, certificatePem, privateKeyPem, clock } = options;
  const resources = { graph: resource, exchange: resource };
  return new CertificateTokenProvider({
    ask: askAdfs(options),
    resources,
    certificatePem,
    privateKeyPem,
    clock,
  });
}

interface ProviderParts {
  readonly ask: AskForToken;
  readonly resources: Readonly<Record<TokenResource, string>>;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly clock: Clock;
}

interface Held {
  readonly token: AccessToken;
  readonly issuedAt: number;
}

interface Flight {
  readonly result: Promise<AccessToken>;
  readonly controller: AbortController;
  waiting: number;
}

class CertificateTokenProvider implements TokenProvider {
  readonly #options: ProviderParts;
  readonly #held = new Map<TokenResource, Held>();
  readonly #flights = new Map<TokenResource, Flight>();
  readonly #refusals = new Map<TokenResource, Failure>();

  constructor(options: ProviderParts) {
    this.#options = options;
  }

  async token(
    resource: TokenResource,
    signal: AbortSignal,
    { forceRefresh = false }: { readonly forceRefresh?: boolean } = {},
  ): Promise<AccessToken> {
    const held = this.#held.get(resource);
    if (held !== undefined && this.#isGood(held, forceRefresh)) return held.token;
    const refusal = this.#refusals.get(resource);
    if (refusal !== undefined) throw refusal;
    return this.#join(resource, signal);
  }

  #isGood(held: Held, forceRefresh: boolean): boolean {
    const now = this.#options.clock.now().getTime();
    const expiresAt = held.token.expiresAt.getTime();
    const lifetime = expiresAt - held.issuedAt;
    if (expiresAt - now <= Math.min(RENEW_BEFORE_EXPIRY_MS, lifetime * RENEW_BEFORE_EXPIRY_PART))
      return false;
    // A clock that was set back must not keep a refused token until then.
    return !forceRefresh || Math.abs(now - held.issuedAt) < TOO_YOUNG_TO_RENEW_MS;
  }

  /** Whoever needs a token meanwhile waits for the same request; it is given up when nobody waits any more. */
  async #join(resource: TokenResource, signal: AbortSignal): Promise<AccessToken> {
    throwIfAborted(signal);
    let flight = this.#flights.get(resource);
    if (flight === undefined) {
      const controller = new AbortController();
      flight = { controller, waiting: 0, result: this.#signIn(resource, controller.signal) };
      this.#flights.set(resource, flight);
      const forget = () => {
        if (this.#flights.get(resource)?.controller === controller) this.#flights.delete(resource);
      };
      flight.result.then(forget, forget);
    }
    flight.waiting += 1;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(abortFailure(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([flight.result, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        if (this.#flights.get(resource) === flight) this.#flights.delete(resource);
        flight.controller.abort(new Failure('cancelled'));
      }
    }
  }

  async #signIn(resource: TokenResource, signal: AbortSignal): Promise<AccessToken> {
    try {
      const { clock } = this.#options;
      const token = await this.#requestToken(resource, signal);
      requireSameConsent(resource, this.#held.get(resource)?.token, token);
      this.#held.set(resource, { token, issuedAt: clock.now().getTime() });
      return token;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (isRefusal(failure)) this.#rememberRefusal(resource, failure);
      throw failure;
    }
  }

  /** A missing consent concerns one resource; anything else would be refused for the other one as well. */
  #rememberRefusal(resource: TokenResource, failure: Failure): void {
    const concerned: readonly TokenResource[] =
      failure.code === 'consentMissing' ? [resource] : ['graph', 'exchange'];
    for (const one of concerned) this.#refusals.set(one, failure);
  }

  /** Begins anew, with another assertion, where the answer was lost or the service was too busy. */
  async #requestToken(resource: TokenResource, signal: AbortSignal): Promise<AccessToken> {
    const { ask, clock, resources } = this.#options;
    const credential = checkCredential(this.#options);
    const deadline = clock.now().getTime() + TIME_BUDGET_MS;
    for (let tries = 1; ; tries += 1) {
      const remainingMs = () => deadline - clock.now().getTime();
      const request = { resource: resources[resource], credential, timeBudgetMs: remainingMs() };
      const { refused, last }: TokenAnswer = await ask(request, signal);
      if (refused === undefined) return readToken(last?.body, clock.now());
      const mayPass = refused.code === 'answerLost' || isBusy(last?.status ?? 0);
      const waitMs = refused.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (tries - 1);
      if (!mayPass || signal.aborted || waitMs >= remainingMs()) throw refused;
      await clock.sleep(waitMs, signal);
    }
  }
}

/** A permission that was there when the run began: its consent was revoked meanwhile, which concerns the whole run. */
function requireSameConsent(
  resource: TokenResource,
  before: AccessToken | undefined,
  now: AccessToken,
): void {
  const lost = before?.roles.filter((role) => !now.roles.includes(role)) ?? [];
  if (lost.length > 0) throw new Failure('consentMissing', { details: { resource, permission: lost } });
}

function checkCredential(options: ProviderParts): Credential {
  const now = options.clock.now();
  let x509: X509Certificate;
  let key: KeyObject;
  try {
    x509 = new X509Certificate(options.certificatePem);
    key = createPrivateKey(options.privateKeyPem);
  } catch (cause) {
    throw new Failure('invalidCertificate', { details: { reason: 'damagedFile' }, cause });
  }
  if (!x509.checkPrivateKey(key))
    throw new Failure('invalidCertificate', { details: { reason: 'keyDoesNotBelong' } });
  if (now < x509.validFromDate || now > x509.validToDate) {
    const details = { notBefore: x509.validFromDate.toISOString(), notAfter: x509.validToDate.toISOString() };
    throw new Failure('certificateExpired', { details });
  }
  const thumbprint = (hash: string) => createHash(hash).update(x509.raw).digest('hex').toUpperCase();
  return {
    thumbprintSha1: thumbprint('sha1'),
    thumbprintSha256: thumbprint('sha256'),
    privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The token is opaque in principle; an application may look into its own to see what it was granted. */
function readToken(body: unknown, now: Date): AccessToken {
  const { access_token: value, expires_in: lifetime } = (body ?? {}) as Record<string, unknown>;
  if (typeof value !== 'string')
    throw new Failure('unexpectedAnswer', { details: { reason: 'the sign-in service gave no token' } });
  // Printable ASCII without blanks is more than a token may have (RFC 6750, 2.1), and all that a header can hold.
  if (!/^[!-~]+$/.test(value))
    throw new Failure('unexpectedAnswer', {
      details: { reason: 'the sign-in service gave a token with characters that no header may hold' },
    });
  const claims = readClaims(value);
  return {
    value,
    expiresAt: new Date(now.getTime() + lifetimeInSeconds(lifetime) * 1_000),
    roles: textList(claims.roles),
    directoryRoles: textList(claims.wids),
    tenantId: typeof claims.tid === 'string' ? claims.tid : '',
    ...(typeof claims.aud === 'string' ? { audience: claims.aud } : {}),
  };
}

/** AD FS and older endpoints of Entra ID write the number as text. */
function lifetimeInSeconds(told: unknown): number {
  const seconds = typeof told === 'string' ? Number(told) : told;
  const isSensible = typeof seconds === 'number' && seconds >= 1;
  return isSensible ? Math.min(seconds, LONGEST_LIFETIME_S) : ASSUMED_LIFETIME_S;
}

function readClaims(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}

function textList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortFailure(signal);
}

function abortFailure(signal: AbortSignal): Failure {
  return signal.reason instanceof Failure
    ? signal.reason
    : new Failure('cancelled', { cause: signal.reason });
}
