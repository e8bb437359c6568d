import { describe, expect, it } from 'vitest';
import { answerParts, graphError, partsOf, scriptedClient, signal } from './testing/scripted-http.ts';

const mailbox = (number: number) => ({ mailboxKey: `mailbox ${number}`, headers: { Prefer: 'x' } });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('gathered reads', () => {
  it('twenty mailboxes cost one HTTP call, forty-five three', async () => {
    for (const [count, calls] of [
      [20, 1],
      [45, 3],
    ] as const) {
      const { client, sent } = scriptedClient(answerParts(({ url }) => ({ status: 200, body: { url } })));
      const answers = await Promise.all(
        numbers(count).map((number) => client.batchedGet(`/users/${number}`, mailbox(number), signal)),
      );
      expect(answers.map((answer) => answer.body)).toEqual(
        numbers(count).map((number) => ({ url: `/users/${number}` })),
      );
      expect(sent).toHaveLength(calls);
      expect(client.counts).toEqual({ httpCalls: calls, innerRequests: count });
      expect(partsOf(sent[0])[0]?.headers).toEqual({ Prefer: 'x' });
    }
  });

  it('a link of an answer is cut to what a part may carry', async () => {
    const { client, sent } = scriptedClient(answerParts(() => ({ status: 200 })));
    await client.batchedGet(
      'https://graph.example.com/v1.0/users/1/delta?$deltatoken=a%2Fb',
      mailbox(1),
      signal,
    );
    expect(partsOf(sent[0])[0]?.url).toBe('/users/1/delta?$deltatoken=a%2Fb');
  });

  it('nobody waits for the one mailbox that is throttled', async () => {
    let refusals = 2;
    const arrived: string[] = [];
    const { client, sleptMs } = scriptedClient(
      answerParts(({ url }) => {
        if (url !== '/slow' || refusals === 0) return { status: 200 };
        refusals -= 1;
        return graphError(429, 'ApplicationThrottled', '', { 'Retry-After': '30' });
      }),
    );
    const ask = async (path: string, number: number) => {
      const { status } = await client.batchedGet(path, mailbox(number), signal);
      arrived.push(`${path} ${status}`);
    };
    await Promise.all([ask('/slow', 1), ask('/quick', 2)]);
    expect(arrived).toEqual(['/quick 200', '/slow 200']);
    expect(sleptMs).toEqual([30_000, 30_000]);
  });

  it('one that is aborted leaves the others aboard', async () => {
    const abort = new AbortController();
    const { client } = scriptedClient(async (request) => {
      abort.abort(new Error('stop'));
      return answerParts(() => ({ status: 200 }))(request);
    });
    const first = client.batchedGet('/1', mailbox(1), abort.signal);
    const second = client.batchedGet('/2', mailbox(2), signal);
    await expect(first).rejects.toThrow('stop');
    expect((await second).status).toBe(200);
  });

  it('renews an expired token once for all who need it', async () => {
    const { client } = scriptedClient((request) =>
      answerParts(() =>
        request.headers.authorization === 'Bearer first'
          ? graphError(401, 'InvalidAuthenticationToken')
          : { status: 200 },
      )(request),
    );
    const answers = await Promise.all(
      numbers(3).map((number) => client.batchedGet('/', mailbox(number), signal)),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  });
});
