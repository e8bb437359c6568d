// The way to an Exchange server on-premises, shared by ews and autodiscover: who signs in and how is decided here and
// nowhere above. Knows nothing of SOAP.

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Hints such as X-AnchorMailbox: one that is not ASCII is left out. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** All tries and the waits between them, until the end of the body. */
  readonly timeBudgetMs: number;
  /** Fewer than usual, where somebody waits for the answer. */
  readonly mostTries?: number;
  /** true: doing it twice is the same as doing it once, so a lost answer may be asked for again. */
  readonly isSafeToRepeat: boolean;
  /** Requests with the same key go to the same back end (X-BackEndCookie) and share one small gate. */
  readonly mailboxKey?: string;
  /** false: credentials are never sent; for the open questions of Autodiscover. */
  readonly isAnonymous?: boolean;
}

export interface ExchangeResponse {
  readonly status: number;
  /** Names in lower case; `set-cookie` joined by line breaks. */
  readonly headers: Readonly<Record<string, string>>;
  /** In pieces, so that a long answer is never held as a whole; must be read to its end or destroyed. */
  readonly body: AsyncIterable<Uint8Array> & { destroy(): void };
  /** The server's id of the request where it names one, otherwise ours. */
  readonly requestId: string;
}

export interface ExchangeHttp {
  /**
   * Returns the answer whatever its status, redirects included: whether one is followed is the caller's decision.
   * Throws Failures: connection refused or lost, untrusted certificate, sign-in refused (never tried twice with the
   * same password in one run: an account would be locked), cancelled.
   */
  send(request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeResponse>;
  close(): Promise<void>;
}
