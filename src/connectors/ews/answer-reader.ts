// One answer of the server, from status and pieces to messages: what refuses the request as a whole, what came for each of
// its parts, and what leaves open whether anything happened.

import { Failure, type FailureDetails } from '../../model/failure.ts';
import type { ExchangeResponse } from '../exchange-http/index.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import { isOfSingleItem, type Refusal, refusalOfStatus } from './failures.ts';
import { messageOf, type ResponseMessage, refusalOfFault } from './response-message.ts';
import { type ReaderLimits, readSoap, UnreadableXml } from './soap-reader.ts';
import type { Xml } from './xml-writer.ts';

/**
 * `answered`: a message for each input. `lost`: it may or may not have happened; `messages` are those that arrived before.
 * `isOver`: the server had ended its work, so that a look tells what happened.
 */
export type Answer<Message> =
  | { readonly kind: 'answered'; readonly messages: readonly Message[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'lost';
      readonly failure: Failure;
      readonly messages: readonly Message[];
      readonly isOver?: boolean;
    };

/** What is left of a message when its content was decoded. */
export type Answered = Pick<ResponseMessage, 'refusal'>;

/** What the answer may be. */
export interface Expected {
  /** How many messages it should have. */
  readonly inputs: number;
  readonly limits: ReaderLimits;
  /** Local name of the response, such as `GetItemResponse`. */
  readonly response: string | undefined;
}

const WRONG_NUMBER = 'wrong number of messages';

export async function readAnswer<Message extends Answered>(
  { status, headers, body, requestId }: ExchangeResponse,
  { inputs, limits, response }: Expected,
  decode: (message: ResponseMessage, position: number) => Message,
  now: Date,
  signal: AbortSignal,
): Promise<Answer<Message>> {
  const isXml = /\bxml\b/i.test(headers['content-type'] ?? '');
  if (!isXml || (status !== 200 && status !== 500)) {
    body.destroy();
    if (status === 200) {
      return { kind: 'lost', failure: notSoap(status, requestId), messages: [] };
    }
    const backOff = parseRetryAfter(headers['retry-after'], now);
    return { kind: 'refused', refusal: refusalOfStatus(status, { requestId, backOffMs: backOff }) };
  }
  const messages: Message[] = [];
  let forAll: Refusal | undefined;
  try {
    for await (const { kind, element } of readSoap(unlessLost(body, signal), { limits, response })) {
      if (kind === 'fault') {
        body.destroy();
        return { kind: 'refused', refusal: refusalOfFault(element, requestId) };
      }
      // Whatever else comes, it is not the answer to what was asked.
      if (messages.length === inputs) throw new UnreadableXml(WRONG_NUMBER);
      const message = messageOf(element, requestId);
      forAll = messages.length === 0 ? message.refusal : undefined;
      messages.push(decode(message, messages.length));
    }
  } catch (thrown) {
    body.destroy();
    const failure = readingFailure(thrown, status, requestId);
    // A 500 that cannot be read says at least that.
    if (status === 500) return { kind: 'refused', refusal: refusalOfStatus(status, { requestId }) };
    const isMiscounted = failure.details['reason'] === WRONG_NUMBER;
    return isMiscounted ? miscounted(requestId) : { kind: 'lost', failure, messages };
  }
  if (messages.length === inputs) return { kind: 'answered', messages };
  // What refuses the operation itself stands in a single message, however many inputs there were.
  return forAll === undefined || isOfSingleItem(forAll)
    ? miscounted(requestId)
    : { kind: 'refused', refusal: forAll };
}

/** Of which input a message is missing or too many is not told: none of them is taken for the answer to any. */
function miscounted(requestId: string): Extract<Answer<never>, { readonly kind: 'lost' }> {
  return { kind: 'lost', failure: unreadable(WRONG_NUMBER, requestId), messages: [], isOver: true };
}

/** The local name of the response to an operation. */
export function responseOf({ xml }: Xml): string | undefined {
  const name = /^<m:(\w+)/.exec(xml)?.[1];
  return name === undefined ? undefined : `${name}Response`;
}

/** What breaks off in the middle of an answer is never "not sent". */
async function* unlessLost(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (thrown) {
    if (signal.aborted || (thrown instanceof Failure && thrown.code === 'answerLost')) throw thrown;
    const details = thrown instanceof Failure ? { ...thrown.details, code: thrown.code } : {};
    throw new Failure('answerLost', { details, cause: thrown });
  }
}

/** To whoever wrote something, also an answer that came and cannot be read is lost. */
export function asLost(failure: Failure): Failure {
  if (failure.code === 'answerLost') return failure;
  const { requestId, details } = failure;
  return new Failure('answerLost', {
    details: { ...details, code: failure.code },
    ...(requestId === undefined ? {} : { requestId }),
    cause: failure,
  });
}

/** Less may fit into an answer. */
export function isTooLarge(failure: Failure): boolean {
  return failure.code === 'unreadableExchangeAnswer' && failure.details['tooLarge'] === true;
}

function readingFailure(thrown: unknown, status: number, requestId: string): Failure {
  if (thrown instanceof UnreadableXml) {
    if (thrown.why === 'notSoap') return notSoap(status, requestId);
    return unreadable(thrown.message, requestId, thrown.why === 'tooLarge' ? { tooLarge: true } : {});
  }
  if (thrown instanceof Failure && thrown.code === 'answerLost') return thrown;
  throw thrown;
}

function notSoap(status: number, requestId: string): Failure {
  return new Failure('notExchangeWebServices', { details: { status }, requestId });
}

function unreadable(reason: string, requestId: string, more: FailureDetails = {}): Failure {
  return new Failure('unreadableExchangeAnswer', {
    details: { reason, ...more },
    ...(requestId === '' ? {} : { requestId }),
  });
}
