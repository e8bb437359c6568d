// $batch: up to 20 unordered parts in one HTTP call, answers matched by id because their order is free. Only parts
// that were refused for load, or lost, are sent again, and only where repeating them does no harm.
// https://learn.microsoft.com/graph/json-batching

import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Refusal, reachOf } from '../http/refusal.ts';
import {
  type BatchAnswer,
  errorOf,
  type GraphAnswer,
  isRecord,
  isThrottledOrBusy,
  lowerCaseNames,
  parseBody,
  retryAfterMs,
} from './answer.ts';
import { type BatchWidths, MAX_BATCH_PARTS } from './batch-widths.ts';
import { graphFailure } from './failures.ts';
import type { GraphHttpResponse } from './transport.ts';

const FIRST_BACK_OFF_MS = 2_000;
const LONGEST_BACK_OFF_MS = 300_000;

export interface BatchPart {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Relative to the version root, such as /users/… */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is no JSON as base64, with its type in a header `Content-Type`. */
  readonly body?: unknown;
  /** Whether sending it twice does no harm; otherwise it is sent once and a refusal comes back as the answer. */
  readonly isSafeToRepeat: boolean;
  /** Where the parts of a batch are for several mailboxes. */
  readonly mailboxKey?: string;
}

export interface BatchOptions {
  readonly mailboxKey?: string;
  readonly timeBudgetMs?: number;
}

export interface BatchTransport {
  /** One POST of the envelope; throws a Failure when no answer came. */
  postEnvelope(body: unknown, options: EnvelopeOptions, signal: AbortSignal): Promise<GraphAnswer>;
  refreshToken(signal: AbortSignal): Promise<void>;
  countParts(count: number): void;
  readonly clock: Clock;
}

export interface EnvelopeOptions {
  readonly isSafeToRepeat: boolean;
  readonly timeBudgetMs: number;
  readonly mailboxKey?: string;
  readonly parts: number;
  readonly refusalsIn: (response: GraphHttpResponse) => readonly Refusal[];
}

/**
 * One round: every part is sent once. A part without an answer is lost; an answer to no part is ignored. When the whole
 * is refused for load, that is the answer of every part.
 */
export async function exchangeParts(
  transport: BatchTransport,
  parts: readonly BatchPart[],
  options: Pick<EnvelopeOptions, 'timeBudgetMs' | 'mailboxKey'>,
  signal: AbortSignal,
): Promise<readonly BatchAnswer[]> {
  const requests = parts.map((part, index) => ({
    id: String(index + 1),
    method: part.method,
    url: part.path,
    ...headersOf(part),
    ...bodyOf(part),
  }));
  transport.countParts(parts.length);
  const isSafeToRepeat = parts.every((part) => part.isSafeToRepeat);
  let envelope: GraphAnswer;
  try {
    const refusalsIn = (response: GraphHttpResponse) =>
      partRefusals(response, parts, options.mailboxKey, transport.clock.now());
    const how = { ...options, isSafeToRepeat, parts: parts.length, refusalsIn };
    envelope = await transport.postEnvelope({ requests }, how, signal);
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Failure) || thrown.facts.scope !== 'mailbox') throw thrown;
    return parts.map(() => ({ kind: 'lost', failure: thrown }));
  }
  if (envelope.status === 413 && parts.length > 1) {
    // Nothing was carried out. Twenty contacts with long notes can exceed the 4 MB of a request.
    const half = Math.ceil(parts.length / 2);
    const first = await exchangeParts(transport, parts.slice(0, half), options, signal);
    return [...first, ...(await exchangeParts(transport, parts.slice(half), options, signal))];
  }
  if (envelope.status !== 200) {
    if (envelope.status < 500 && envelope.status !== 429 && envelope.status !== 413)
      throw graphFailure(envelope);
    return parts.map(() => ({ kind: 'answered', answer: envelope }));
  }
  const answers = answersById(envelope.body, envelope.requestId, envelope.headers.date);
  return parts.map((_, index) => {
    const answer = answers.get(String(index + 1));
    if (answer !== undefined) return { kind: 'answered', answer };
    const context = envelope.requestId === undefined ? {} : { requestId: envelope.requestId };
    return { kind: 'lost', failure: new Failure('answerLost', context) };
  });
}

// Actions without parameters want an empty object and its type as well (msgraph-sdk-dotnet issues 1038, 2628).
function bodyOf(part: BatchPart): { readonly body?: unknown } {
  if (part.method === 'GET' || part.method === 'DELETE') return {};
  return { body: part.body ?? {} };
}

function headersOf(part: BatchPart): { readonly headers?: Readonly<Record<string, string>> } {
  const { body } = bodyOf(part);
  const headers = { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...part.headers };
  return Object.keys(headers).length === 0 ? {} : { headers };
}

/** A part has no date of its own. */
function answersById(
  body: unknown,
  requestId: string | undefined,
  date?: string,
): ReadonlyMap<string, GraphAnswer> {
  const responses = isRecord(body) ? body.responses : undefined;
  if (!Array.isArray(responses))
    throw new Failure('unexpectedAnswer', { details: { code: 'batchWithoutResponses' } });
  const answers = new Map<string, GraphAnswer>();
  for (const response of responses as readonly unknown[]) {
    if (!isRecord(response) || typeof response.status !== 'number') continue;
    const headers: Record<string, string> = {
      ...(date === undefined ? {} : { date }),
      ...lowerCaseNames(response.headers),
    };
    answers.set(String(response.id), {
      status: response.status,
      headers,
      body: response.body,
      requestId: headers['request-id'] ?? requestId,
    });
  }
  return answers;
}

const MAY_BE_REFUSED = /"status"\s*:\s*(429|503|504|509)\b/;

/** Whose parts were refused, for the pacing; a part without Retry-After stands back as long as it will be waited for. */
function partRefusals(
  { body, requestId }: GraphHttpResponse,
  parts: readonly BatchPart[],
  mailboxKey: string | undefined,
  now: Date,
): readonly Refusal[] {
  // Nearly all batches go well, and are not read twice.
  if (!MAY_BE_REFUSED.test(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1')))
    return [];
  const parsed = parseBody(body);
  if (!isRecord(parsed) || !Array.isArray(parsed.responses)) return [];
  const answers = answersById(parsed, requestId);
  return parts.flatMap((part, index) => {
    const answer = answers.get(String(index + 1));
    if (answer === undefined) return [];
    const key = part.mailboxKey ?? mailboxKey;
    const reach = reachOf({ status: answer.status, ...errorOf(answer), mailboxKey: key });
    if (reach === undefined) return [];
    const unnamedMs = reach === 'mailbox' ? FIRST_BACK_OFF_MS : undefined;
    return [{ reach, mailboxKey: key, retryAfterMs: retryAfterMs(answer, now) ?? unnamedMs }];
  });
}

/** All rounds of a batch within its time budget. */
export async function runBatch(
  transport: BatchTransport,
  parts: readonly BatchPart[],
  options: { readonly timeBudgetMs: number; readonly mailboxKey?: string },
  widths: BatchWidths,
  signal: AbortSignal,
): Promise<readonly BatchAnswer[]> {
  if (parts.length > MAX_BATCH_PARTS) throw new RangeError(`A batch takes at most ${MAX_BATCH_PARTS} parts`);
  const { clock } = transport;
  const deadline = clock.now().getTime() + options.timeBudgetMs;
  const { mailboxKey } = options;
  const answers = new Map<number, BatchAnswer>();
  let pending = parts.map((_, index) => index);
  let isTokenRefreshed = false;
  for (let round = 0; pending.length > 0; round += 1) {
    for (let at = 0; at < pending.length; ) {
      const chosen = pending.slice(at, at + widths.widthFor(mailboxKey));
      at += chosen.length;
      const sent = chosen.map((index) => partAt(parts, index));
      const timeBudgetMs = Math.max(1, deadline - clock.now().getTime());
      let received: readonly BatchAnswer[];
      try {
        received = await exchangeParts(transport, sent, { ...options, timeBudgetMs }, signal);
      } catch (thrown) {
        // What earlier calls were told must not be lost with this one.
        if (answers.size === 0 || signal.aborted || !(thrown instanceof Failure)) throw thrown;
        return parts.map((_, index) => answers.get(index) ?? { kind: 'lost', failure: thrown });
      }
      for (const [position, answer] of received.entries()) answers.set(chosen[position] ?? -1, answer);
      widths.learn(mailboxKey, received);
    }
    const unauthorized = pending.filter((index) => statusOf(answers.get(index)) === 401);
    if (unauthorized.length > 0 && !isTokenRefreshed) {
      isTokenRefreshed = true;
      try {
        await transport.refreshToken(signal);
      } catch (thrown) {
        // The next call meets it again; what this one was told comes first.
        const isAllRefused = unauthorized.length === parts.length;
        if (isAllRefused || signal.aborted || !(thrown instanceof Failure)) throw thrown;
        break;
      }
      pending = [
        ...unauthorized,
        ...pending.filter((index) => mayRepeat(partAt(parts, index), answers.get(index))),
      ];
      continue;
    }
    pending = pending.filter((index) => mayRepeat(partAt(parts, index), answers.get(index)));
    if (pending.length === 0) break;
    const waitMs = longestWait(
      pending.map((index) => answers.get(index)),
      round,
      clock.now(),
    );
    if (clock.now().getTime() + waitMs >= deadline) break;
    await clock.sleep(waitMs, signal);
  }
  return parts.map((_, index) => answers.get(index) ?? { kind: 'lost', failure: new Failure('answerLost') });
}

function partAt(parts: readonly BatchPart[], index: number): BatchPart {
  const part = parts[index];
  if (part === undefined) throw new RangeError('No such part');
  return part;
}

function statusOf(answer: BatchAnswer | undefined): number | undefined {
  return answer?.kind === 'answered' ? answer.answer.status : undefined;
}

function mayRepeat(part: BatchPart, answer: BatchAnswer | undefined): boolean {
  if (!part.isSafeToRepeat || answer === undefined) return false;
  return answer.kind === 'lost' || isThrottledOrBusy(answer.answer);
}

/** The greatest Retry-After of the refused parts; without any, growing from two seconds. */
export function longestWait(answers: readonly (BatchAnswer | undefined)[], round: number, now: Date): number {
  const named = answers.flatMap((answer) => {
    if (answer === undefined) return [];
    const wait = answer.kind === 'answered' ? retryAfterMs(answer.answer, now) : answer.failure.retryAfterMs;
    return wait === undefined ? [] : [wait];
  });
  if (named.length > 0) return Math.max(...named);
  return Math.min(FIRST_BACK_OFF_MS * 2 ** round, LONGEST_BACK_OFF_MS);
}
