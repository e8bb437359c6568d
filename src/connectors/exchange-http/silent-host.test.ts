// A host that takes the connection and says nothing, as behind a firewall or a load balancer without servers. The limit
// ends when the test says so, and no test waits.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { asFailure, type Failure } from '../../model/failure.ts';
import { silentLog } from '../../ports/log.ts';
import { answerWith, startMisbehavingServer } from '../http/testing/misbehaving-server.ts';
import { basicSignIn } from './basic-sign-in.ts';
import type { ExchangeHttp, ExchangeRequest } from './exchange-http.ts';
import { createExchangeHttp } from './exchange-http-client.ts';
import { ntlmSignIn } from './ntlm-sign-in.ts';
import type { SignIn } from './sign-in.ts';
import { createTlsAgent, type StartTimer } from './wire.ts';

let now = new Date('2026-11-02T08:00:00Z');
const clock = { now: () => now, sleep: () => Promise.resolve() };

/** Every limit is over as soon as the host has heard the first words of the handshake. */
async function startSilentHost() {
  const taken: Socket[] = [];
  const limits: number[] = [];
  let endLimit = () => {};
  const server = createServer((socket) => {
    socket.on('error', () => {});
    taken.push(socket);
    socket.once('data', () => endLimit());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of taken) socket.destroy();
    server.close();
  });
  const startTimer: StartTimer = (milliseconds, end) => {
    limits.push(milliseconds);
    endLimit = end;
    return () => {};
  };
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`, taken, limits, startTimer };
}

const BASIC = basicSignIn({ account: 'CONTOSO\\svc', password: 'one' });

function open(startTimer: StartTimer, signIn: SignIn = BASIC, additionalCa?: string): ExchangeHttp {
  const http = createExchangeHttp({
    signIn,
    startTimer,
    additionalCa,
    log: silentLog,
    clock,
    random: () => 0,
  });
  onTestFinished(() => http.close());
  return http;
}

const request = (url: string, more: Partial<ExchangeRequest> = {}): ExchangeRequest => ({
  method: 'POST',
  url,
  body: '<request/>',
  timeBudgetMs: 600_000,
  isSafeToRepeat: true,
  ...more,
});

const send = (http: ExchangeHttp, one: ExchangeRequest): Promise<Failure | undefined> =>
  http.send(one, new AbortController().signal).then(
    ({ body }) => {
      body.destroy();
      return undefined;
    },
    (thrown: unknown) => asFailure(thrown),
  );

const NTLM = () =>
  ntlmSignIn({
    credentials: { account: 'CONTOSO\\svc', password: 'one' },
    channelBinding: 'auto',
    createAgent: () => createTlsAgent({ connections: 1 }),
    connections: 2,
    clock,
  });

it.each([
  ['Basic', () => BASIC],
  ['NTLM', NTLM],
])('cannot be reached after fifteen seconds, twice, also by what writes: %s', async (_, signIn) => {
  const { url, taken, limits, startTimer } = await startSilentHost();
  const failure = await send(open(startTimer, signIn()), request(url, { isSafeToRepeat: false }));
  expect(failure).toMatchObject({ number: 13010, details: { reason: 'ERR_TLS_HANDSHAKE_TIMEOUT' } });
  expect(limits).toEqual([15_000, 15_000]);
  expect(taken).toHaveLength(2);
});

it('is tried once by who wants it so', async () => {
  const { url, taken, startTimer } = await startSilentHost();
  const failure = await send(open(startTimer), request(url, { mostTries: 1 }));
  expect(failure?.code).toBe('exchangeServerConnection');
  expect(taken).toHaveLength(1);
});

it('is tried twice by ten who come at once', async () => {
  const { url, taken, startTimer } = await startSilentHost();
  const http = open(startTimer);
  const failures = await Promise.all(Array.from({ length: 10 }, () => send(http, request(url))));
  expect(failures.map((failure) => failure?.number)).toEqual(Array.from({ length: 10 }, () => 13010));
  expect(taken).toHaveLength(2);
  // Nor by who comes soon after: mailboxes stand in line, and would wait one after the other.
  expect((await send(http, request(url)))?.number).toBe(13010);
  expect(taken).toHaveLength(2);
  now = new Date(now.getTime() + 60_000);
  expect((await send(http, request(url)))?.number).toBe(13010);
  expect(taken).toHaveLength(4);
});

it('the limit is called off where the connection stands, and a kept connection has none', async () => {
  const server = await startMisbehavingServer(answerWith(200, {}, 'ok'));
  onTestFinished(() => server[Symbol.asyncDispose]());
  let started = 0;
  let running = 0;
  const startTimer: StartTimer = () => {
    started += 1;
    running += 1;
    return () => {
      running = 0;
    };
  };
  const http = open(startTimer, BASIC, server.caPem);
  for (const _ of [1, 2]) {
    const { body } = await http.send(request(server.url), new AbortController().signal);
    expect(running).toBe(0);
    for await (const _piece of body);
  }
  expect(server.received).toHaveLength(2);
  expect(started).toBe(1);
});
