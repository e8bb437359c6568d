// Lets MSAL use our http client (proxy, own authorities, allowed hosts, cancellation), and keeps the last answer:
// MSAL reduces what Entra said to a text, and we need number and request id.

import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient } from '../http/http-client.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import { isBusy, type StsAnswer } from './failures.ts';

export interface RecordingNetwork extends INetworkModule {
  readonly last: () => StsAnswer | undefined;
  /** What the http client threw; MSAL wraps it in an error of its own. */
  readonly thrown: () => unknown;
}

export function createMsalNetwork(
  http: HttpClient,
  clock: Clock,
  timeBudgetMs: number,
  signal: AbortSignal,
): RecordingNetwork {
  let last: StsAnswer | undefined;
  let thrown: unknown;

  async function send<T>(method: 'GET' | 'POST', url: string, options?: NetworkRequestOptions) {
    try {
      const response = await http.send(
        {
          method,
          url,
          headers: options?.headers ?? {},
          ...(options?.body === undefined ? {} : { body: options.body }),
          timeBudgetMs,
          // A token request carries an assertion, which is good for one request (RFC 7523, 3, "jti").
          isSafeToRepeat: method === 'GET',
        },
        signal,
      );
      const { status, requestId, headers } = response;
      const body = parse(response.body, status);
      last = { status, body, requestId, retryAfterMs: parseRetryAfter(headers['retry-after'], clock.now()) };
      return { status, headers: { ...headers }, body: body as T };
    } catch (error) {
      thrown = error;
      throw error;
    }
  }

  return {
    last: () => last,
    thrown: () => thrown,
    sendGetRequestAsync: <T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> =>
      send<T>('GET', url, options),
    sendPostRequestAsync: <T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> =>
      send<T>('POST', url, options),
  };
}

function parse(body: Buffer, status: number): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    // Who is too busy may say so in any words.
    if (isBusy(status)) return undefined;
    throw new Failure('unexpectedAnswer', {
      details: { reason: 'the sign-in service did not answer in JSON' },
      cause,
    });
  }
}
