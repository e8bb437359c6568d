import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { failureOf } from '../../model/testing/failure-of.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { silentLog } from '../../ports/log.ts';
import {
  createHttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
} from './http-client.ts';
import {
  type Answer,
  answerWith,
  cut,
  type MisbehavingServer,
  never,
  startMisbehavingServer,
} from './testing/misbehaving-server.ts';

/** Time passes only by sleeping, and sleeping takes no time. */
class SteppingClock implements Clock {
  readonly sleeps: number[] = [];
  #now = Date.parse('2026-11-22T10:00:00Z');

  now(): Date {
    return new Date(this.#now);
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleeps.push(milliseconds);
    this.#now += milliseconds;
    await Promise.resolve();
  }
}

const ok = answerWith(200, { 'request-id': 'server-1' }, 'ok');
const live = new AbortController().signal;

async function serverWith(...answers: Answer[]): Promise<MisbehavingServer> {
  const server = await startMisbehavingServer(...answers);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

function clientFor(server: MisbehavingServer, options: Partial<HttpClientOptions> = {}) {
  const clock = new SteppingClock();
  const client = createHttpClient({
    allowedHosts: [server.host],
    additionalCa: server.caPem,
    log: silentLog,
    clock,
    random: () => 1,
    ...options,
  });
  onTestFinished(() => client.close());
  return { client, clock };
}

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, timeBudgetMs: 60_000, isSafeToRepeat: true, ...more };
}

describe('Throttling is normal: repeating', () => {
  test('waits the seconds a throttled answer asks for', async () => {
    const server = await serverWith(answerWith(429, { 'Retry-After': '7' }), ok);
    const { client, clock } = clientFor(server);
    const response = await client.send(get(`${server.url}/a`), live);
    expect(response).toMatchObject({ status: 200, requestId: 'server-1' });
    expect(response.body.toString()).toBe('ok');
    expect(clock.sleeps).toEqual([7_000]);
  });

  test('waits until the date a busy service names', async () => {
    const server = await serverWith(answerWith(503, { 'Retry-After': 'Sun, 22 Nov 2026 10:00:30 GMT' }), ok);
    const { client, clock } = clientFor(server);
    expect((await client.send(get(`${server.url}/a`), live)).status).toBe(200);
    expect(clock.sleeps).toEqual([30_000]);
  });

  test('waits longer from try to try when nothing is asked for, with jitter', async () => {
    const server = await serverWith(answerWith(429), answerWith(504), answerWith(503), ok);
    const { client, clock } = clientFor(server);
    await client.send(get(`${server.url}/a`), live);
    expect(clock.sleeps).toEqual([2_000, 4_000, 8_000]);

    const again = await serverWith(answerWith(429), ok);
    const half = clientFor(again, { random: () => 0 });
    await half.client.send(get(`${again.url}/a`), live);
    expect(half.clock.sleeps).toEqual([1_000]);
  });

  test('hands over the refusal when the wait does not fit the budget', async () => {
    const server = await serverWith(answerWith(429, { 'Retry-After': '61' }), ok);
    const { client, clock } = clientFor(server);
    expect((await client.send(get(`${server.url}/a`), live)).status).toBe(429);
    expect(clock.sleeps).toEqual([]);
    expect(server.received).toHaveLength(1);
  });

  test('ends after eight tries however large the budget', async () => {
    const server = await serverWith(answerWith(503, { 'Retry-After': '0' }));
    const { client } = clientFor(server);
    const response = await client.send(get(`${server.url}/a`, { timeBudgetMs: 1e9 }), live);
    expect(response.status).toBe(503);
    expect(server.received).toHaveLength(8);
  });

  test('does not repeat a write after 429: it may have succeeded', async () => {
    const server = await serverWith(answerWith(429, { 'Retry-After': '1' }), ok);
    const { client } = clientFor(server);
    const write = get(`${server.url}/a`, { method: 'POST', body: '{}', isSafeToRepeat: false });
    expect((await client.send(write, live)).status).toBe(429);
    expect(server.received).toHaveLength(1);
  });

  test('repeats a read whose connection was cut', async () => {
    const server = await serverWith(cut, ok);
    const { client } = clientFor(server);
    expect((await client.send(get(`${server.url}/a`), live)).status).toBe(200);
    expect(server.received).toHaveLength(2);
  });

  test('a write whose connection was cut is answerLost and not repeated', async () => {
    const server = await serverWith(cut, ok);
    const { client } = clientFor(server);
    const write = get(`${server.url}/a`, { method: 'POST', body: '{}', isSafeToRepeat: false });
    expect((await failureOf(client.send(write, live))).code).toBe('answerLost');
    expect(server.received).toHaveLength(1);
  });

  test('an answer that stops half way is lost', async () => {
    const half: Answer = (response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('half', () => response.destroy());
    };
    const server = await serverWith(half);
    const { client } = clientFor(server);
    const write = get(`${server.url}/a`, { method: 'POST', body: '{}', isSafeToRepeat: false });
    expect((await failureOf(client.send(write, live))).code).toBe('answerLost');
  });

  test('an answer slower than the budget is lost', async () => {
    const server = await serverWith(never);
    const { client } = clientFor(server);
    const write = get(`${server.url}/a`, {
      method: 'POST',
      body: '{}',
      isSafeToRepeat: false,
      timeBudgetMs: 50,
    });
    expect((await failureOf(client.send(write, live))).code).toBe('answerLost');
  });
});

describe('cancelling', () => {
  test('ends a request in flight', async () => {
    const controller = new AbortController();
    const server = await serverWith(() => controller.abort());
    const { client } = clientFor(server);
    expect((await failureOf(client.send(get(`${server.url}/a`), controller.signal))).code).toBe('cancelled');
  });

  test('ends a wait and keeps the reason when it is a failure', async () => {
    const controller = new AbortController();
    const server = await serverWith(answerWith(429, { 'Retry-After': '5' }), ok);
    const clock: Clock = {
      now: () => new Date('2026-11-22T10:00:00Z'),
      sleep: (_milliseconds, signal) => {
        controller.abort(new Failure('waveFailed'));
        return Promise.reject(signal?.reason as Error);
      },
    };
    const { client } = clientFor(server, { clock });
    expect((await failureOf(client.send(get(`${server.url}/a`), controller.signal))).code).toBe('waveFailed');
    expect(server.received).toHaveLength(1);
  });

  test('ends the waiting for a place in the gate', async () => {
    const server = await serverWith(never);
    const { client } = clientFor(server, { pacing: { calls: 1 } });
    const first = new AbortController();
    const second = new AbortController();
    const holding = client.send(get(`${server.url}/1`), first.signal);
    const waiting = client.send(get(`${server.url}/2`), second.signal);
    second.abort();
    expect((await failureOf(waiting)).code).toBe('cancelled');
    first.abort();
    expect((await failureOf(holding)).code).toBe('cancelled');
    expect(server.received.length).toBeLessThanOrEqual(1);
  });
});

describe('hosts', () => {
  test('a foreign host gets nothing at all', async () => {
    const [home, foreign] = [await serverWith(ok), await serverWith(ok)];
    const { client } = clientFor(home);
    const failure = await failureOf(
      client.send(get(`${foreign.url}/a`, { headers: { authorization: 'Bearer x' } }), live),
    );
    expect(failure.code).toBe('foreignHost');
    expect(foreign.received).toHaveLength(0);
  });

  test('plain http is refused even on an allowed host', async () => {
    const server = await serverWith(ok);
    const { client } = clientFor(server);
    expect((await failureOf(client.send(get(`http://${server.host}/a`), live))).code).toBe('foreignHost');
  });

  test('a redirect to a foreign host is not followed', async () => {
    const foreign = await serverWith(ok);
    const home = await serverWith(answerWith(307, { Location: `${foreign.url}/stolen` }));
    const { client } = clientFor(home);
    const failure = await failureOf(
      client.send(get(`${home.url}/a`, { headers: { authorization: 'Bearer x' } }), live),
    );
    expect(failure).toMatchObject({ code: 'foreignHost', details: { host: foreign.url } });
    expect(foreign.received).toHaveLength(0);
  });

  test.each([302, 307, 308])(
    'a redirect %i inside the allowed hosts takes method, body and token along',
    async (status) => {
      const server = await serverWith(answerWith(status, { Location: '/regional' }), ok);
      const { client } = clientFor(server);
      const headers = { authorization: 'Bearer x' };
      await client.send(get(`${server.url}/a`, { method: 'POST', body: '{"a":1}', headers }), live);
      expect(server.received[1]).toMatchObject({ method: 'POST', url: '/regional', body: '{"a":1}' });
      expect(server.received[1]?.headers).toMatchObject(headers);
    },
  );

  test('redirects in a circle end', async () => {
    const server = await serverWith(answerWith(308, { Location: '/again' }));
    const { client } = clientFor(server);
    expect((await failureOf(client.send(get(`${server.url}/a`), live))).code).toBe('unexpectedAnswer');
  });
});

describe('trust and reach', () => {
  test('a server that is not trusted is named, and not asked again', async () => {
    const [server, other] = [await serverWith(ok), await serverWith(ok)];
    const { client, clock } = clientFor(server, { additionalCa: other.caPem });
    const failure = await failureOf(client.send(get(`${server.url}/a`), live));
    expect(failure).toMatchObject({ code: 'untrustedServer', details: { host: server.host } });
    expect(clock.sleeps).toEqual([]);
    expect(server.received).toHaveLength(0);
  });

  test('a port nobody listens on is no connection, after three tries', async () => {
    const server = await serverWith(ok);
    const { client, clock } = clientFor(server);
    await server[Symbol.asyncDispose]();
    const write = get(`${server.url}/a`, { method: 'POST', body: '{}', isSafeToRepeat: false });
    const failure = await failureOf(client.send(write, live));
    expect(failure).toMatchObject({
      code: 'exchangeOnlineConnection',
      details: { host: server.host, reason: 'ECONNREFUSED' },
    });
    expect(clock.sleeps).toEqual([2_000, 4_000]);
  });

  test('a proxy is used, and one that refuses the tunnel is named', async () => {
    const server = await serverWith(ok);
    const asked: string[] = [];
    const proxy = createNetServer((socket) => {
      socket.once('data', (data) => {
        asked.push(data.toString('latin1').split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    const address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { client } = clientFor(server, { proxy: `http://${address}` });
    const failure = await failureOf(client.send(get(`${server.url}/a`), live));
    expect(failure).toMatchObject({ code: 'exchangeOnlineConnection', details: { proxy: address } });
    expect(asked).toEqual([`CONNECT ${server.host} HTTP/1.1`]);
  });
});

describe('answers', () => {
  test('a huge body is refused, plain or unpacked', async () => {
    const packed = gzipSync(Buffer.alloc(200_000));
    const server = await serverWith(answerWith(200, {}, 'x'.repeat(100_001)), (response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      response.end(packed);
    });
    const { client } = clientFor(server, { maxBodyBytes: 100_000 });
    const expected = { code: 'unexpectedAnswer', details: { reason: 'answer too large' } };
    expect(await failureOf(client.send(get(`${server.url}/a`), live))).toMatchObject(expected);
    expect(await failureOf(client.send(get(`${server.url}/a`), live))).toMatchObject(expected);
  });

  test('gzip is unpacked, and an error that only claims gzip is handed over', async () => {
    const server = await serverWith(
      (response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' });
        response.end(gzipSync('packed'));
      },
      answerWith(403, { 'Content-Encoding': 'gzip' }, '\0\0\0'),
    );
    const { client } = clientFor(server);
    expect((await client.send(get(`${server.url}/a`), live)).body.toString()).toBe('packed');
    const refused = await client.send(get(`${server.url}/a`), live);
    expect([refused.status, refused.body.length]).toEqual([403, 3]);
  });

  test.each([500, 502])(
    'a %i is asked for again, three times in all and only where that is safe',
    async (status) => {
      const stumbling = await serverWith(answerWith(status), answerWith(200, {}, 'here'));
      const { client } = clientFor(stumbling);
      expect((await client.send(get(stumbling.url), live)).status).toBe(200);
      const broken = await serverWith(answerWith(status));
      const other = clientFor(broken).client;
      expect((await other.send(get(broken.url), live)).status).toBe(status);
      expect(broken.received).toHaveLength(3);
      await other.send({ ...get(broken.url), isSafeToRepeat: false }, live);
      expect(broken.received).toHaveLength(4);
    },
  );

  test('every request has an id of its own, which names it when the service gives none', async () => {
    const server = await serverWith(answerWith(403));
    const { client } = clientFor(server);
    const [one, two] = [await client.send(get(server.url), live), await client.send(get(server.url), live)];
    expect(server.received.map((request) => request.headers['client-request-id'])).toEqual([
      one.requestId,
      two.requestId,
    ]);
    expect(one.requestId).not.toBe(two.requestId);
  });
});

describe('pacing', () => {
  /** Holds every answer back until as many requests are open as should be, and then answers all of them. */
  function inRoundsOf(size: number): Answer {
    let held: (() => void)[] = [];
    return (response) => {
      held.push(() => response.end('ok'));
      if (held.length < size) return;
      const release = held;
      held = [];
      for (const answer of release) answer();
    };
  }

  test('one mailbox never has more than four requests in flight', async () => {
    const server = await serverWith(inRoundsOf(4));
    const { client } = clientFor(server);
    await Promise.all(
      Array.from({ length: 12 }, () => client.send(get(server.url, { mailboxKey: 'm1' }), live)),
    );
    expect(server.mostAtOnce()).toBe(4);
  });

  test('the others go on while one mailbox is full', async () => {
    const server = await serverWith(inRoundsOf(12));
    const { client } = clientFor(server);
    const keys = Array.from({ length: 12 }, (_, index) => `m${index % 3}`);
    await Promise.all(keys.map((mailboxKey) => client.send(get(server.url, { mailboxKey }), live)));
    expect(server.mostAtOnce()).toBe(12);
  });

  test('a request that takes all places of its mailbox is alone there', async () => {
    const server = await serverWith(inRoundsOf(1));
    const { client } = clientFor(server);
    const batch = get(server.url, { mailboxKey: 'm1', mailboxSlots: 4 });
    await Promise.all(Array.from({ length: 4 }, () => client.send(batch, live)));
    expect(server.mostAtOnce()).toBe(1);
  });

  test('all mailboxes together stay below the overall limit', async () => {
    const server = await serverWith(inRoundsOf(3));
    const { client } = clientFor(server, { pacing: { calls: 3 } });
    const keys = Array.from({ length: 9 }, (_, index) => `m${index}`);
    await Promise.all(keys.map((mailboxKey) => client.send(get(server.url, { mailboxKey }), live)));
    expect(server.mostAtOnce()).toBe(3);
  });

  test('a throttled mailbox starts nothing before its time, another one does', async () => {
    const server = await serverWith(answerWith(429, { 'Retry-After': '20' }), ok);
    const { client, clock } = clientFor(server);
    const write = get(server.url, { method: 'POST', isSafeToRepeat: false, mailboxKey: 'm1' });
    await client.send(write, live);
    await client.send({ ...write, mailboxKey: 'm2' }, live);
    expect(clock.sleeps).toEqual([]);
    await client.send(write, live);
    expect(clock.sleeps).toEqual([20_000]);
  });
});

test('a mailbox that is to be left alone for longer than the budget is not waited for', async () => {
  const server = await serverWith(answerWith(429, { 'Retry-After': '3600' }), ok);
  const { client, clock } = clientFor(server);
  const one = get(server.url, { mailboxKey: 'm1' });
  expect((await client.send(one, live)).status).toBe(429);
  const failure = await failureOf(client.send(one, live));
  expect(failure).toMatchObject({ code: 'throttledTooLong', retryAfterMs: 3_600_000 });
  expect(clock.sleeps).toEqual([]);
  expect((await client.send({ ...one, mailboxKey: 'm2' }, live)).status).toBe(200);
});

test('a service that refuses the application is not asked by anybody before its time', async () => {
  const refusal = JSON.stringify({
    error: { code: 'TooManyRequests', message: 'Please retry again later.' },
  });
  const server = await serverWith(answerWith(429, { 'Retry-After': '20' }, refusal), ok);
  const { client, clock } = clientFor(server);
  const write = get(server.url, { method: 'POST', isSafeToRepeat: false, mailboxKey: 'm1' });
  expect((await client.send(write, live)).status).toBe(429);
  expect(client.traffic.state()).toMatchObject({ refusals: 1, waitingUntil: '2026-11-22T10:00:20.000Z' });
  await client.send({ ...write, mailboxKey: 'm2' }, live);
  expect(clock.sleeps).toEqual([20_000]);
  expect(client.traffic.state()).toMatchObject({ waitedMs: 20_000, waitingUntil: undefined, underWay: 0 });
});

test('what an answer refuses inside is asked of whoever knows it', async () => {
  const server = await serverWith(ok);
  const { client, clock } = clientFor(server);
  const refusalsIn = (response: HttpResponse) => {
    expect(response.body.toString()).toBe('ok');
    return [{ reach: 'mailbox', mailboxKey: 'm2', retryAfterMs: 5_000 } as const];
  };
  await client.send(get(server.url, { parts: 20, refusalsIn }), live);
  await client.send(get(server.url, { mailboxKey: 'm1' }), live);
  expect(clock.sleeps).toEqual([]);
  await client.send(get(server.url, { mailboxKey: 'm2' }), live);
  expect(clock.sleeps).toEqual([5_000]);
});

test('closing the client ends what is in flight, without repeating it', async () => {
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const server = await serverWith(() => arrived());
  const { client, clock } = clientFor(server);
  const sent = failureOf(client.send(get(server.url), live));
  await arrival;
  await client.close();
  expect((await sent).code).toBe('answerLost');
  expect(clock.sleeps).toEqual([]);
});

test('the log names neither people, nor items, nor secrets', async () => {
  const server = await serverWith(ok);
  const lines: string[] = [];
  const keep = (message: string, data?: unknown) => void lines.push(`${message} ${JSON.stringify(data)}`);
  const log: Log = { error: keep, warn: keep, info: keep, debug: keep };
  const { client } = clientFor(server, { log });
  const itemId = `AAMk${'x'.repeat(80)}`;
  const url = `${server.url}/v1.0/users/erika.muster@contoso.example/contacts/${itemId}?$filter=displayName eq 'Erika'`;
  await client.send(
    get(url, { method: 'POST', headers: { authorization: 'Bearer secret' }, body: 'Muster' }),
    live,
  );
  const text = lines.join('\n');
  expect(text).toContain(`${server.host}/v1.0/users/{address}/contacts/{id}?$filter`);
  expect(text).toContain('"status":200');
  for (const hidden of ['erika', 'Erika', 'muster', 'Muster', 'AAMk', 'secret', 'Bearer'])
    expect(text).not.toContain(hidden);
});
