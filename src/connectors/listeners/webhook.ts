// One POST of JSON for each announcement, signed so that the receiver knows who sent it. No redirect is followed: the
// signature is for the address that an administrator entered. Without the proxy, as the mail server.

import { createHmac } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { Failure, type FailureDetails } from '../../model/failure.ts';
import type { Listener } from '../../ports/announcements.ts';
import type { Clock } from '../../ports/clock.ts';
import { openGuard } from '../http/guard.ts';
import { tlsOptions } from './tls-options.ts';

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
  readonly additionalCa: string | undefined;
  readonly clock: Clock;
  /** Of one exchange, to the end of the answer. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;

export function postToWebhook(options: WebhookOptions): Listener {
  const { secret, clock, timeoutMs = TIMEOUT_MS } = options;
  const url = new URL(options.url);
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
        status = await post(url, headers, text, options.additionalCa, guard.signal);
      } catch (cause) {
        if (signal.aborted) throw new Failure('cancelled', { cause });
        throw new Failure('listenerUnreachable', {
          details: { host: url.host, reason: reasonOf(cause) },
          cause,
        });
      } finally {
        guard.close();
      }
      if (status < 200 || status > 299)
        throw new Failure('webhookRefused', { details: { host: url.host, status } satisfies FailureDetails });
    },
  };
}

function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  text: string,
  additionalCa: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage) => {
      // Nobody reads what it says.
      answer
        .on('error', reject)
        .on('end', () => resolve(answer.statusCode ?? 0))
        .resume();
    };
    const common = { method: 'POST', headers, signal } as const;
    const sent =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...common, agent: new Agent(tlsOptions(additionalCa)) }, onAnswer)
        : httpRequest(url, { ...common, agent: false }, onAnswer);
    sent.on('error', reject).end(text);
  });
}

export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return thrown.name === 'TimeoutError' ? 'timeout' : 'unknown';
}
