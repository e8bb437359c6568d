// One question to one server. What the network does to it is a step of the log and not the end of the search; only a
// refused password ends that.

import { asFailure, type Failure } from '../../model/failure.ts';
import type { ExchangeResponse } from '../exchange-http/index.ts';
import { type Inquiry, note, type StepMade } from './inquiry.ts';
import type { Question, StepOutcome } from './steps.ts';

export interface Asked {
  readonly question: Question;
  readonly url: URL;
  readonly isSignedIn: boolean;
  /** Absent: a GET. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: ExchangeResponse['headers'];
  readonly text: string;
}

/** Of one request. Sixty seconds for all of them: a person waits for it. */
const STEP_MS = 10_000;
/** No answer of Autodiscover comes near. */
const LONGEST_ANSWER = 512 * 1024;

const PASSED_OVER: Readonly<Record<string, StepOutcome>> = {
  exchangeServerConnection: 'unreachable',
  untrustedExchangeServer: 'certificateNotTrusted',
  answerLost: 'noAnswer',
};

/** undefined: no answer that can be judged, the step says why. Throws Failures that end the search. */
export async function converse(inquiry: Inquiry, asked: Asked): Promise<Answered | undefined> {
  const { http, clock, deadline, signal } = inquiry;
  const made = { question: asked.question, target: asked.url, isSignedIn: asked.isSignedIn };
  const remainingMs = deadline - clock.now().getTime();
  if (remainingMs <= 0) {
    note(inquiry, made, 'outOfTime');
    return undefined;
  }
  try {
    const response = await http.send(
      {
        method: asked.body === undefined ? 'GET' : 'POST',
        url: asked.url.href,
        headers: {
          ...(asked.body === undefined ? {} : { 'content-type': 'text/xml; charset=utf-8' }),
          ...asked.headers,
        },
        ...(asked.body === undefined ? {} : { body: asked.body }),
        timeBudgetMs: Math.min(STEP_MS, remainingMs),
        // A wrong password whose answer got lost would be a second wrong one.
        isSafeToRepeat: !asked.isSignedIn,
        isAnonymous: !asked.isSignedIn,
      },
      signal,
    );
    const text = await readAll(response);
    if (text !== undefined) return { status: response.status, headers: response.headers, text };
    note(inquiry, { ...made, status: response.status }, 'tooLong');
  } catch (thrown) {
    passOver(inquiry, made, asFailure(thrown));
  }
  return undefined;
}

function passOver(inquiry: Inquiry, made: StepMade, failure: Failure): void {
  const reason = failure.details['reason'];
  const outcome = PASSED_OVER[failure.code];
  if (outcome !== undefined) {
    note(inquiry, { ...made, ...(typeof reason === 'string' ? { detail: reason } : {}) }, outcome);
    return;
  }
  if (failure.code === 'exchangeSignInRefused') note(inquiry, { ...made, status: 401 }, 'signInRefused');
  if (failure.code === 'exchangeSignInNotOffered')
    note(inquiry, { ...made, status: 401 }, 'signInNotOffered');
  throw failure;
}

/** undefined: too long; the rest is not taken from the network. */
export async function readAll({ body }: ExchangeResponse): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.byteLength;
    if (size > LONGEST_ANSWER) {
      body.destroy();
      return undefined;
    }
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}
