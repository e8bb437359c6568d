// One POST of JSON for each announcement, signed so that the receiver knows who sent it. No redirect is followed: the
// signature is for the address that an administrator entered.

import { createHmac } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { Failure, type FailureDetails } from '../../model/failure.ts';
import type { Listener } from '../../ports/announcements.ts';
import type { Clock } from '../../ports/clock.ts';
import { tunneled } from '../exchange-http/proxy-tunnel.ts';
import { openGuard } from '../http/guard.ts';
import { tlsOptions } from './tls-options.ts';

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
  /** On the way to an address of https. */
  readonly proxy?: string | undefined;
  readonly additionalCa: string | undefined;
  readonly clock: Clock;
  /** Of one exchange, to the end of the answer. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
/** Of an answer that nobody reads. */
const MOST_BYTES = 1024 * 1024;

export function postToWebhook(options: WebhookOptions): Listener {
  const { secret, proxy, clock, timeoutMs = TIMEOUT_MS } = options;
  const url = new URL(options.url);
  const where: FailureDetails = {
    host: url.host,
    ...(proxy === undefined ? {} : { proxy: new URL(proxy).host }),
  };
  return {
    async tell({ id, event, text }, signal) {
      const time = Math.floor(clock.now().getTime() / 1000);
      // With the time in it, so that nobody can send an old one again later.
      const signature = createHmac('sha256', secret).update(`${time}.${text}`).digest('hex');
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(Buffer.byteLength(text)),
        'user-agent': 'contactSync',
        'x-contactsync-event': event,
        'x-contactsync-id': id,
        'x-contactsync-signature': `t=${time},v1=${signature}`,
      };
      const guard = openGuard(signal, timeoutMs);
      let status: number;
      try {
        status = await post(url, headers, text, options, guard.signal);
      } catch (cause) {
        if (signal.aborted) throw new Failure('cancelled', { cause });
        throw new Failure('listenerUnreachable', { details: { ...where, reason: reasonOf(cause) }, cause });
      } finally {
        guard.close();
      }
      if (status < 200 || status > 299)
        throw new Failure('webhookRefused', { details: { ...where, status } });
      return { status };
    },
  };
}

function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  text: string,
  options: WebhookOptions,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage) => {
      let bytes = 0;
      answer
        .on('error', reject)
        .on('end', () => resolve(answer.statusCode ?? 0))
        .on('data', (piece: Buffer) => {
          bytes += piece.length;
          if (bytes > MOST_BYTES) answer.destroy(Object.assign(new Error('too large'), { code: TOO_LARGE }));
        });
    };
    const common = { method: 'POST', headers, signal } as const;
    const sent =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...common, agent: agentFor(options, signal) }, onAnswer)
        : httpRequest(url, { ...common, agent: false }, onAnswer);
    sent.on('error', reject).end(text);
  });
}

const TOO_LARGE = 'answerTooLarge';

function agentFor({ proxy, additionalCa }: WebhookOptions, signal: AbortSignal): Agent {
  const agent = new Agent(tlsOptions(additionalCa));
  if (proxy === undefined) return agent;
  // The signal ends it in time.
  const limit = { limitMs: TIMEOUT_MS, startTimer: () => () => {} };
  return tunneled(agent, { proxy, additionalCa, ...limit, closed: signal });
}

export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown';
  // Node wraps the reason of a signal in an AbortError; nobody else's signal is told so.
  if (['TimeoutError', 'AbortError'].includes(thrown.name)) return 'timeout';
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'unknown';
}
