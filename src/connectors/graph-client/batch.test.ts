import { describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import type { BatchAnswer } from './answer.ts';
import type { BatchPart } from './batch.ts';
import { answerParts, graphError, partsOf, scriptedClient, signal } from './testing/scripted-http.ts';

const read = (path: string): BatchPart => ({ method: 'GET', path, isSafeToRepeat: true });
const create = (path: string): BatchPart => ({ method: 'POST', path, body: {}, isSafeToRepeat: false });
const statusOf = (answer: BatchAnswer) =>
  answer.kind === 'answered' ? answer.answer.status : answer.failure.code;
const options = { mailboxKey: 'm1' };

describe('batch', () => {
  it('matches answers by id, in whatever order they come, and calls a missing one lost', async () => {
    const { client } = scriptedClient(
      answerParts(({ url }) => (url === '/b' ? undefined : { status: 200, body: { of: url } })),
    );
    const answers = await client.batch([read('/a'), create('/b'), read('/c')], options, signal);
    expect(answers.map(statusOf)).toEqual([200, 'answerLost', 200]);
    expect(answers.map((one) => (one.kind === 'answered' ? one.answer.body : undefined))).toEqual([
      { of: '/a' },
      undefined,
      { of: '/c' },
    ]);
  });

  it('repeats only refused parts that may be repeated, after the greatest Retry-After', async () => {
    let round = 0;
    const { client, sent, sleptMs } = scriptedClient((request) => {
      round += 1;
      return answerParts(({ url }) => {
        if (round > 1 || url === '/fine') return { status: 200 };
        return graphError(429, 'ApplicationThrottled', '', { 'RETRY-AFTER': url === '/slow' ? '9' : '3' });
      })(request);
    });
    const parts = [read('/slow'), read('/fine'), create('/created'), read('/quick')];
    const answers = await client.batch(parts, options, signal);
    expect(answers.map(statusOf)).toEqual([200, 200, 429, 200]);
    expect(sleptMs).toEqual([9_000]);
    expect(partsOf(sent[1]).map((part) => part.url)).toEqual(['/slow', '/quick']);
    expect(client.counts).toEqual({ httpCalls: 2, innerRequests: 6 });
  });

  it('gives the refusal back when the time is used up, instead of waiting on', async () => {
    const { client, sleptMs } = scriptedClient(
      answerParts(() => graphError(429, 'ApplicationThrottled', '', { 'Retry-After': '20' })),
    );
    const answers = await client.batch([read('/a')], { ...options, timeBudgetMs: 50_000 }, signal);
    expect(answers.map(statusOf)).toEqual([429]);
    expect(sleptMs).toEqual([20_000, 20_000]);
  });

  it('renews a token that expired inside the batch once, also for parts that are sent only once', async () => {
    const { client, tokens } = scriptedClient((request) =>
      answerParts(() =>
        request.headers.authorization === 'Bearer first'
          ? graphError(401, 'InvalidAuthenticationToken')
          : { status: 201 },
      )(request),
    );
    expect((await client.batch([create('/a')], options, signal)).map(statusOf)).toEqual([201]);
    expect(tokens).toHaveLength(2);
    const stubborn = scriptedClient(answerParts(() => graphError(401, 'InvalidAuthenticationToken')));
    expect((await stubborn.client.batch([read('/a')], options, signal)).map(statusOf)).toEqual([401]);
    expect(stubborn.sent).toHaveLength(2);
  });

  it('calls all parts lost when the answer to the whole was lost, and throws when nothing can be reached', async () => {
    const lost = scriptedClient(() => {
      throw new Failure('answerLost');
    });
    const answers = await lost.client.batch([create('/a'), create('/b')], options, signal);
    expect(answers.map(statusOf)).toEqual(['answerLost', 'answerLost']);
    expect(lost.sent[0]?.isSafeToRepeat).toBe(false);
    const unreachable = scriptedClient(() => {
      throw new Failure('exchangeOnlineConnection');
    });
    await expect(unreachable.client.batch([create('/a')], options, signal)).rejects.toMatchObject({
      code: 'exchangeOnlineConnection',
    });
  });

  it('a refusal of the whole for load is the answer of every part', async () => {
    let round = 0;
    const { client, sleptMs } = scriptedClient((request) => {
      round += 1;
      return round === 1
        ? graphError(429, 'TooManyRequests', '', { 'retry-after': '5' })
        : answerParts(() => ({ status: 200 }))(request);
    });
    const answers = await client.batch([create('/a'), read('/b')], options, signal);
    expect(answers.map(statusOf)).toEqual([429, 200]);
    expect(sleptMs).toEqual([5_000]);
  });

  it('halves a batch that is too large, down to the one part that is', async () => {
    const { client, sent } = scriptedClient((request) =>
      request.body?.includes('/big') === true
        ? graphError(413, 'RequestEntityTooLarge')
        : answerParts(() => ({ status: 201 }))(request),
    );
    const parts = ['/1', '/2', '/big', '/4'].map(create);
    expect((await client.batch(parts, options, signal)).map(statusOf)).toEqual([201, 201, 413, 201]);
    expect(sent.map((request) => partsOf(request).length)).toEqual([4, 2, 2, 1, 1]);
  });

  it('a defect of ours (400 for the whole) is not taken for a lost answer', async () => {
    const { client } = scriptedClient(() => graphError(400, 'BadRequest'));
    await expect(client.batch([create('/a')], options, signal)).rejects.toMatchObject({
      code: 'unexpectedAnswer',
    });
  });

  const refused = graphError(
    429,
    'ApplicationThrottled',
    'Application is over its MailboxConcurrency limit.',
  );
  const tenSeconds = { 'Retry-After': '10' };
  const sizes = (sent: Parameters<typeof partsOf>[0][]) => sent.map((request) => partsOf(request).length);
  const twenty = Array.from({ length: 20 }, (_, index) => read(`/${index}`));

  /** Answers a batch as its positions, from 1, are told to be refused. */
  const refusing = (isRefused: (position: number) => boolean) =>
    scriptedClient((request) => {
      let position = 0;
      return answerParts(() => {
        position += 1;
        return isRefused(position) ? refused : { status: 200 };
      })(request);
    });

  it('goes down to batches of four where all parts beyond the fourth are refused', async () => {
    const { client, sent } = refusing((position) => position > 4);
    expect((await client.batch(twenty, options, signal)).map(statusOf)).toEqual(twenty.map(() => 200));
    expect(sizes(sent)).toEqual([20, 4, 4, 4, 4]);
    sent.splice(0);
    await client.batch(twenty, options, signal);
    expect(sizes(sent)).toEqual([4, 4, 4, 4, 4]);
  });

  it('takes it for the way of the service when a second mailbox does the same', async () => {
    const { client, sent } = refusing((position) => position > 4);
    for (const mailboxKey of ['m1', 'm2', 'm3']) await client.batch(twenty, { mailboxKey }, signal);
    expect(sizes(sent).filter((size) => size === 20)).toHaveLength(2);
  });

  it('tries the service out with one mailbox, the others meanwhile have batches of four', async () => {
    const { promise: isAnswered, resolve: answerNow } = Promise.withResolvers<void>();
    const { client, sent } = scriptedClient(async (request) => {
      if (sent.length === 1) await isAnswered;
      return answerParts(() => ({ status: 200 }))(request);
    });
    const trial = client.batch(twenty, { mailboxKey: 'm1' }, signal);
    await client.batch(twenty, { mailboxKey: 'm2' }, signal);
    expect(sizes(sent)).toEqual([20, 4, 4, 4, 4, 4]);
    answerNow();
    await trial;
    await client.batch(twenty, { mailboxKey: 'm2' }, signal);
    expect(sizes(sent).at(-1)).toBe(20);
  });

  it('takes single refusals for somebody else, three times', async () => {
    const { client, sent } = refusing((position) => position === 20);
    for (let count = 0; count < 4; count += 1) await client.batch(twenty, options, signal);
    expect(sizes(sent)).toEqual([20, 1, 20, 1, 20, 1, 4, 4, 4, 4, 4]);
  });

  it('tells the pacing whose parts were refused and for how long', async () => {
    const answers = [
      { status: 200, body: { text: '"status":429' } },
      { ...refused, headers: { 'retry-after': '7' } },
      refused,
      graphError(429, 'TooManyRequests', '', tenSeconds),
      graphError(503, 'serviceNotAvailable'),
    ];
    const { client, sent } = scriptedClient(() => ({ status: 500 }));
    await client.batch([...answers.map((_, index) => create(`/${index}`))], options, signal);
    const [request] = sent;
    const refusals = (body: unknown) =>
      request?.refusalsIn?.({
        status: 200,
        headers: {},
        body: new TextEncoder().encode(JSON.stringify(body)),
        requestId: undefined,
      });
    expect(request).toMatchObject({ parts: 5, mailboxSlots: 4 });
    expect(
      refusals({ responses: answers.map((answer, index) => ({ id: `${index + 1}`, ...answer })) }),
    ).toEqual([
      { reach: 'mailbox', mailboxKey: 'm1', retryAfterMs: 7_000 },
      { reach: 'mailbox', mailboxKey: 'm1', retryAfterMs: 2_000 },
      { reach: 'application', mailboxKey: 'm1', retryAfterMs: 10_000 },
      { reach: 'unclear', mailboxKey: 'm1', retryAfterMs: undefined },
    ]);
    expect(refusals({ responses: '"status":429' })).toEqual([]);
  });

  it('sends batches of four after the application was refused', async () => {
    let isRefusing = true;
    const { client, sent } = scriptedClient((request) =>
      answerParts(() => {
        const answer = isRefusing ? graphError(429, 'TooManyRequests', '', tenSeconds) : { status: 200 };
        isRefusing = false;
        return answer;
      })(request),
    );
    await client.batch(twenty, options, signal);
    await client.batch(twenty, { mailboxKey: 'm2' }, signal);
    expect(sizes(sent)).toEqual([20, 1, 4, 4, 4, 4, 4]);
  });

  it('gives an action without parameters the empty object it wants', async () => {
    const { client, sent } = scriptedClient(answerParts(() => ({ status: 204 })));
    await client.batch(
      [{ method: 'POST', path: '/x/permanentDelete', isSafeToRepeat: true }],
      options,
      signal,
    );
    expect(partsOf(sent[0])[0]).toMatchObject({ body: {}, headers: { 'Content-Type': 'application/json' } });
  });

  it('refuses more than 20 parts', async () => {
    const { client } = scriptedClient(answerParts(() => ({ status: 200 })));
    const parts = Array.from({ length: 21 }, (_, index) => read(`/${index}`));
    await expect(client.batch(parts, options, signal)).rejects.toThrow(RangeError);
  });
});
