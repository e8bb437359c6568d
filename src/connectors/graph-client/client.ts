// The Graph client shared by connectors/graph and connectors/exchange-online: single requests, pages, batches and
// gathered reads, all with the access token, which never goes to another host than the configured one.

import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { type BatchAnswer, type GraphAnswer, parseBody } from './answer.ts';
import { type BatchOptions, type BatchPart, type BatchTransport, runBatch } from './batch.ts';
import { createBatchWidths } from './batch-widths.ts';
import type { ToFailure } from './failures.ts';
import { createGatheredReads } from './gathered-reads.ts';
import { createMailboxBudget } from './mailbox-budget.ts';
import { createMailboxGates, MAX_SINGLES } from './mailbox-gates.ts';
import { followPages, type GraphPage } from './pages.ts';
import type { GraphHttp, GraphHttpRequest, GraphTokens } from './transport.ts';

const DEFAULT_TIME_BUDGET_MS = 300_000;

export interface GraphClientOptions {
  /** Scheme and host of the cloud's Graph, without a path. */
  readonly baseUrl: string;
  readonly tokens: GraphTokens;
  readonly http: GraphHttp;
  readonly log: Log;
  readonly clock: Clock;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** All requests of one mailbox pass one gate: four at once, or one batch. */
  readonly mailboxKey?: string;
  readonly timeBudgetMs?: number;
}

export interface WriteOptions extends RequestOptions {
  readonly isSafeToRepeat?: boolean;
}

export interface PageOptions extends RequestOptions {
  readonly toFailure?: ToFailure;
  /** Ride with other mailboxes' reads; only for answers that are small. Needs a mailboxKey. */
  readonly isGathered?: boolean;
}

/** What was sent so far, for the summary of a run. */
export interface GraphCounts {
  /** HTTP calls; a batch is one. */
  readonly httpCalls: number;
  /** Requests as the service counts them: every part of a batch is one. */
  readonly innerRequests: number;
}

/** Paths are relative to the version root (`/users/…`); links from answers are taken verbatim. Answers of any status
 * are returned; `requireSuccess` turns a refusal into a Failure. */
export interface GraphClient {
  readonly counts: GraphCounts;
  get(path: string, options: RequestOptions, signal: AbortSignal): Promise<GraphAnswer>;
  post(path: string, body: unknown, options: WriteOptions, signal: AbortSignal): Promise<GraphAnswer>;
  patch(path: string, body: unknown, options: WriteOptions, signal: AbortSignal): Promise<GraphAnswer>;
  delete(path: string, options: WriteOptions, signal: AbortSignal): Promise<GraphAnswer>;
  /** The values page by page. Throws a Failure at the first page that cannot be read. */
  pages(path: string, options: PageOptions, signal: AbortSignal): AsyncIterable<readonly unknown[]>;
  /** As `pages`, with the delta link of the last page. */
  deltaPages(path: string, options: PageOptions, signal: AbortSignal): AsyncIterable<GraphPage>;
  /** At most 20 parts; answers in the order of the parts. */
  batch(
    parts: readonly BatchPart[],
    options: BatchOptions,
    signal: AbortSignal,
  ): Promise<readonly BatchAnswer[]>;
  /** As `get`, gathered with the reads of other mailboxes into one HTTP call. */
  batchedGet(
    path: string,
    options: RequestOptions & { readonly mailboxKey: string },
    signal: AbortSignal,
  ): Promise<GraphAnswer>;
}

export function createGraphClient(options: GraphClientOptions): GraphClient {
  const { tokens, http, log, clock } = options;
  const host = new URL(options.baseUrl).origin;
  const root = `${host}/v1.0`;
  const gates = createMailboxGates();
  const budget = createMailboxBudget(clock);
  const widths = createBatchWidths(clock);
  const counts = { httpCalls: 0, innerRequests: 0 };

  function urlOf(pathOrLink: string): string {
    if (pathOrLink.startsWith('/')) return `${root}${pathOrLink}`;
    const url = URL.parse(pathOrLink);
    if (url?.origin === host && url.username === '' && url.password === '') return pathOrLink;
    throw new Failure('foreignHost', { details: { host: url?.host ?? '' } });
  }

  async function sendAuthorized(
    request: Omit<GraphHttpRequest, 'headers'> & { readonly headers: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<GraphAnswer> {
    let answer = await sendOnce(request, await tokens.token('graph', signal), signal);
    if (answer.status === 401) {
      // A 401 means that nothing was carried out: repeating is safe whatever the method.
      answer = await sendOnce(request, await tokens.token('graph', signal, { forceRefresh: true }), signal);
    }
    return answer;
  }

  async function sendOnce(
    request: GraphHttpRequest,
    token: { readonly value: string },
    signal: AbortSignal,
  ): Promise<GraphAnswer> {
    counts.httpCalls += 1;
    const headers = {
      ...request.headers,
      accept: 'application/json',
      authorization: `Bearer ${token.value}`,
    };
    const response = await http.send({ ...request, headers }, signal);
    return {
      status: response.status,
      headers: response.headers,
      body: parseBody(response.body),
      requestId: response.requestId,
    };
  }

  async function single(
    method: GraphHttpRequest['method'],
    pathOrLink: string,
    body: unknown,
    one: WriteOptions,
    signal: AbortSignal,
  ): Promise<GraphAnswer> {
    const url = urlOf(pathOrLink);
    const release =
      one.mailboxKey === undefined ? undefined : await gates.enterSingle(one.mailboxKey, signal);
    try {
      if (one.mailboxKey !== undefined) await budget.spend(one.mailboxKey, 1, signal);
      counts.innerRequests += 1;
      return await sendAuthorized(
        {
          method,
          url,
          headers: { ...one.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          timeBudgetMs: one.timeBudgetMs ?? DEFAULT_TIME_BUDGET_MS,
          isSafeToRepeat: one.isSafeToRepeat ?? method === 'GET',
          ...(one.mailboxKey === undefined ? {} : { mailboxKey: one.mailboxKey }),
        },
        signal,
      );
    } finally {
      release?.();
    }
  }

  const transport: BatchTransport = {
    clock,
    postEnvelope: (body, envelope, signal) =>
      sendAuthorized(
        {
          method: 'POST',
          url: `${root}/$batch`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          ...envelope,
          ...(envelope.mailboxKey === undefined ? {} : { mailboxSlots: MAX_SINGLES }),
        },
        signal,
      ),
    async refreshToken(signal) {
      log.debug('access token refused inside a batch; fetching a new one');
      await tokens.token('graph', signal, { forceRefresh: true });
    },
    countParts(count) {
      counts.innerRequests += count;
    },
  };
  const gathered = createGatheredReads(transport, widths);

  async function batchedGet(
    pathOrLink: string,
    one: RequestOptions & { readonly mailboxKey: string },
    signal: AbortSignal,
  ): Promise<GraphAnswer> {
    const path = pathWithinRoot(urlOf(pathOrLink));
    const release = await gates.enterSingle(one.mailboxKey, signal);
    try {
      await budget.spend(one.mailboxKey, 1, signal);
      const timeBudgetMs = one.timeBudgetMs ?? DEFAULT_TIME_BUDGET_MS;
      return await gathered.get(
        { path, headers: one.headers ?? {}, mailboxKey: one.mailboxKey },
        timeBudgetMs,
        signal,
      );
    } finally {
      release();
    }
  }

  function pathWithinRoot(url: string): string {
    if (url.startsWith(`${root}/`)) return url.slice(root.length);
    throw new Failure('unexpectedAnswer', { details: { code: 'linkOutsideVersionRoot' } });
  }

  function deltaPages(path: string, page: PageOptions, signal: AbortSignal): AsyncIterable<GraphPage> {
    const { mailboxKey } = page;
    const read = (pathOrLink: string) =>
      page.isGathered === true && mailboxKey !== undefined
        ? batchedGet(pathOrLink, { ...page, mailboxKey }, signal)
        : single('GET', pathOrLink, undefined, page, signal);
    return followPages(path, read, page.toFailure);
  }

  return {
    counts,
    get: (path, one, signal) => single('GET', path, undefined, one, signal),
    post: (path, body, one, signal) => single('POST', path, body, one, signal),
    patch: (path, body, one, signal) => single('PATCH', path, body, one, signal),
    delete: (path, one, signal) => single('DELETE', path, undefined, one, signal),
    async *pages(path, page, signal) {
      for await (const { value } of deltaPages(path, page, signal)) yield value;
    },
    deltaPages,
    async batch(parts, batchOptions, signal) {
      const { mailboxKey } = batchOptions;
      const release = mailboxKey === undefined ? undefined : await gates.enterBatch(mailboxKey, signal);
      try {
        if (mailboxKey !== undefined) await budget.spend(mailboxKey, parts.length, signal);
        const timeBudgetMs = batchOptions.timeBudgetMs ?? DEFAULT_TIME_BUDGET_MS;
        return await runBatch(transport, parts, { ...batchOptions, timeBudgetMs }, widths, signal);
      } finally {
        release?.();
      }
    },
    batchedGet,
  };
}
