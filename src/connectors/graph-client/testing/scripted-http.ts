// Stands in for the HTTP client in tests: a function answers, and what was sent is kept in order.

import type { Clock } from '../../../ports/clock.ts';
import { silentLog } from '../../../ports/log.ts';
import { createGraphClient, type GraphClient } from '../client.ts';
import type { GraphHttpRequest } from '../transport.ts';

export interface ScriptedAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SentPart {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Script = (request: GraphHttpRequest) => ScriptedAnswer | Promise<ScriptedAnswer>;

export interface ScriptedClient {
  readonly client: GraphClient;
  readonly sent: GraphHttpRequest[];
  readonly sleptMs: readonly number[];
  /** Tokens handed out, in order. */
  readonly tokens: readonly string[];
}

export const BASE_URL = 'https://graph.example.com';
export const signal = new AbortController().signal;

/** `renewal`: what stands in the way of a new token. */
export function scriptedClient(script: Script, { renewal }: { renewal?: Error } = {}): ScriptedClient {
  const sent: GraphHttpRequest[] = [];
  const sleptMs: number[] = [];
  const tokens: string[] = ['first'];
  let now = Date.parse('2026-11-02T08:00:00Z');
  const clock: Clock = {
    now: () => new Date(now),
    async sleep(milliseconds) {
      sleptMs.push(milliseconds);
      now += milliseconds;
    },
  };
  const client = createGraphClient({
    baseUrl: BASE_URL,
    log: silentLog,
    clock,
    tokens: {
      async token(_resource, _signal, options) {
        if (options?.forceRefresh === true && renewal !== undefined) throw renewal;
        if (options?.forceRefresh === true) tokens.push(`renewed ${tokens.length}`);
        return { value: tokens.at(-1) ?? '' };
      },
    },
    http: {
      async send(request, aborted) {
        aborted.throwIfAborted();
        sent.push(request);
        const { status, body, headers = {} } = await script(request);
        return {
          status,
          headers,
          body: body === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(body)),
          requestId: `request-${sent.length}`,
        };
      },
    },
  });
  return { client, sent, sleptMs, tokens };
}

export function partsOf(request: GraphHttpRequest | undefined): readonly SentPart[] {
  return JSON.parse(request?.body ?? '{"requests":[]}').requests;
}

/** Answers every part of a batch by the given function, last part first; undefined leaves the part out. */
export function answerParts(answer: (part: SentPart) => ScriptedAnswer | undefined): Script {
  return (request) => ({
    status: 200,
    body: {
      responses: partsOf(request)
        .flatMap((part) => {
          const given = answer(part);
          return given === undefined ? [] : [{ id: part.id, ...given }];
        })
        .reverse(),
    },
  });
}

export function graphError(status: number, code: string, message = '', headers = {}): ScriptedAnswer {
  return { status, headers, body: { error: { code, message } } };
}
