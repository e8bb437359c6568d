// Several ask the same question, and some of them go before it is answered.

import { expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { shareAnswer } from './shared-answer.ts';

/** Questions that are answered by hand; a cancelled one fails as a connector's does. */
function questions() {
  const asked: { readonly signal: AbortSignal; readonly answer: (text: string) => void; fail: () => void }[] =
    [];
  const ask = shareAnswer((signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    signal.addEventListener('abort', () => reject(new Failure('cancelled')));
    asked.push({ signal, answer: resolve, fail: () => reject(new Failure('exchangeNotFound')) });
    return promise;
  });
  return { asked, ask };
}

const never = new AbortController().signal;

it('is asked once, and the answer is kept', async () => {
  const { asked, ask } = questions();
  const both = Promise.all([ask(never), ask(never)]);
  asked[0]?.answer('found');
  expect(await both).toEqual(['found', 'found']);
  expect(await ask(never)).toBe('found');
  expect(asked).toHaveLength(1);
});

it('who asked first may go, and the others get their answer', async () => {
  const { asked, ask } = questions();
  const leaving = new AbortController();
  const first = ask(leaving.signal);
  const second = ask(never);
  leaving.abort();
  await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  expect(asked[0]?.signal.aborted).toBe(false);
  asked[0]?.answer('found');
  expect(await second).toBe('found');
});

it('ends when nobody waits any more, and whoever comes then begins anew', async () => {
  const { asked, ask } = questions();
  const leaving = [new AbortController(), new AbortController()];
  const all = Promise.allSettled(leaving.map(({ signal }) => ask(signal)));
  for (const one of leaving) one.abort();
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(asked[0]?.signal.aborted).toBe(true);
  const next = ask(never);
  asked[1]?.answer('found');
  expect(await next).toBe('found');
});

it('a failure is told to all and not kept', async () => {
  const { asked, ask } = questions();
  const all = Promise.allSettled([ask(never), ask(never)]);
  asked[0]?.fail();
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const next = ask(never);
  asked[1]?.answer('found');
  expect(await next).toBe('found');
});

it('who has gone already asks nothing', async () => {
  const { asked, ask } = questions();
  await expect(ask(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  expect(asked).toHaveLength(0);
});
