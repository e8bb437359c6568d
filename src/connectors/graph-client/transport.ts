// What the Graph client needs from below: one HTTP request, an access token. connectors/http and connectors/entra
// satisfy these shapes; tests may stand in for them.

import type { Refusal } from '../http/refusal.ts';

export interface GraphHttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeBudgetMs: number;
  readonly isSafeToRepeat: boolean;
  readonly mailboxKey?: string;
  /** Places taken in the pacing of that mailbox; default 1. */
  readonly mailboxSlots?: number;
  /** Requests that a batch holds. */
  readonly parts?: number;
  /** What the parts of a batch are refused, for the pacing below. */
  readonly refusalsIn?: (response: GraphHttpResponse) => readonly Refusal[];
}

export interface GraphHttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly requestId: string | undefined;
}

export interface GraphHttp {
  /** Throws a Failure when no answer came; otherwise returns the answer whatever its status. */
  send(request: GraphHttpRequest, signal: AbortSignal): Promise<GraphHttpResponse>;
}

export interface GraphTokens {
  token(
    resource: 'graph',
    signal: AbortSignal,
    options?: { readonly forceRefresh?: boolean },
  ): Promise<{ readonly value: string }>;
}
