// An ExchangeHttp that answers as the test's script says, for answers that no emulator gives. Only tests use it.

import type { ExchangeHttp, ExchangeRequest, ExchangeResponse } from '../../exchange-http/index.ts';
import { MESSAGES_NS, SOAP_NS, TYPES_NS } from '../namespaces.ts';

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** In pieces; thrown where it is a failure. */
  readonly body: AsyncIterable<Uint8Array> | string | Error;
}

export interface ScriptedExchange extends ExchangeHttp {
  readonly sent: readonly ExchangeRequest[];
}

/** Answers in order; the last one answers everything after it. */
export function scriptedExchange(...answers: readonly ScriptedAnswer[]): ScriptedExchange {
  return answeringExchange((_, number) => answers[Math.min(number, answers.length) - 1]);
}

/** Answers each request by its body and number, from 1. */
export function answeringExchange(
  answerTo: (body: string, number: number) => ScriptedAnswer | undefined,
): ScriptedExchange {
  const sent: ExchangeRequest[] = [];
  return {
    sent,
    async send(request): Promise<ExchangeResponse> {
      sent.push(request);
      const answer = answerTo(request.body ?? '', sent.length);
      if (answer === undefined) throw new Error('no answer in the script');
      const { status = 200, headers = {}, body } = answer;
      if (body instanceof Error) throw body;
      const pieces = typeof body === 'string' ? onePiece(body) : body;
      return {
        status,
        headers: { 'content-type': 'text/xml; charset=utf-8', ...headers },
        requestId: `request ${sent.length}`,
        body: { [Symbol.asyncIterator]: () => pieces[Symbol.asyncIterator](), destroy() {} },
      };
    },
    close: () => Promise.resolve(),
  };
}

async function* onePiece(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

export const HEAD = `<s:Envelope xmlns:s="${SOAP_NS}" xmlns:m="${MESSAGES_NS}" xmlns:t="${TYPES_NS}"><s:Body><m:GetItemResponse><m:ResponseMessages>`;
export const TAIL = '</m:ResponseMessages></m:GetItemResponse></s:Body></s:Envelope>';

export const done = (content: string) =>
  `<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items>${content}</m:Items></m:GetItemResponseMessage>`;

export const refused = (code: string, more = '') =>
  `<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>${code}</m:ResponseCode>${more}<m:Items/></m:GetItemResponseMessage>`;

export const answer = (...messages: readonly string[]) => `${HEAD}${messages.join('')}${TAIL}`;

/** The answer to another operation than GetItem. */
export const answerOf = (operation: string, ...messages: readonly string[]) =>
  answer(...messages).replaceAll('GetItemResponse', `${operation}Response`);
