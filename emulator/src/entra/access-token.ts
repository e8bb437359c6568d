// Access tokens as Entra issues them to an app (client credentials): a JWT signed with the emulator's own key,
// checked again by the Graph and Exchange faces. Expiry runs by the emulator's clock.

import { createPublicKey, type KeyObject, randomBytes, randomUUID, sign, verify } from 'node:crypto';
import type { EmulatorClock } from '../organization/clock.ts';
import { namedGuid } from '../organization/ids.ts';
import type { AppRegistration, Organization } from '../organization/state.ts';
import { type EmulatorRequest, Refusal, type TokenNeed } from '../server/exchange.ts';

export type Audience = 'graph' | 'exchange';

export interface VerifiedToken {
  readonly app: AppRegistration;
  readonly roles: readonly string[];
}

const audienceUrls: Readonly<Record<Audience, string>> = {
  graph: 'https://graph.microsoft.com',
  exchange: 'https://outlook.office365.com',
};

/** One second less than an hour, as the service says. */
export const tokenLifetimeSeconds = 3599;

export class TokenIssuer {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId = randomBytes(20).toString('base64url');
  readonly #signed = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #organization: Organization;
  readonly #clock: EmulatorClock;

  constructor(privateKey: KeyObject, organization: Organization, clock: EmulatorClock) {
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey);
    this.#organization = organization;
    this.#clock = clock;
  }

  get now(): Date {
    return this.#clock.now();
  }

  /** The document behind jwks_uri. */
  keySet(): object {
    const jwk = this.#publicKey.export({ format: 'jwk' });
    return { keys: [{ ...jwk, kty: 'RSA', use: 'sig', kid: this.#keyId, x5t: this.#keyId }] };
  }

  /**
   * Roles are those the app has at this moment; without consent the claim is missing. `named`: another name of the same
   * resource, such as that of a server in the building.
   */
  issue(app: AppRegistration, audience: Audience, named: string = audienceUrls[audience]): string {
    const { tenantId } = this.#organization;
    const issuedAt = Math.floor(this.#clock.now().getTime() / 1000);
    const roles = audience === 'graph' ? app.graphRoles : app.exchangeRoles;
    const header = { typ: 'JWT', alg: 'RS256', x5t: this.#keyId, kid: this.#keyId };
    const claims = {
      aud: named,
      iss: `https://sts.windows.net/${tenantId}/`,
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + tokenLifetimeSeconds,
      app_displayname: app.displayName,
      appid: app.clientId,
      appidacr: '2',
      idtyp: 'app',
      oid: namedGuid(`service-principal:${app.clientId}`),
      sub: namedGuid(`service-principal:${app.clientId}`),
      tid: tenantId,
      uti: randomUUID(),
      ver: '1.0',
      ...(roles.length === 0 ? {} : { roles }),
      ...(app.directoryRoles.length === 0 ? {} : { wids: app.directoryRoles }),
    };
    const input = `${encodeJson(header)}.${encodeJson(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), this.#privateKey).toString('base64url')}`;
  }

  /** `why` says why the token is not accepted. `ownNames`: by which whoever asks knows itself besides. */
  verify(
    token: string,
    audience: Audience,
    ownNames: readonly string[] = [],
  ): { token: VerifiedToken } | { why: string } {
    const [header, payload, signature, ...rest] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
      return { why: 'IDX14100: JWT is not well formed, there are no dots (.).' };
    }
    if (!this.#hasOurSignature(token, `${header}.${payload}`, signature)) {
      return { why: 'Signing key is invalid or signature does not match.' };
    }
    const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const now = this.#clock.now().getTime() / 1000;
    if (![audienceUrls[audience], ...ownNames].includes(String(claims['aud'])))
      return { why: 'Access token validation failure. Invalid audience.' };
    if (Number(claims['exp']) <= now || this.#ended.has(token))
      return { why: 'Lifetime validation failed, the token is expired.' };
    const app = this.#organization.apps.get(String(claims['appid']));
    if (claims['tid'] !== this.#organization.tenantId || app === undefined) {
      return { why: 'The identity of the calling application could not be established.' };
    }
    const roles = Array.isArray(claims['roles']) ? claims['roles'].map(String) : [];
    return { token: { app, roles } };
  }

  /** From now on the token counts as expired. */
  end(token: string): void {
    this.#ended.add(token);
  }

  /** The token's app loses its application permissions and this token; tokens asked for later have no roles. */
  withdrawConsent(token: string): void {
    for (const audience of ['graph', 'exchange'] as const) {
      const verified = this.verify(token, audience, [audienceIn(token)]);
      if (!('token' in verified)) continue;
      verified.token.app.graphRoles = [];
      verified.token.app.exchangeRoles = [];
    }
    this.end(token);
  }

  // A client shows the same token thousands of times; its signature needs to be computed once.
  #hasOurSignature(token: string, signedText: string, signature: string): boolean {
    if (this.#signed.has(token)) return true;
    const isOurs = verify(
      'sha256',
      Buffer.from(signedText),
      this.#publicKey,
      Buffer.from(signature, 'base64url'),
    );
    if (isOurs) this.#signed.add(token);
    return isOurs;
  }
}

/** What `EmulatorContext.requireToken` does, see there. */
export function requireToken(
  issuer: TokenIssuer,
  request: EmulatorRequest,
  audience: Audience,
  need: TokenNeed = {},
): VerifiedToken {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  const result = bearer === undefined ? { why: 'Access token is empty.' } : issuer.verify(bearer, audience);
  if ('why' in result) throw unauthorized(request, audience, result.why, issuer.now);
  const { token } = result;
  const { anyOf } = need;
  if (anyOf !== undefined && !anyOf.some((role) => token.roles.includes(role))) {
    throw forbidden(request, audience, need.part ?? 'outlook', issuer.now);
  }
  return token;
}

function unauthorized(request: EmulatorRequest, audience: Audience, why: string, now: Date): Refusal {
  if (audience === 'exchange') {
    // The admin REST answers without a body; the reason stands in the header.
    return new Refusal({
      status: 401,
      headers: { 'WWW-Authenticate': `Bearer realm="", error="invalid_token", error_description="${why}"` },
    });
  }
  return new Refusal({
    status: 401,
    headers: { 'WWW-Authenticate': 'Bearer realm="", authorization_uri="", client_id=""' },
    body: graphError(request, 'InvalidAuthenticationToken', why, now),
  });
}

function forbidden(
  request: EmulatorRequest,
  audience: Audience,
  part: 'directory' | 'outlook',
  now: Date,
): Refusal {
  // Admin REST: "401: no/invalid token or role missing".
  if (audience === 'exchange')
    return unauthorized(request, audience, 'The role is missing in the token.', now);
  const body =
    part === 'directory'
      ? graphError(
          request,
          'Authorization_RequestDenied',
          'Insufficient privileges to complete the operation.',
          now,
        )
      : graphError(request, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.', now);
  return new Refusal({ status: 403, body });
}

function graphError(request: EmulatorRequest, code: string, message: string, now: Date): object {
  return {
    error: {
      code,
      message,
      innerError: {
        date: now.toISOString().slice(0, 19),
        'request-id': request.requestId,
        'client-request-id': request.headers['client-request-id'] ?? request.requestId,
      },
    },
  };
}

function audienceIn(token: string): string {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return String(Reflect.get(Object(claims), 'aud'));
}

function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
