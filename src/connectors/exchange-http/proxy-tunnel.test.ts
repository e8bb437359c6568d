// The way through a proxy: every connection, one that refuses, one that says nothing.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startConnectProxy } from '../../../test/connect-proxy.ts';
import { asFailure } from '../../model/failure.ts';
import { silentLog } from '../../ports/log.ts';
import { answerWith, startMisbehavingServer } from '../http/testing/misbehaving-server.ts';
import { basicSignIn } from './basic-sign-in.ts';
import { createExchangeHttp, type ExchangeHttpOptions } from './exchange-http-client.ts';

/** Nobody listens there: who goes past the proxy gets nowhere. */
const NOWHERE = '127.0.0.1:1';

function open(proxy: string, more: Partial<ExchangeHttpOptions> = {}) {
  const http = createExchangeHttp({
    signIn: basicSignIn({ account: 'CONTOSO\\svc', password: 'one' }),
    proxy,
    isOnline: true,
    log: silentLog,
    clock: { now: () => new Date('2026-11-02T08:00:00Z'), sleep: () => Promise.resolve() },
    random: () => 0,
    ...more,
  });
  onTestFinished(() => http.close());
  return async () => {
    const request = { method: 'POST', url: `https://${NOWHERE}/`, body: 'body' } as const;
    const signal = new AbortController().signal;
    const { status, body } = await http.send(
      { ...request, timeBudgetMs: 60_000, isSafeToRepeat: true },
      signal,
    );
    for await (const _ of body);
    return status;
  };
}

async function proxied() {
  const server = await startMisbehavingServer(answerWith(200, {}, 'ok'));
  const proxy = await startConnectProxy({ port: Number(new URL(server.url).port) });
  onTestFinished(async () => {
    await proxy.close();
    await server[Symbol.asyncDispose]();
  });
  return { server, proxy };
}

it('one connection through the proxy serves one request after the other', async () => {
  const { server, proxy } = await proxied();
  const send = open(proxy.url, { additionalCa: server.caPem });
  expect([await send(), await send()]).toEqual([200, 200]);
  expect(proxy.asked).toEqual([NOWHERE]);
  expect(server.received.map(({ headers }) => headers['host'])).toEqual([NOWHERE, NOWHERE]);
  expect(server.received[0]?.headers['proxy-authorization']).toBeUndefined();
});

it('twin: without the proxy nothing arrives', async () => {
  const { server } = await proxied();
  const failure = await open(server.url, { proxy: undefined })().catch(asFailure);
  expect(failure).toMatchObject({ code: 'exchangeOnlineConnection', details: { reason: 'ECONNREFUSED' } });
  expect(server.received).toEqual([]);
});

it('the certificate is that of the server, whatever the proxy opened', async () => {
  const { server, proxy } = await proxied();
  const failure = await open(proxy.url)().catch(asFailure);
  expect(failure).toMatchObject({ code: 'untrustedServer', details: { host: NOWHERE } });
  expect(server.received).toEqual([]);
});

it('a proxy that refuses is named, and asked once', async () => {
  const { proxy } = await proxied();
  proxy.isClosed = true;
  expect(await open(proxy.url)().catch(asFailure)).toMatchObject({
    code: 'exchangeOnlineConnection',
    details: { host: NOWHERE, proxy: new URL(proxy.url).host, reason: 'ERR_PROXY_TUNNEL' },
  });
  expect(proxy.asked).toEqual([NOWHERE]);
});

it('a proxy that is down is named', async () => {
  expect(await open(`http://${NOWHERE}`)().catch(asFailure)).toMatchObject({
    code: 'exchangeOnlineConnection',
    details: { proxy: NOWHERE, reason: 'ECONNREFUSED' },
  });
});

it('a proxy that says nothing has the limit of every connection', async () => {
  const limits: number[] = [];
  let endLimit = () => {};
  const silent = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.once('data', () => endLimit());
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const send = open(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, {
    startTimer(milliseconds, end) {
      limits.push(milliseconds);
      endLimit = end;
      return () => {};
    },
  });
  expect(await send().catch(asFailure)).toMatchObject({
    code: 'exchangeOnlineConnection',
    details: { reason: 'ETIMEDOUT' },
  });
  expect(limits).toEqual([15_000, 15_000]);
});
