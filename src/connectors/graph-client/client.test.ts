import { describe, expect, it } from 'vitest';
import { answerParts, BASE_URL, graphError, scriptedClient, signal } from './testing/scripted-http.ts';

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

describe('paging', () => {
  it('follows the next link verbatim and ends with the delta link', async () => {
    const next = `${BASE_URL}/v1.0/users?$skiptoken=a%2Fb+c`;
    const { client, sent } = scriptedClient(({ url }) =>
      url === next
        ? { status: 200, body: { value: [3], '@odata.deltaLink': 'the delta link' } }
        : { status: 200, body: { value: [1, 2], '@odata.nextLink': next } },
    );
    expect(await collect(client.pages('/users', {}, signal))).toEqual([[1, 2], [3]]);
    expect(sent.map((request) => request.url)).toEqual([`${BASE_URL}/v1.0/users`, next]);
    const pages = await collect(client.deltaPages('/users', {}, signal));
    expect(pages.map((page) => page.deltaLink)).toEqual([undefined, 'the delta link']);
  });

  it('never sends the token to another host', async () => {
    for (const link of [
      'https://evil.example/v1.0/users',
      'http://graph.example.com/v1.0/users',
      'https://graph.example.com:444/v1.0/users',
      'https://graph.example.com@evil.example/v1.0/users',
      'not a link',
    ]) {
      const { client, sent } = scriptedClient(() => ({
        status: 200,
        body: { value: [], '@odata.nextLink': link },
      }));
      await expect(collect(client.pages('/users', {}, signal))).rejects.toMatchObject({
        code: 'foreignHost',
      });
      expect(sent).toHaveLength(1);
    }
  });

  it('a next link that repeats itself ends in a failure instead of in a circle', async () => {
    const next = `${BASE_URL}/v1.0/users?$skiptoken=1`;
    const { client } = scriptedClient(() => ({ status: 200, body: { value: [1], '@odata.nextLink': next } }));
    await expect(collect(client.pages('/users', {}, signal))).rejects.toMatchObject({
      code: 'unexpectedAnswer',
    });
  });

  it('an empty page is not the end', async () => {
    const next = `${BASE_URL}/v1.0/users?$skiptoken=1`;
    const { client } = scriptedClient(({ url }) => ({
      status: 200,
      body: url === next ? { value: [1] } : { value: [], '@odata.nextLink': next },
    }));
    expect(await collect(client.pages('/users', {}, signal))).toEqual([[], [1]]);
  });

  it('a page that is refused half way throws: half-read is not empty', async () => {
    const next = `${BASE_URL}/v1.0/users?$skiptoken=1`;
    const { client } = scriptedClient(({ url }) =>
      url === next
        ? graphError(403, 'Authorization_RequestDenied')
        : { status: 200, body: { value: [1], '@odata.nextLink': next } },
    );
    await expect(collect(client.pages('/users', {}, signal))).rejects.toMatchObject({
      code: 'consentMissing',
      details: { status: 403, code: 'Authorization_RequestDenied' },
    });
  });
});

describe('single requests', () => {
  it('renew a refused token once and repeat whatever the method', async () => {
    const { client, sent, tokens } = scriptedClient(({ headers }) => ({
      status: headers.authorization === 'Bearer first' ? 401 : 204,
    }));
    expect((await client.post('/x', {}, {}, signal)).status).toBe(204);
    expect(sent).toHaveLength(2);
    expect(tokens).toHaveLength(2);
    const stubborn = scriptedClient(() => ({ status: 401 }));
    expect((await stubborn.client.get('/x', {}, signal)).status).toBe(401);
    expect(stubborn.sent).toHaveLength(2);
  });

  it('only reads are repeated below unless the caller says more', async () => {
    const { client, sent } = scriptedClient(() => ({ status: 200 }));
    await client.get('/x', {}, signal);
    await client.post('/x', {}, {}, signal);
    await client.patch('/x', {}, { isSafeToRepeat: true }, signal);
    await client.delete('/x', {}, signal);
    expect(sent.map((request) => request.isSafeToRepeat)).toEqual([true, false, true, false]);
  });
});

describe('the gate of a mailbox', () => {
  /** Runs requests that stay open until told, and shows which are under way. */
  function openEnded() {
    const underWay: string[] = [];
    const finish: (() => void)[] = [];
    const bed = scriptedClient(async (request) => {
      const name = request.url.endsWith('$batch') ? 'batch' : request.url.slice(-1);
      underWay.push(name);
      await new Promise<void>((resolve) => finish.push(resolve));
      underWay.splice(underWay.indexOf(name), 1);
      return name === 'batch' ? answerParts(() => ({ status: 200 }))(request) : { status: 200 };
    });
    const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
    const finishOne = () => {
      finish.shift()?.();
      return settle();
    };
    return { ...bed, underWay, settle, finishOne };
  }
  const part = { method: 'GET', path: '/p', isSafeToRepeat: true } as const;

  it('lets four single requests in, and a batch only alone; other mailboxes do not wait', async () => {
    const { client, underWay, settle, finishOne } = openEnded();
    const singles = ['1', '2', '3', '4', '5'].map((path) =>
      client.get(`/${path}`, { mailboxKey: 'm' }, signal),
    );
    const batch = client.batch([part], { mailboxKey: 'm' }, signal);
    const late = client.get('/6', { mailboxKey: 'm' }, signal);
    const other = client.get('/o', { mailboxKey: 'another' }, signal);
    await settle();
    expect(underWay).toEqual(['1', '2', '3', '4', 'o']);
    for (let step = 0; step < 5; step += 1) await finishOne();
    expect(underWay).toEqual(['5']);
    await finishOne();
    expect(underWay).toEqual(['batch']);
    await finishOne();
    expect(underWay).toEqual(['6']);
    await finishOne();
    await Promise.all([...singles, batch, late, other]);
  });

  it('whoever is aborted while waiting leaves the queue', async () => {
    const { client, underWay, settle, finishOne } = openEnded();
    const abort = new AbortController();
    const first = client.batch([part], { mailboxKey: 'm' }, signal);
    const second = client.batch([part], { mailboxKey: 'm' }, abort.signal);
    const third = client.get('/3', { mailboxKey: 'm' }, signal);
    await settle();
    abort.abort(new Error('stop'));
    await expect(second).rejects.toThrow('stop');
    await finishOne();
    expect(underWay).toEqual(['3']);
    await finishOne();
    await Promise.all([first, third]);
  });

  it('a part of a gathered read waits for the batch of its own mailbox alone', async () => {
    const { client, underWay, settle, finishOne } = openEnded();
    const first = client.batch([part], { mailboxKey: 'm' }, signal);
    const waits = client.batchedGet('/w', { mailboxKey: 'm' }, signal);
    const goes = client.batchedGet('/g', { mailboxKey: 'another' }, signal);
    await settle();
    await settle();
    expect(underWay).toEqual(['batch', 'batch']);
    await finishOne();
    await finishOne();
    await settle();
    expect(underWay).toEqual(['batch']);
    await finishOne();
    await Promise.all([first, waits, goes]);
  });
});
