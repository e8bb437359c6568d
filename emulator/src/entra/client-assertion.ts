// Verifies the JWT with which an app proves that it holds the private key of one of its certificates.
// Accepted pairs as documented: PS256 with `x5t#S256`, RS256 with `x5t`.

import { constants, createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { AppRegistration } from '../organization/state.ts';
import type { EmulatorContext, EmulatorRequest } from '../server/exchange.ts';
import { stsError, stsTime } from './sts-error.ts';

/** Client assertions seen, by client id and jti. */
export interface AssertionHistory {
  readonly used: Set<string>;
  /** Strict by default. MSAL sends one assertion again for ten minutes (msal-node, ClientAssertion.getJwt) where
   * one application object asks for a second resource or renews early, so the real service must accept that. */
  refuseReused: boolean;
}

/** Entra allows that much difference between its clock and the client's. */
const clockSkewMs = 5 * 60 * 1000;

interface Assertion {
  readonly algorithm: 'RS256' | 'PS256';
  /** Upper-case hex. */
  readonly thumbprint: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signedText: string;
  readonly signature: Buffer;
}

/** Throws the refusal Entra would answer. `audiences`: what `aud` may name. */
export function verifyClientAssertion(
  request: EmulatorRequest,
  context: EmulatorContext,
  app: AppRegistration,
  text: string,
  audiences: readonly string[],
): void {
  const assertion = parse(request, context, text);
  requireKnownCertificate(request, context, app, assertion);
  requireClaims(request, context, app, assertion.claims, audiences);
  requireFirstUse(request, context, app, assertion.claims);
}

/** The client id an assertion was made for, before anything is verified; for requests without client_id. */
export function assertedClientId(text: string): string | undefined {
  const claims = decodeJson(text.split('.')[1] ?? '');
  return typeof claims?.['sub'] === 'string' ? claims['sub'] : undefined;
}

function parse(request: EmulatorRequest, context: EmulatorContext, text: string): Assertion {
  const [head, payload, signature, ...rest] = text.split('.');
  const header = decodeJson(head ?? '');
  const claims = decodeJson(payload ?? '');
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0) {
    throw stsError(request, context, 50027, 'JWT token is invalid or malformed.');
  }
  const { alg: algorithm, x5t: sha1, 'x5t#S256': sha256 } = header;
  const thumbprint = algorithm === 'PS256' ? sha256 : algorithm === 'RS256' ? sha1 : undefined;
  if ((algorithm !== 'PS256' && algorithm !== 'RS256') || typeof thumbprint !== 'string') {
    throw stsError(
      request,
      context,
      50027,
      'JWT token is invalid or malformed. The header needs PS256 with x5t#S256 or RS256 with x5t.',
    );
  }
  return {
    algorithm,
    thumbprint: Buffer.from(thumbprint, 'base64url').toString('hex').toUpperCase(),
    claims,
    signedText: `${head}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

function requireKnownCertificate(
  request: EmulatorRequest,
  context: EmulatorContext,
  app: AppRegistration,
  assertion: Assertion,
): void {
  const hash = assertion.algorithm === 'PS256' ? 'sha256' : 'sha1';
  const certificate = app.certificates
    .map((pem) => new X509Certificate(pem))
    .find((one) => createHash(hash).update(one.raw).digest('hex').toUpperCase() === assertion.thumbprint);
  const failure = (reason: string) =>
    stsError(
      request,
      context,
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - ${reason}, Thumbprint of key used by client: '${assertion.thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${app.clientId}'.]`,
    );
  if (certificate === undefined) throw failure('The key was not found.');
  const now = context.clock.now();
  const start = new Date(certificate.validFrom);
  const end = new Date(certificate.validTo);
  if (now < start || now > end) {
    throw failure(`The key used is expired., Found key 'Start=${stsTime(start)}, End=${stsTime(end)}'`);
  }
  if (!hasValidSignature(assertion, certificate.publicKey)) {
    throw failure('The key was found, but use of the key to verify the signature failed.');
  }
}

function hasValidSignature(assertion: Assertion, key: KeyObject): boolean {
  const padding =
    assertion.algorithm === 'PS256'
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
      : { padding: constants.RSA_PKCS1_PADDING };
  return verify('sha256', Buffer.from(assertion.signedText), { key, ...padding }, assertion.signature);
}

function requireClaims(
  request: EmulatorRequest,
  context: EmulatorContext,
  app: AppRegistration,
  claims: Assertion['claims'],
  audiences: readonly string[],
): void {
  if (claims['iss'] !== app.clientId || claims['sub'] !== app.clientId) {
    throw stsError(
      request,
      context,
      700021,
      `Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .`,
    );
  }
  const sentAudiences = [claims['aud']].flat().map(String);
  if (!sentAudiences.some((audience) => audiences.includes(audience))) {
    throw stsError(request, context, 700023, 'Client assertion audience claim does not match Realm issuer.');
  }
  const now = context.clock.now().getTime();
  const expiry = Number(claims['exp']) * 1000;
  const start = claims['nbf'] === undefined ? 0 : Number(claims['nbf']) * 1000;
  const isInTime = Number.isFinite(expiry) && expiry > now - clockSkewMs && start < now + clockSkewMs;
  if (!isInTime) {
    const until = Number.isFinite(expiry) ? stsTime(new Date(expiry)) : 'none';
    throw stsError(
      request,
      context,
      700024,
      `Client assertion is not within its valid time range. Current time: ${stsTime(new Date(now))}, assertion valid from ${stsTime(new Date(start))}, expiry time of assertion ${until}.`,
    );
  }
}

// Entra's number for a replayed assertion is not documented; 700027 is what its documentation names for an
// assertion that must not be accepted.
function requireFirstUse(
  request: EmulatorRequest,
  context: EmulatorContext,
  app: AppRegistration,
  claims: Assertion['claims'],
): void {
  const { jti } = claims;
  if (typeof jti !== 'string' || jti === '') {
    throw stsError(request, context, 50027, "JWT token is invalid or malformed. The claim 'jti' is missing.");
  }
  const key = `${app.clientId}:${jti}`;
  const { used, refuseReused } = context.assertions;
  if (refuseReused && used.has(key)) {
    throw stsError(
      request,
      context,
      700027,
      `The client assertion was refused. [Reason - The assertion '${jti}' has already been used.]`,
    );
  }
  used.add(key);
}

function decodeJson(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
