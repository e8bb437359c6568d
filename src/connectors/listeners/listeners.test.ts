// Listeners that we did not write: servers of Node, which see what was sent.

import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeServerIdentity, type ServerIdentity } from '../../../emulator/src/server/certificates.ts';
import { startConnectProxy } from '../../../test/connect-proxy.ts';
import { failureOf } from '../../model/testing/failure-of.ts';
import type { OutgoingAnnouncement } from '../../ports/announcements.ts';
import { FakeClock } from '../memory/fake-clock.ts';
import { appendToFile, postToWebhook, sendToSyslog } from './index.ts';

const SECRET = 'unmistakable-secret';
const AT = new Date('2026-11-02T08:00:00.000Z');
const told: OutgoingAnnouncement = {
  id: '3f2a run.ended',
  event: 'run.ended',
  at: AT,
  severity: 'error',
  text: JSON.stringify({ policy: 'Größe' }),
};
const signal = new AbortController().signal;
/** Longer than names in DNS may be: no server has to be asked for it. */
const UNKNOWN = `${'x'.repeat(64)}.invalid`;

let identity: ServerIdentity;
let servers: Server[] = [];
let directory = '';
beforeAll(async () => {
  identity = await makeServerIdentity(new Date());
});
afterEach(async () => {
  for (const server of servers) await new Promise<void>((resolve) => server.close(() => resolve()));
  servers = [];
  if (directory !== '') rmSync(directory, { recursive: true, force: true });
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('a webhook', () => {
  const tls = () => ({ key: identity.keyPem, cert: identity.certificatePem });
  const webhook = (url: string, more: { trusts?: boolean; timeoutMs?: number; proxy?: string } = {}) =>
    postToWebhook({
      url,
      secret: SECRET,
      proxy: more.proxy,
      additionalCa: more.trusts === false ? undefined : identity.caPem,
      clock: new FakeClock(AT.toISOString()),
      ...(more.timeoutMs === undefined ? {} : { timeoutMs: more.timeoutMs }),
    });
  const answering = (status: number, headers: Record<string, string> = {}): RequestListener => {
    return (request, answer) => {
      request.resume().on('end', () => answer.writeHead(status, headers).end());
    };
  };

  it('gets JSON, and knows from the signature who sent it and when', async () => {
    const got: { headers: NodeJS.Dict<string | string[]>; body: string; path: string }[] = [];
    const port = await listening(
      createHttpsServer(tls(), (request, answer) => {
        textOf(request).then((body) => {
          got.push({ headers: request.headers, body, path: `${request.method} ${request.url}` });
          answer.writeHead(204).end();
        }, answer.destroy.bind(answer));
      }),
    );
    await webhook(`https://localhost:${port}/runs?of=contoso`).tell(told, signal);
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = got;
    expect([path, body]).toEqual(['POST /runs?of=contoso', told.text]);
    const time = AT.getTime() / 1000;
    const expected = createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex');
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-contactsync-event': 'run.ended',
      'x-contactsync-id': told.id,
      'x-contactsync-signature': `t=${time},v1=${expected}`,
    });
    expect(JSON.stringify(got)).not.toContain(SECRET);
  });

  it('is followed nowhere else, and told again where it does not say yes', async () => {
    let others = 0;
    const other = await listening(
      createHttpServer((_, answer) => {
        others += 1;
        answer.writeHead(200).end();
      }),
    );
    for (const status of [301, 307, 400, 401, 429, 500]) {
      const location = `http://127.0.0.1:${other}/`;
      const port = await listening(createHttpServer(answering(status, { location })));
      const failure = await failureOf(webhook(`http://127.0.0.1:${port}/`).tell(told, signal));
      expect([failure.code, failure.details['status']]).toEqual(['webhookRefused', status]);
    }
    expect(others).toBe(0);
  });

  it('is not told over a connection that nobody vouches for', async () => {
    let requests = 0;
    const port = await listening(
      createHttpsServer(tls(), (_, answer) => {
        requests += 1;
        answer.end();
      }),
    );
    const failure = await failureOf(
      webhook(`https://localhost:${port}/`, { trusts: false }).tell(told, signal),
    );
    expect(failure.code).toBe('listenerUnreachable');
    expect(requests).toBe(0);
  });

  it('that says nothing is not waited for', async () => {
    const open: Socket[] = [];
    const port = await listening(createTcpServer((socket) => void open.push(socket)));
    const failure = await failureOf(
      webhook(`http://127.0.0.1:${port}/`, { timeoutMs: 50 }).tell(told, signal),
    );
    expect([failure.code, failure.details['reason']]).toEqual(['listenerUnreachable', 'timeout']);
    for (const socket of open) socket.destroy();
  });

  it('that never ends its answer is not listened to for long', async () => {
    const port = await listening(createHttpServer((_, answer) => void answer.writeHead(200).write('a')));
    const failure = await failureOf(
      webhook(`http://127.0.0.1:${port}/`, { timeoutMs: 50 }).tell(told, signal),
    );
    expect([failure.code, failure.details['reason']]).toEqual(['listenerUnreachable', 'timeout']);
  });

  it('whose answer is too large is not listened to either', async () => {
    const large = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(64 * 1024);
      })(),
    );
    const port = await listening(
      createHttpServer((_, answer) => void pipeline(large, answer.writeHead(200)).catch(() => {})),
    );
    const failure = await failureOf(webhook(`http://127.0.0.1:${port}/`).tell(told, signal));
    expect([failure.code, failure.details['reason']]).toEqual(['listenerUnreachable', 'answerTooLarge']);
  });

  it('of a name that nobody knows is said, and nothing of the address but its host', async () => {
    const failure = await failureOf(webhook(`https://${UNKNOWN}/hook?token=secret`).tell(told, signal));
    expect(failure.toRecord()).toMatchObject({
      code: 'listenerUnreachable',
      details: { host: UNKNOWN, reason: 'ENOTFOUND' },
    });
    expect(JSON.stringify([failure.toRecord(), failure.message, failure.cause])).not.toContain('token');
  });

  /** Nobody listens there: who goes past the proxy gets nowhere. */
  const NOWHERE = 'https://localhost:1/hook?token=secret';

  async function proxied() {
    let requests = 0;
    const port = await listening(
      createHttpsServer(tls(), (request, answer) => {
        requests += 1;
        request.resume().on('end', () => answer.writeHead(202).end());
      }),
    );
    const proxy = await startConnectProxy({ port });
    onTestFinished(() => proxy.close());
    return { proxy, requests: () => requests };
  }

  it('is reached through the proxy, which learns the host alone; twin: not without', async () => {
    const { proxy, requests } = await proxied();
    expect(await webhook(NOWHERE, { proxy: proxy.url }).tell(told, signal)).toEqual({ status: 202 });
    expect([proxy.asked, requests()]).toEqual([['localhost:1'], 1]);
    const failure = await failureOf(webhook(NOWHERE).tell(told, signal));
    expect([failure.code, failure.details['proxy']]).toEqual(['listenerUnreachable', undefined]);
  });

  it('has the certificate of its own behind a proxy, too', async () => {
    const { proxy, requests } = await proxied();
    const failure = await failureOf(webhook(NOWHERE, { proxy: proxy.url, trusts: false }).tell(told, signal));
    expect([failure.code, requests()]).toEqual(['listenerUnreachable', 0]);
  });

  it('that a proxy does not let us reach is said, with the proxy', async () => {
    const { proxy } = await proxied();
    proxy.isClosed = true;
    const { host } = new URL(proxy.url);
    expect(
      (await failureOf(webhook(NOWHERE, { proxy: proxy.url }).tell(told, signal))).toRecord(),
    ).toMatchObject({
      code: 'listenerUnreachable',
      details: { host: 'localhost:1', proxy: host, reason: 'ERR_PROXY_TUNNEL' },
    });
  });

  it('is not waited for behind a proxy that says nothing', async () => {
    const open: Socket[] = [];
    const port = await listening(createTcpServer((socket) => void open.push(socket)));
    const silent = webhook(NOWHERE, { proxy: `http://127.0.0.1:${port}`, timeoutMs: 50 });
    const failure = await failureOf(silent.tell(told, signal));
    expect([failure.code, failure.details['reason']]).toEqual(['listenerUnreachable', 'timeout']);
    for (const socket of open) socket.destroy();
  });

  it('that is not there is said', async () => {
    const port = await listening(createTcpServer());
    for (const server of servers.splice(0))
      await new Promise<void>((resolve) => server.close(() => resolve()));
    const failure = await failureOf(webhook(`http://127.0.0.1:${port}/`).tell(told, signal));
    expect([failure.code, failure.details['reason']]).toEqual(['listenerUnreachable', 'ECONNREFUSED']);
  });
});

describe('a syslog server', () => {
  const MESSAGE = `<131>1 2026-11-02T08:00:00.000Z host-1 contactsync 42 run.ended - ${told.text}`;
  const COUNTED = `${Buffer.byteLength(MESSAGE)} ${MESSAGE}`;
  const syslog = (
    port: number,
    transport: 'tcp' | 'udp' | 'tls',
    additionalCa: string | undefined = identity.caPem,
  ) =>
    sendToSyslog({
      server: { host: transport === 'tls' ? 'localhost' : '127.0.0.1', port, transport },
      hostName: 'hóst-1 '.normalize('NFD'),
      processId: 42,
      additionalCa,
    });

  it('gets a datagram', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const got = new Promise<string>((resolve) =>
      socket.once('message', (message) => resolve(message.toString('utf8'))),
    );
    await syslog(socket.address().port, 'udp').tell(told, signal);
    expect(await got).toBe(MESSAGE);
    socket.close();
  });

  it.each(['udp', 'tcp', 'tls'] as const)(
    'is given up while its name is looked up: %s',
    async (transport) => {
      const stop = new AbortController();
      const server = { host: 'localhost', port: 9, transport };
      const options = { server, hostName: 'a', processId: 1, additionalCa: undefined };
      const telling = sendToSyslog(options).tell(told, stop.signal);
      stop.abort();
      expect((await failureOf(telling)).code).toBe('cancelled');
    },
  );

  it.each(['udp', 'tcp', 'tls'] as const)('of a name that nobody knows is said: %s', async (transport) => {
    const server = { host: UNKNOWN, port: 9, transport };
    const options = { server, hostName: 'a', processId: 1, additionalCa: undefined };
    expect((await failureOf(sendToSyslog(options).tell(told, signal))).toRecord()).toMatchObject({
      code: 'listenerUnreachable',
      details: { host: `${UNKNOWN}:9`, reason: 'ENOTFOUND' },
    });
  });

  it.each(['tcp', 'tls'] as const)('gets counted octets: %s', async (transport) => {
    const got = Promise.withResolvers<string>();
    const take = (socket: Socket) => void textOf(socket).then(got.resolve, got.reject);
    const port = await listening(
      transport === 'tcp'
        ? createTcpServer(take)
        : createTlsServer({ key: identity.keyPem, cert: identity.certificatePem }, take),
    );
    await syslog(port, transport).tell(told, signal);
    expect(await got.promise).toBe(COUNTED);
  });

  it('whose certificate nobody vouches for gets nothing', async () => {
    let got = '';
    const server = createTlsServer({ key: identity.keyPem, cert: identity.certificatePem }, (socket) => {
      socket
        .on('error', () => {})
        .on('data', (piece) => {
          got += piece.toString();
        });
    });
    const port = await listening(server.on('tlsClientError', () => {}));
    const strict = sendToSyslog({
      server: { host: 'localhost', port, transport: 'tls' },
      hostName: 'a',
      processId: 1,
      additionalCa: undefined,
    });
    expect((await failureOf(strict.tell(told, signal))).code).toBe('listenerUnreachable');
    expect(got).toBe('');
  });
});

describe('a file', () => {
  it('gets a line for each, also after it was turned over', async () => {
    directory = mkdtempSync(join(tmpdir(), 'contactsync-file-'));
    const path = join(directory, 'runs.jsonl');
    const file = appendToFile(path);
    await file.tell(told, signal);
    await file.tell(told, signal);
    expect(readFileSync(path, 'utf8')).toBe(`${told.text}\n${told.text}\n`);
    rmSync(path);
    await file.tell(told, signal);
    expect(readFileSync(path, 'utf8')).toBe(`${told.text}\n`);
  });

  it('in a folder that is not there is said', async () => {
    directory = mkdtempSync(join(tmpdir(), 'contactsync-file-'));
    const failure = await failureOf(appendToFile(join(directory, 'no', 'runs.jsonl')).tell(told, signal));
    expect([failure.code, failure.details['reason']]).toEqual(['announcementFile', 'ENOENT']);
  });
});
