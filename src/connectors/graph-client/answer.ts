// One answer of Graph, whether it came alone or as a part of a batch, and what its error says.

import type { Failure } from '../../model/failure.ts';

export interface GraphAnswer {
  readonly status: number;
  /** Names in lower case: the parts of a batch spell them in varying case (graph-exo 2.1). */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined for an empty body; text where it is not JSON. */
  readonly body: unknown;
  readonly requestId: string | undefined;
}

/** One part's fate. `lost`: it may have been carried out or not. */
export type BatchAnswer =
  | { readonly kind: 'answered'; readonly answer: GraphAnswer }
  | { readonly kind: 'lost'; readonly failure: Failure };

export interface GraphErrorBody {
  readonly code: string;
  readonly message: string;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isSuccess(answer: GraphAnswer): boolean {
  return answer.status >= 200 && answer.status < 300 && !isForeignPage(answer);
}

/** Graph speaks JSON or says nothing: a text is the page of a proxy or portal, whatever status it comes with. */
export function isForeignPage({ body }: GraphAnswer): boolean {
  return typeof body === 'string';
}

/** What is no JSON comes as base64 in a batch; undefined: no such answer. */
export function bytesIn({ status, body }: GraphAnswer): Uint8Array | undefined {
  const isBytes = status >= 200 && status < 300 && typeof body === 'string' && /^[\w+/-]+={0,2}$/.test(body);
  return isBytes ? new Uint8Array(Buffer.from(body, 'base64')) : undefined;
}

/** Empty texts when the body is not an error of Graph's shape. */
export function errorOf(answer: GraphAnswer): GraphErrorBody {
  const error = isRecord(answer.body) ? answer.body.error : undefined;
  if (!isRecord(error)) return { code: '', message: '' };
  return {
    code: typeof error.code === 'string' ? error.code : '',
    message: typeof error.message === 'string' ? error.message : '',
  };
}

/** undefined when the answer names none. */
export function retryAfterMs(answer: GraphAnswer, now: Date): number | undefined {
  const text = answer.headers['retry-after'];
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const until = Date.parse(text);
  return Number.isNaN(until) ? undefined : Math.max(0, until - now.getTime());
}

const THROTTLED_OR_BUSY: readonly number[] = [429, 503, 504, 509];

export function isThrottledOrBusy(answer: GraphAnswer): boolean {
  return THROTTLED_OR_BUSY.includes(answer.status);
}

export function parseBody(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  const text = new TextDecoder().decode(body);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function lowerCaseNames(headers: unknown): Readonly<Record<string, string>> {
  if (!isRecord(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
