// Sends EWS requests for one mailbox after the other's wish: impersonation, pacing, waiting as told, repeating what only
// reads. What a request did that was not answered in order is left to the caller, because only it can look.

import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Traffic } from '../../ports/traffic.ts';
import type { ExchangeHttp } from '../exchange-http/index.ts';
import { backOffMs } from '../http/retry-after.ts';
import { type Answer, type Answered, isTooLarge, readAnswer, responseOf } from './answer-reader.ts';
import { envelope } from './envelope.ts';
import type { Refusal } from './failures.ts';
import { Pace } from './pace.ts';
import type { ResponseMessage } from './response-message.ts';
import { READER_LIMITS, type ReaderLimits, WRITE_LIMITS } from './soap-reader.ts';
import type { Xml } from './xml-writer.ts';

export interface EwsMailbox {
  /** Whoever shares it shares back end and gate. */
  readonly key: string;
  readonly address: string;
  /** Public folders, on behalf of the mailbox: which of their mailboxes a request is for. */
  readonly route?: PublicFolderRoute;
}

/** Two headers that lead a request to public folders (ews.md, section 5). */
export interface PublicFolderRoute {
  readonly anchorMailbox: string;
  readonly publicFolderMailbox: string;
}

export interface EwsClientOptions {
  /** Of Exchange.asmx; asked for when it is first needed. */
  readonly url: (signal: AbortSignal) => Promise<string>;
  readonly http: ExchangeHttp;
  /** false: the account works in its own mailbox. */
  readonly impersonate: boolean;
  /** true: somebody sits before it. What cannot be reached or does not answer is tried once, and for a minute only. */
  readonly isWaitedFor?: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

export type EwsAnswer = Answer<ResponseMessage>;

export interface EwsClient {
  readonly traffic: Traffic;
  readonly counts: { readonly requests: number };
  /** Sent once. Throws Failures where certainly nothing happened: not connected, not signed in, busy for too long. */
  write(
    mailbox: EwsMailbox,
    operation: Xml,
    /** How many messages the answer should have. */
    inputs: number,
    signal: AbortSignal,
  ): Promise<EwsAnswer>;
  /**
   * One operation with one answer, repeated within the budget while the server cannot. Also for writes of which twice is
   * as once. Throws the failure of whatever refuses the request as a whole; a refused message is returned.
   */
  ask(mailbox: EwsMailbox, operation: Xml, signal: AbortSignal): Promise<ResponseMessage>;
  /**
   * Any number of inputs, in portions; what `decode` makes of the message of each, in input order. It is called while
   * the answer arrives, and the message let go. Throws as `ask`, and what `decode` throws. The failure of an answer that
   * is larger than any may be has the detail `tooLarge`, and is thrown at once where a single input asked for it.
   */
  askEach<Input, Output>(
    mailbox: EwsMailbox,
    inputs: readonly Input[],
    operation: (portion: readonly Input[]) => Xml,
    decode: (message: ResponseMessage, input: Input) => Output,
    signal: AbortSignal,
  ): Promise<readonly Output[]>;
}

/** How a request is sent, and what its answer may be. */
interface Sending {
  readonly inputs: number;
  readonly isSafeToRepeat: boolean;
  readonly longestPauseMs: number;
  readonly limits: ReaderLimits;
}

/** The server ends a batch after a minute by itself; the rest is for the way. */
const EXCHANGE_BUDGET_MS = 120_000;
/** A person waits for it; still enough for a server that has just been started. */
const WAITED_FOR_BUDGET_MS = 60_000;
/** All tries of one reading; servers ask for up to five minutes at a time. */
export const TIME_BUDGET_MS = 900_000;
export const MOST_TRIES = 6;
const MOST_TRIES_UNREADABLE = 2;
const PORTION = 100;

export function createEwsClient(options: EwsClientOptions): EwsClient {
  return new PacedEwsClient(options);
}

class PacedEwsClient implements EwsClient {
  readonly #options: EwsClientOptions;
  readonly #pace: Pace;
  #requests = 0;
  #busyInARow = 0;

  constructor(options: EwsClientOptions) {
    this.#options = options;
    this.#pace = new Pace(options.clock);
  }

  get traffic(): Traffic {
    return this.#pace;
  }

  get counts(): { readonly requests: number } {
    return { requests: this.#requests };
  }

  write(mailbox: EwsMailbox, operation: Xml, inputs: number, signal: AbortSignal): Promise<EwsAnswer> {
    const choice = {
      inputs,
      isSafeToRepeat: false,
      longestPauseMs: TIME_BUDGET_MS,
      limits: WRITE_LIMITS,
    };
    return this.#sendOnce(mailbox, operation, choice, (message) => message, signal);
  }

  async ask(mailbox: EwsMailbox, operation: Xml, signal: AbortSignal): Promise<ResponseMessage> {
    const itself = (message: ResponseMessage) => message;
    const [message] = await this.askEach(mailbox, [operation], () => operation, itself, signal);
    if (message === undefined) throw new Failure('unreadableExchangeAnswer');
    return message;
  }

  async askEach<Input, Output>(
    mailbox: EwsMailbox,
    inputs: readonly Input[],
    operation: (portion: readonly Input[]) => Xml,
    decode: (message: ResponseMessage, input: Input) => Output,
    signal: AbortSignal,
  ): Promise<readonly Output[]> {
    const { clock, log, random } = this.#options;
    const deadline = clock.now().getTime() + TIME_BUDGET_MS;
    const answers = new Map<number, { readonly decoded: Output }>();
    let portionSize = PORTION;
    for (let triesInVain = 0; answers.size < inputs.length; ) {
      const open = inputs.flatMap((input, index) => (answers.has(index) ? [] : [{ input, index }]));
      const portion = open.slice(0, portionSize);
      const remainingMs = deadline - clock.now().getTime();
      const body = operation(portion.map(({ input }) => input));
      const choice = {
        inputs: portion.length,
        isSafeToRepeat: true,
        longestPauseMs: remainingMs,
        limits: READER_LIMITS,
      };
      const settle = (message: ResponseMessage, position: number) => {
        const { refusal } = message;
        const at = portion[position];
        if (at === undefined || !isLastWord(message)) return { refusal, last: undefined };
        return { refusal, last: { decoded: decode(message, at.input) } };
      };
      const answer = await this.#sendOnce(mailbox, body, choice, settle, signal);
      const trouble = troubleOf(answer, portion.length, this.#options.isWaitedFor ? 1 : MOST_TRIES);
      const messages = answer.kind === 'refused' ? [] : answer.messages;
      const settled = messages.filter(({ last }, position) => {
        const at = portion[position];
        if (at === undefined || last === undefined) return false;
        answers.set(at.index, last);
        return true;
      }).length;
      if (trouble === undefined) continue;
      if (!trouble.mayRepeat) throw trouble.failure;
      triesInVain = settled > 0 ? 1 : triesInVain + 1;
      portionSize = Math.max(1, Math.ceil(portionSize / 2));
      const waitMs = trouble.isPaused ? 0 : backOffMs(triesInVain, random);
      if (triesInVain >= trouble.mostTries || clock.now().getTime() + waitMs >= deadline)
        throw trouble.failure;
      log.debug('request is repeated', { code: trouble.failure.code, tries: triesInVain, waitMs });
      if (waitMs > 0) await clock.sleep(waitMs, signal);
    }
    return inputs.flatMap((_, index) => {
      const answer = answers.get(index);
      return answer === undefined ? [] : [answer.decoded];
    });
  }

  async #sendOnce<Message extends Answered>(
    mailbox: EwsMailbox,
    operation: Xml,
    choice: Sending,
    decode: (message: ResponseMessage, position: number) => Message,
    signal: AbortSignal,
  ): Promise<Answer<Message>> {
    const { isSafeToRepeat, longestPauseMs } = choice;
    const { url, http, impersonate, clock, isWaitedFor } = this.#options;
    const address = await url(signal);
    const leave = await this.#pace.enter(mailbox.key, longestPauseMs, signal);
    try {
      this.#requests += 1;
      const response = await http.send(
        {
          method: 'POST',
          url: address,
          headers: {
            'content-type': 'text/xml; charset=utf-8',
            accept: 'text/xml',
            // Without it requests for others are slow and fail now and then (ews.md, section 1).
            'x-anchormailbox': mailbox.route?.anchorMailbox ?? mailbox.address,
            ...(mailbox.route === undefined
              ? {}
              : { 'x-publicfoldermailbox': mailbox.route.publicFolderMailbox }),
          },
          body: envelope(operation, impersonate ? mailbox.address : undefined),
          timeBudgetMs: isWaitedFor ? WAITED_FOR_BUDGET_MS : EXCHANGE_BUDGET_MS,
          ...(isWaitedFor ? { mostTries: 1 } : {}),
          isSafeToRepeat,
          mailboxKey: mailbox.key,
        },
        signal,
      );
      const expected = { ...choice, response: responseOf(operation) };
      const answer = await readAnswer(response, expected, decode, clock.now(), signal);
      this.#adapt(answer);
      return answer;
    } catch (thrown) {
      if (thrown instanceof Failure && thrown.code === 'answerLost') {
        return { kind: 'lost', failure: thrown, messages: [] };
      }
      throw thrown;
    } finally {
      leave();
    }
  }

  /** Tells the pace what the answer means for all mailboxes. */
  #adapt(answer: Answer<Answered>): void {
    const refusals =
      answer.kind === 'refused'
        ? [answer.refusal]
        : answer.messages.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal]));
    const asked = refusals.filter(({ reaction, backOffMs: ms }) => reaction === 'busy' || ms !== undefined);
    if (asked.length === 0) {
      this.#busyInARow = 0;
      if (answer.kind === 'answered') this.#pace.answered();
      return;
    }
    this.#busyInARow += 1;
    const stated = asked.flatMap(({ backOffMs: ms }) => ms ?? []);
    this.#pace.pause(
      stated.length > 0 ? Math.max(...stated) : backOffMs(this.#busyInARow, this.#options.random),
    );
  }
}

interface Trouble {
  readonly failure: Failure;
  readonly mayRepeat: boolean;
  readonly mostTries: number;
  /** The pace makes everybody wait already. */
  readonly isPaused: boolean;
}

/** undefined: every input has its last word. */
function troubleOf(answer: Answer<Answered>, wanted: number, mostTriesLost: number): Trouble | undefined {
  switch (answer.kind) {
    case 'lost':
      return troubleOfLost(answer.failure, wanted, mostTriesLost);
    case 'refused':
      return troubleOfRefusal(answer.refusal);
    case 'answered': {
      const open = answer.messages.find((message) => !isLastWord(message));
      return open?.refusal === undefined ? undefined : troubleOfRefusal(open.refusal);
    }
  }
}

/**
 * An answer that was damaged on its way may come whole the next time; that nobody speaks SOAP there stays so, and so does
 * what is too large and cannot be asked for in parts.
 */
function troubleOfLost(failure: Failure, inputs: number, mostTriesLost: number): Trouble {
  const mostTries = failure.code === 'answerLost' ? mostTriesLost : MOST_TRIES_UNREADABLE;
  const isLasting = failure.code === 'notExchangeWebServices' || (isTooLarge(failure) && inputs === 1);
  return { failure, mayRepeat: !isLasting, mostTries, isPaused: false };
}

function troubleOfRefusal({ reaction, failure, backOffMs: stated }: Refusal): Trouble {
  const mayRepeat = reaction === 'busy' || reaction === 'transient' || reaction === 'stopped';
  return { failure, mayRepeat, mostTries: MOST_TRIES, isPaused: reaction === 'busy' || stated !== undefined };
}

function isLastWord({ refusal }: Answered): boolean {
  return refusal === undefined || refusal.reaction === 'final' || refusal.reaction === 'smaller';
}
