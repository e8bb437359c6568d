// What stands between the product and a server, or what the product takes of an answer: an ExchangeHttp around another one.
// Only tests use it.

import type { ExchangeHttp, ExchangeResponse } from '../../exchange-http/index.ts';

type Body = AsyncIterable<Uint8Array>;

function around(inner: ExchangeHttp, change: (body: Body, request: string) => Body): ExchangeHttp {
  return {
    async send(request, signal): Promise<ExchangeResponse> {
      const response = await inner.send(request, signal);
      const { body } = response;
      const changed = change(body, request.body ?? '');
      return {
        ...response,
        body: {
          [Symbol.asyncIterator]: () => changed[Symbol.asyncIterator](),
          destroy: () => body.destroy(),
        },
      };
    },
    close: () => inner.close(),
  };
}

/** `bytes`: what was taken of all answers together. */
export function countingExchange(inner: ExchangeHttp): ExchangeHttp & { readonly bytes: () => number } {
  let bytes = 0;
  async function* counted(body: Body): AsyncGenerator<Uint8Array> {
    for await (const piece of body) {
      bytes += piece.byteLength;
      yield piece;
    }
  }
  return { ...around(inner, counted), bytes: () => bytes };
}

/** Each answer becomes what `change` makes of it; `undefined` leaves it. */
export function changingExchange(
  inner: ExchangeHttp,
  change: (answer: string, request: string) => string | Uint8Array | undefined,
): ExchangeHttp {
  async function* changed(body: Body, request: string): AsyncGenerator<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(piece);
    const whole = Buffer.concat(pieces);
    const made = change(whole.toString('utf8'), request);
    yield typeof made === 'string' ? Buffer.from(made) : (made ?? whole);
  }
  return around(inner, changed);
}
