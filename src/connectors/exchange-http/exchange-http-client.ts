// ExchangeHttp over node:https: signs in by the given strategy, tries a password once, keeps back-end cookies per
// mailbox, repeats what is safe to repeat, and hands the answer on in pieces.

import { randomUUID } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Failure } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failure-codes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { openGuard } from '../http/guard.ts';
import { explainNetworkError, type NetworkTrouble } from '../http/network-failures.ts';
import { redactUrl } from '../http/redact-url.ts';
import { backOffMs } from '../http/retry-after.ts';
import { createBackEndCookies } from './back-end-cookies.ts';
import type { ExchangeHttp, ExchangeRequest, ExchangeResponse } from './exchange-http.ts';
import { createRequestGate } from './request-gate.ts';
import type { SignIn } from './sign-in.ts';
import { createWire, isSilence, type WireAnswer, type WireOptions, type WireRequest } from './wire.ts';

export interface ExchangeHttpOptions {
  readonly signIn: SignIn;
  /** PEM certificates trusted besides the usual authorities. */
  readonly additionalCa?: string | undefined;
  /** Where to connect for a host and port of a URL; the certificate must still be that of the URL's host. */
  readonly connectTo?: WireOptions['connectTo'];
  /** Through which everything goes but connections that a sign-in brings of its own. */
  readonly proxy?: string | undefined;
  /** true: Exchange Online, whose troubles with the network have causes and remedies of their own. */
  readonly isOnline?: boolean;
  /** Of the limit for connecting; real time unless a test has its own. */
  readonly startTimer?: WireOptions['startTimer'];
  readonly log: Log;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The documents advise against more than ten open requests of one caller (EWSMaxConcurrency). */
const CONNECTIONS = 10;
const PER_MAILBOX = 2;
const MOST_TRIES = 3;
/** A host that says nothing at all costs the whole limit for connecting each time. */
const MOST_TRIES_SILENT = 2;
/** Who comes so soon after these tries is not sent: one after the other, mailboxes would wait for minutes. */
const SILENCE_BELIEVED_MS = 60_000;

interface Silence {
  readonly thrown: Error;
  readonly triesInARow: number;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export function createExchangeHttp(options: ExchangeHttpOptions): ExchangeHttp {
  return new SignedInHttp(options);
}

class SignedInHttp implements ExchangeHttp {
  readonly #options: ExchangeHttpOptions;
  readonly #wire: ReturnType<typeof createWire>;
  readonly #cookies = createBackEndCookies();
  readonly #gate = createRequestGate(PER_MAILBOX);
  /** While it is open whether the password is right, one request at a time: ten at once would be ten wrong ones. */
  readonly #proof = createRequestGate(1);
  /** Here and not in the agent, so that who still waits is not sent after a refusal. */
  readonly #connections = createRequestGate(CONNECTIONS);
  #isSignInProved = false;
  #refused: Failure | undefined;
  /** By host. */
  readonly #silences = new Map<string, Silence>();

  constructor(options: ExchangeHttpOptions) {
    this.#options = options;
    const { additionalCa, connectTo, proxy, startTimer } = options;
    this.#wire = createWire({ additionalCa, connections: CONNECTIONS, connectTo, proxy, startTimer });
  }

  async send(request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeResponse> {
    try {
      return await this.#sendUntilAnswered(request, signal);
    } catch (thrown) {
      if (!signal.aborted || thrown instanceof Failure) throw thrown;
      throw asCancelled(signal);
    }
  }

  async close(): Promise<void> {
    this.#wire.close();
    await this.#options.signIn.close?.();
  }

  async #sendUntilAnswered(request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeResponse> {
    const { clock, log, random } = this.#options;
    const deadline = clock.now().getTime() + request.timeBudgetMs;
    const leave =
      request.mailboxKey === undefined ? () => {} : await this.#gate.enter(request.mailboxKey, signal);
    try {
      for (let tries = 1; ; tries += 1) {
        const remainingMs = deadline - clock.now().getTime();
        try {
          return await this.#tryOnce(request, remainingMs, leave, signal);
        } catch (thrown) {
          if (thrown instanceof Failure || signal.aborted) throw thrown;
          const trouble = explain(thrown, new URL(request.url).host, this.#options);
          const waitMs = backOffMs(tries, random);
          const mayRepeat = !trouble.isLasting && (trouble.notSent || request.isSafeToRepeat);
          const mostTries = Math.min(
            request.mostTries ?? MOST_TRIES,
            isSilence(thrown) ? MOST_TRIES_SILENT : MOST_TRIES,
          );
          if (!mayRepeat || tries >= mostTries || waitMs >= remainingMs) throw trouble.failure;
          log.debug('request is repeated', { url: redactUrl(new URL(request.url)), tries, waitMs });
          await clock.sleep(waitMs, signal);
        }
      }
    } catch (thrown) {
      leave();
      throw thrown;
    }
  }

  async #tryOnce(
    request: ExchangeRequest,
    budgetMs: number,
    leave: () => void,
    signal: AbortSignal,
  ): Promise<ExchangeResponse> {
    const { clock, log } = this.#options;
    const url = new URL(request.url);
    const guard = openGuard(signal, budgetMs);
    const clientRequestId = randomUUID();
    const startedAt = clock.now().getTime();
    try {
      const answer = await this.#exchange(request, {
        method: request.method,
        url,
        headers: this.#headersOf(request, url, clientRequestId),
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: guard.signal,
      });
      const requestId = answer.headers['request-id'] ?? clientRequestId;
      log.debug('request', {
        method: request.method,
        url: redactUrl(url),
        status: answer.status,
        durationMs: clock.now().getTime() - startedAt,
        requestId,
      });
      if (request.mailboxKey !== undefined) {
        this.#cookies.remember(url.host, request.mailboxKey, answer.headers['set-cookie']);
      }
      const body = bodyOf(answer, url.host, this.#options, signal, () => {
        guard.close();
        leave();
      });
      return { status: answer.status, headers: answer.headers, body, requestId };
    } catch (thrown) {
      guard.close();
      throw thrown;
    }
  }

  async #exchange(request: ExchangeRequest, outgoing: WireRequest): Promise<WireAnswer> {
    if (request.isAnonymous === true) return this.#wire.send(outgoing);
    const leave = await this.#connections.enter(outgoing.url.host, outgoing.signal);
    try {
      const answer = await this.#signedIn(outgoing);
      if (answer.message.closed) leave();
      else answer.message.once('close', leave);
      return answer;
    } catch (thrown) {
      leave();
      throw thrown;
    }
  }

  async #signedIn(outgoing: WireRequest): Promise<WireAnswer> {
    const { signIn } = this.#options;
    const { host } = outgoing.url;
    const leave = this.#isSignInProved ? () => {} : await this.#proof.enter('', outgoing.signal);
    // Meanwhile another one may have proved it.
    if (this.#isSignInProved) leave();
    const silence = this.#silenceOf(host);
    try {
      this.#stopAfterRefusal();
      if (silence !== undefined && silence.triesInARow >= MOST_TRIES_SILENT)
        throw explain(silence.thrown, host, this.#options).failure;
      const checkBeforeSending = () => this.#stopAfterRefusal();
      const answer = await signIn.send({ ...outgoing, checkBeforeSending }, this.#wire.send);
      this.#silences.delete(host);
      // A gateway's own answer proves nothing about the password.
      if (![401, 502, 503, 504].includes(answer.status)) this.#isSignInProved = true;
      if (answer.status !== 401) return answer;
      answer.message.destroy();
      this.#refused ??= signIn.explainRefusal?.(answer, host) ?? refusal(signIn.scheme, answer, host);
      throw this.#refused;
    } catch (thrown) {
      if (isSilence(thrown)) this.#remember(host, thrown, silence);
      throw thrown;
    } finally {
      leave();
    }
  }

  #silenceOf(host: string): Silence | undefined {
    const silence = this.#silences.get(host);
    return silence === undefined || this.#options.clock.now().getTime() >= silence.until
      ? undefined
      : silence;
  }

  /** Tries at the same time count as one. */
  #remember(host: string, thrown: Error, before: Silence | undefined): void {
    const latest = this.#silenceOf(host);
    const triesInARow = latest === before ? (before?.triesInARow ?? 0) + 1 : (latest?.triesInARow ?? 1);
    const until = this.#options.clock.now().getTime() + SILENCE_BELIEVED_MS;
    this.#silences.set(host, { thrown, triesInARow, until });
  }

  /** The password may have been changed in the middle of a run: every further try counts towards locking the account. */
  #stopAfterRefusal(): void {
    if (this.#refused !== undefined) throw this.#refused;
  }

  #headersOf(request: ExchangeRequest, url: URL, clientRequestId: string): Record<string, string> {
    const cookie =
      request.mailboxKey === undefined ? undefined : this.#cookies.headerFor(url.host, request.mailboxKey);
    return {
      'user-agent': 'contactSync',
      'accept-encoding': 'gzip',
      ...sendable(request.headers ?? {}),
      ...(cookie === undefined ? {} : { cookie }),
      'client-request-id': clientRequestId,
      'return-client-request-id': 'true',
    };
  }
}

/** A server that never asks for this way to sign in has not judged the password. */
function refusal(scheme: string, answer: WireAnswer, host: string): Failure {
  const challenge = answer.headers['www-authenticate'] ?? '';
  const offered = challenge
    .split(',')
    .map((one) => /^\s*([A-Za-z]+)(\s|$)/.exec(one)?.[1] ?? '')
    .filter((name) => name !== '');
  const requestId = answer.headers['request-id'];
  const context = { details: { host, offered }, ...(requestId === undefined ? {} : { requestId }) };
  const isOffered = offered.some((name) => name.toLowerCase() === scheme.toLowerCase());
  return new Failure(
    isOffered || offered.length === 0 ? 'exchangeSignInRefused' : 'exchangeSignInNotOffered',
    context,
  );
}

type Way = Pick<ExchangeHttpOptions, 'proxy' | 'isOnline'>;

/** The same troubles have other causes and remedies here. */
const ON_PREMISES: Readonly<Partial<Record<FailureCode, FailureCode>>> = {
  exchangeOnlineConnection: 'exchangeServerConnection',
  untrustedServer: 'untrustedExchangeServer',
};

function explain(thrown: unknown, host: string, { proxy, isOnline = false }: Way): NetworkTrouble {
  const proxyHost = proxy === undefined ? undefined : new URL(proxy).host;
  const trouble = explainNetworkError(thrown, host, proxyHost);
  const code = isOnline ? undefined : ON_PREMISES[trouble.failure.code];
  if (code === undefined) return trouble;
  const { details } = trouble.failure;
  return { ...trouble, failure: new Failure(code, { details, cause: thrown }) };
}

function bodyOf(
  answer: WireAnswer,
  host: string,
  way: Way,
  signal: AbortSignal,
  done: () => void,
): ExchangeResponse['body'] {
  const { message } = answer;
  const isGzip = /^(x-)?gzip$/i.test(answer.headers['content-encoding']?.trim() ?? '');
  // pipeline carries errors and the end of one stream over to the other; what went wrong shows at the reading end.
  const stream: Readable = isGzip ? pipeline(message, createGunzip(), () => {}) : message;
  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const piece of stream) yield piece as Uint8Array;
      if (!message.complete) throw new Error('The answer ended early.');
    } catch (thrown) {
      if (thrown instanceof Failure) throw thrown;
      throw signal.aborted ? asCancelled(signal) : explain(thrown, host, way).failure;
    } finally {
      stream.destroy();
      message.destroy();
      done();
    }
  }
  const iterator = pieces();
  return {
    [Symbol.asyncIterator]: () => iterator,
    destroy() {
      stream.on('error', () => {});
      stream.destroy();
      message.destroy();
      done();
    },
  };
}

/** Without values that are not ASCII, such as an internationalized address: servers read their bytes differently. */
function sendable(headers: Readonly<Record<string, string>>): Record<string, string> {
  const fitting = Object.entries(headers).filter(([, value]) => /^[\t\x20-\x7e]*$/.test(value));
  return Object.fromEntries(fitting.map(([name, value]) => [name.toLowerCase(), value]));
}

function asCancelled(signal: AbortSignal): Failure {
  return signal.reason instanceof Failure
    ? signal.reason
    : new Failure('cancelled', { cause: signal.reason });
}
