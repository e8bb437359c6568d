// The one way out to the Microsoft services: pacing, waiting as told, repeating inside a time budget, following
// redirects inside the cloud, request ids and a log without secrets. Knows nothing of what it carries.

import { randomUUID } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Agent, type Dispatcher, ProxyAgent, request as undiciRequest } from 'undici';
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Traffic } from '../../ports/traffic.ts';
import { requireAllowedHost } from './allowed-hosts.ts';
import { openGuard } from './guard.ts';
import { explainNetworkError } from './network-failures.ts';
import { defaultPacingLimits, Pacing, type PacingLimits } from './pacing.ts';
import { redactUrl } from './redact-url.ts';
import { errorIn, type Refusal, reachOf } from './refusal.ts';
import { backOffMs, parseRetryAfter } from './retry-after.ts';
import { trustWith } from './trust.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** All tries and the waits between them; not the waiting for a place in the mailbox's gate. */
  readonly timeBudgetMs: number;
  /**
   * true: doing it twice is the same as doing it once. false: after an answer that leaves open whether it was done
   * (429, 503, 504, connection lost) the request is not repeated; such an answer is returned, a lost one thrown.
   */
  readonly isSafeToRepeat: boolean;
  /** At most 4 requests at once per key; a key that was throttled waits. Also for requests of other callers. */
  readonly mailboxKey?: string;
  /** Places taken in the mailbox's gate; a `$batch` for one mailbox takes all 4. Default 1. */
  readonly mailboxSlots?: number;
  /** Requests that this call holds; absent: it is one itself. */
  readonly parts?: number;
  /** What an answer refuses inside although the call itself went well; for whoever knows what it carries. */
  readonly refusalsIn?: (response: HttpResponse) => readonly Refusal[];
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The service's id of the request, otherwise ours. */
  readonly requestId: string;
}

export interface HttpClient {
  /**
   * Returns the last answer whatever its status (429, 503 and 504 only when the time or the tries are used up, or
   * the request may not be repeated). Throws Failures: exchangeOnlineConnection, untrustedServer, answerLost,
   * foreignHost, unexpectedAnswer (body too large, endless redirects), throttledTooLong (because of an earlier answer
   * the mailbox is to be left alone for longer than the budget, or the whole service for too long), cancelled.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** Says also what it is doing and why it waits. */
export interface PacedHttpClient extends HttpClient {
  readonly traffic: Traffic;
}

export interface HttpClientOptions {
  /** `host`, `host:port` or `*.suffix`; everything else is refused before anything is sent. */
  readonly allowedHosts: readonly string[];
  readonly proxy?: string | undefined;
  /** PEM certificates trusted besides the usual authorities. */
  readonly additionalCa?: string | undefined;
  /** true: the authorities of the operating system too, for servers in the building. */
  readonly trustsSystem?: boolean;
  readonly log: Log;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly pacing?: Partial<PacingLimits>;
  readonly maxBodyBytes?: number;
}

const MAX_TRIES = 8;
const MAX_TRIES_WITHOUT_CONNECTION = 3;
/** A gateway or server that stumbled once; one that stumbles again is broken for longer. */
const MAX_TRIES_AFTER_ERROR = 3;
const MAX_REDIRECTS = 5;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 15_000;
const CONNECTIONS_PER_HOST = 64;

export function createHttpClient(options: HttpClientOptions): PacedHttpClient {
  return new UndiciHttpClient(options);
}

class UndiciHttpClient implements PacedHttpClient {
  readonly traffic: Traffic;
  readonly #options: HttpClientOptions;
  readonly #dispatcher: Dispatcher;
  readonly #proxyHost: string | undefined;
  readonly #pacing: Pacing;
  readonly #random: () => number;
  readonly #maxBodyBytes: number;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#dispatcher = createDispatcher(options);
    this.#proxyHost = options.proxy === undefined ? undefined : new URL(options.proxy).host;
    this.#pacing = new Pacing({ ...defaultPacingLimits, ...options.pacing }, options.clock);
    this.traffic = this.#pacing;
    this.#random = options.random ?? Math.random;
    this.#maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    try {
      return await this.#sendUntilAnswered(request, signal);
    } catch (thrown) {
      if (!signal.aborted || thrown instanceof Failure) throw thrown;
      throw signal.reason instanceof Failure
        ? signal.reason
        : new Failure('cancelled', { cause: signal.reason });
    }
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  async #sendUntilAnswered(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { clock, log } = this.#options;
    const { mailboxKey, mailboxSlots: slots = 1, parts } = request;
    const { host } = new URL(request.url);
    let deadline: number | undefined;
    for (let tries = 1; ; tries += 1) {
      const place = await this.#pacing.enter(
        { host, mailboxKey, slots, parts },
        request.timeBudgetMs,
        signal,
      );
      deadline ??= clock.now().getTime() + request.timeBudgetMs;
      const remainingMs = () => (deadline ?? 0) - clock.now().getTime();
      let waitMs: number | undefined;
      try {
        const response = await this.#tryOnce(request, tries, remainingMs(), signal);
        const asked = parseRetryAfter(response.headers['retry-after'], clock.now());
        const wait = asked ?? backOffMs(tries, this.#random);
        place.answered(refusalsOf(request, response, asked, wait));
        const mostTries = triesFor(response.status);
        if (mostTries === 1 || !request.isSafeToRepeat) return response;
        if (tries >= mostTries || wait >= remainingMs()) return response;
        this.#pacing.showWait(wait);
        waitMs = wait;
      } catch (thrown) {
        if (thrown instanceof Failure || signal.aborted) throw thrown;
        const trouble = explainNetworkError(thrown, host, this.#proxyHost);
        waitMs = backOffMs(tries, this.#random);
        const mayRepeat = !trouble.isLasting && (trouble.notSent || request.isSafeToRepeat);
        const maxTries = trouble.notSent ? MAX_TRIES_WITHOUT_CONNECTION : MAX_TRIES;
        if (!mayRepeat || tries >= maxTries || waitMs >= remainingMs()) throw trouble.failure;
      } finally {
        // Not kept while waiting: the others of this mailbox that were not refused may go on.
        place.leave();
      }
      log.debug('request is repeated', { url: redactUrl(new URL(request.url)), tries, waitMs });
      await clock.sleep(waitMs, signal);
    }
  }

  async #tryOnce(
    request: HttpRequest,
    tries: number,
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const guard = openGuard(signal, budgetMs);
    let url = new URL(request.url);
    try {
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
        requireAllowedHost(url, this.#options.allowedHosts);
        const response = await this.#exchange(request, url, tries, guard.signal);
        const { location } = response.headers;
        if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return response;
        // Exchange Online sends a POST on to a regional host with any of these and wants the body again.
        url = new URL(location, url);
      }
    } finally {
      guard.close();
    }
    throw new Failure('unexpectedAnswer', { details: { reason: 'too many redirects', host: url.host } });
  }

  async #exchange(request: HttpRequest, url: URL, tries: number, signal: AbortSignal): Promise<HttpResponse> {
    const { clock, log } = this.#options;
    const clientRequestId = randomUUID();
    const startedAt = clock.now().getTime();
    const answer = await undiciRequest(url, {
      dispatcher: this.#dispatcher,
      method: request.method,
      headers: { 'accept-encoding': 'gzip', ...request.headers, 'client-request-id': clientRequestId },
      body: request.body ?? null,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const headers = flatten(answer.headers);
    const raw = await this.#readBody(answer.body, url.host);
    const requestId = headers['request-id'] ?? headers['x-ms-request-id'] ?? clientRequestId;
    log.debug('request', {
      method: request.method,
      url: redactUrl(url),
      status: answer.statusCode,
      tries,
      durationMs: clock.now().getTime() - startedAt,
      bytes: raw.length,
      requestId,
    });
    const body = await this.#decompress(raw, headers['content-encoding'], answer.statusCode, url.host);
    return { status: answer.statusCode, headers, body, requestId };
  }

  async #readBody(body: Dispatcher.ResponseData['body'], host: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > this.#maxBodyBytes) throw tooLarge(host, this.#maxBodyBytes);
    }
    return Buffer.concat(chunks, size);
  }

  async #decompress(
    raw: Buffer,
    encoding: string | undefined,
    status: number,
    host: string,
  ): Promise<Buffer> {
    const decompress = encoding === undefined ? undefined : DECODERS[encoding.trim().toLowerCase()];
    if (decompress === undefined || raw.length === 0) return raw;
    try {
      return await decompress(raw, { maxOutputLength: this.#maxBodyBytes });
    } catch (cause) {
      if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE')
        throw tooLarge(host, this.#maxBodyBytes);
      // Exchange Online declares gzip on the empty or NUL-filled body of a 403.
      if (status >= 400) return raw;
      throw new Failure('unexpectedAnswer', { details: { reason: 'damaged compression', host }, cause });
    }
  }
}

/** Of the call itself, or of what it holds. */
function refusalsOf(
  request: HttpRequest,
  response: HttpResponse,
  askedMs: number | undefined,
  waitMs: number,
): readonly Refusal[] {
  const { status, body } = response;
  const { mailboxKey } = request;
  if (status < 400) return request.refusalsIn?.(response) ?? [];
  // A batch that is refused as a whole was refused before anybody looked for whom its parts are.
  const concerned = request.parts === undefined ? mailboxKey : undefined;
  const error = status === 429 ? errorIn(body) : { code: '', message: '' };
  const reach = reachOf({ status, ...error, mailboxKey: concerned });
  if (reach === undefined) return [];
  const isForMailbox = status === 429 && reach !== 'application';
  return [{ reach, mailboxKey, retryAfterMs: isForMailbox ? waitMs : askedMs }];
}

/** How often a request may be sent that gets this answer every time. */
function triesFor(status: number): number {
  if ([429, 503, 504].includes(status)) return MAX_TRIES;
  return [500, 502].includes(status) ? MAX_TRIES_AFTER_ERROR : 1;
}

const DECODERS: Readonly<
  Record<string, (raw: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

function tooLarge(host: string, limitBytes: number): Failure {
  return new Failure('unexpectedAnswer', { details: { reason: 'answer too large', host, limitBytes } });
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function createDispatcher(options: HttpClientOptions): Dispatcher {
  const { additionalCa, trustsSystem = false } = options;
  // Made once: with a list of authorities every connection would parse all of them again (about 28 ms of CPU).
  const trust =
    additionalCa === undefined && !trustsSystem
      ? {}
      : { secureContext: trustsSystem ? trustWith(additionalCa) : usualTrustWith(additionalCa) };
  const connections = CONNECTIONS_PER_HOST;
  if (options.proxy !== undefined) {
    return new ProxyAgent({ uri: options.proxy, connections, requestTls: trust, proxyTls: trust });
  }
  return new Agent({
    connections,
    connect: { ...trust, rejectUnauthorized: true, timeout: CONNECT_TIMEOUT_MS },
  });
}

function usualTrustWith(additionalCa: string | undefined): SecureContext {
  const usual = getCACertificates('default');
  return createSecureContext({ ca: additionalCa === undefined ? usual : [...usual, additionalCa] });
}
