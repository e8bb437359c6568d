// Asks AD FS 2016 or newer for a token: client credentials with an assertion of our own, because AD FS takes the older
// form only (RS256 with the SHA-1 thumbprint in x5t), which MSAL gives up.
// https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-openid-connect-oauth-flows-scenarios

import { randomUUID, sign } from 'node:crypto';
import { asFailure, Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient, HttpResponse } from '../http/http-client.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import { isBusy, type StsAnswer } from './failures.ts';
import type { AskForToken, Credential } from './token-request.ts';

export interface AdfsApplication {
  /** Such as https://adfs.contoso.example/adfs/oauth2/token */
  readonly tokenUrl: string;
  readonly applicationId: string;
  readonly http: HttpClient;
  readonly clock: Clock;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const ASSERTION_LIFETIME_S = 600;

export function askAdfs({ tokenUrl, applicationId, http, clock }: AdfsApplication): AskForToken {
  return async ({ resource, credential, timeBudgetMs }, signal) => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: applicationId,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion(applicationId, tokenUrl, credential, clock.now()),
      resource,
    });
    try {
      const response = await http.send(
        {
          method: 'POST',
          url: tokenUrl,
          headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
          body: form.toString(),
          timeBudgetMs,
          // An assertion is good for one request (RFC 7523, 3, "jti").
          isSafeToRepeat: false,
        },
        signal,
      );
      const last = answerOf(response, clock.now());
      return { refused: explain(last, new URL(tokenUrl).host), last };
    } catch (thrown) {
      return { refused: ofAdfs(asFailure(thrown)), last: undefined };
    }
  };
}

function assertion(applicationId: string, audience: string, credential: Credential, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1_000);
  const x5t = Buffer.from(credential.thumbprintSha1, 'hex').toString('base64url');
  const head = encoded({ alg: 'RS256', typ: 'JWT', x5t });
  const claims = encoded({
    aud: audience,
    iss: applicationId,
    sub: applicationId,
    jti: randomUUID(),
    nbf: seconds,
    iat: seconds,
    exp: seconds + ASSERTION_LIFETIME_S,
  });
  const signature = sign('sha256', Buffer.from(`${head}.${claims}`), credential.privateKeyPem);
  return `${head}.${claims}.${signature.toString('base64url')}`;
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function answerOf({ status, body, requestId, headers }: HttpResponse, now: Date): StsAnswer {
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
  return { status, body: parse(body), requestId, retryAfterMs };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** AD FS names its errors by MSIS numbers, in the text alone. */
function explain({ status, body, requestId, retryAfterMs }: StsAnswer, host: string): Failure | undefined {
  const { error, error_description: text } = (body ?? {}) as Record<string, unknown>;
  if (status === 200 && body !== undefined) return undefined;
  const number = typeof text === 'string' ? /MSIS\d+/.exec(text)?.[0] : undefined;
  const details = {
    host,
    status,
    ...(typeof error === 'string' ? { error } : {}),
    ...(number === undefined ? {} : { adfs: number }),
  };
  const context = { details, requestId, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (isBusy(status) || status >= 500) return new Failure('serviceUnavailable', context);
  return new Failure(typeof error === 'string' ? 'adfsSignInRefused' : 'notAdfs', context);
}

/** The way there has other causes and remedies than the one to Microsoft. */
function ofAdfs(failure: Failure): Failure {
  if (failure.code !== 'exchangeOnlineConnection') return failure;
  return new Failure('adfsConnection', { details: failure.details, cause: failure });
}
