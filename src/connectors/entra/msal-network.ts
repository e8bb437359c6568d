// Lets MSAL use our http client (proxy, own authorities, allowed hosts, cancellation), and keeps the last answer:
// MSAL reduces what Entra said to a text, and we need number and request id.

import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { Failure } from '../../model/failure.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { StsAnswer } from './failures.ts';

export interface RecordingNetwork extends INetworkModule {
  readonly last: () => StsAnswer | undefined;
  /** What the http client threw; MSAL wraps it in an error of its own. */
  readonly thrown: () => unknown;
}

const TIME_BUDGET_MS = 60_000;

export function createMsalNetwork(http: HttpClient, signal: AbortSignal): RecordingNetwork {
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
          timeBudgetMs: TIME_BUDGET_MS,
          // A token may be issued twice. What must not be repeated, a refusal, is none of the answers http repeats.
          isSafeToRepeat: true,
        },
        signal,
      );
      const body = parse(response.body);
      last = { status: response.status, body, requestId: response.requestId };
      return { status: response.status, headers: { ...response.headers }, body: body as T };
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

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new Failure('unexpectedAnswer', {
      details: { reason: 'the sign-in service did not answer in JSON' },
      cause,
    });
  }
}
