// The HTTPS server on 127.0.0.1 that all protocol faces share, and one without TLS for the redirects of Autodiscover.

import { randomUUID } from 'node:crypto';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { EmulatorClock } from '../organization/clock.ts';
import { answer } from './answer.ts';
import type { ServerIdentity } from './certificates.ts';
import {
  type EmulatorContext,
  type EmulatorRequest,
  type EmulatorResponse,
  makeRequest,
  Refusal,
} from './exchange.ts';
import { plainRouteOf, routeOf } from './routes.ts';

// Beyond every limit a face imposes itself (Graph: 4 MB), so that the face can answer its own 413.
const largestBody = 64 * 1024 * 1024;

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startServer(
  context: EmulatorContext,
  identity: ServerIdentity,
  port: number,
): Promise<RunningServer> {
  const server = createServer(
    { cert: identity.certificatePem, key: identity.keyPem },
    (incoming, outgoing) => {
      serve(context, 'https', incoming, outgoing).catch(() => outgoing.destroy());
    },
  );
  // Whoever is still shaking hands is on the way with a request.
  for (const sign of ['connection', 'secureConnection'] as const)
    server.on(sign, () => context.clock.noteActivity());
  return running(server, 'https', port);
}

/** Without TLS; any free port. */
export function startPlainServer(context: EmulatorContext): Promise<RunningServer> {
  const server = createPlainServer((incoming, outgoing) => {
    serve(context, 'http', incoming, outgoing).catch(() => outgoing.destroy());
  });
  return running(server, 'http', 0);
}

type Scheme = 'http' | 'https';

async function running(
  server: Server & { keepAliveTimeout: number; closeAllConnections(): void },
  scheme: Scheme,
  port: number,
): Promise<RunningServer> {
  server.keepAliveTimeout = 60_000;
  await listen(server, port);
  const address = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function serve(
  context: EmulatorContext,
  scheme: Scheme,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort(new Error('the client has gone'));
  });
  const request = await read(incoming, scheme, gone.signal);
  context.clock.noteActivity();
  if (request === undefined) {
    const malformed = { error: { code: 'BadRequest', message: 'Malformed request.' } };
    await send(outgoing, { status: 400, body: malformed }, '', context.clock);
    return;
  }
  const { face, handler } = (scheme === 'https' ? routeOf : plainRouteOf)(request.path);
  const response = await answer(face, request, context, handler, false);
  context.clock.noteActivity();
  if (response === undefined) incoming.socket.destroy();
  else await send(outgoing, response, request.requestId, context.clock);
}

async function read(
  incoming: IncomingMessage,
  scheme: Scheme,
  gone: AbortSignal,
): Promise<EmulatorRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  try {
    return makeRequest({
      method: incoming.method ?? 'GET',
      target: incoming.url ?? '/',
      headers,
      body: Buffer.concat(chunks),
      baseUrl: `${scheme}://${headers['host'] ?? '127.0.0.1'}`,
      requestId: randomUUID(),
      gone,
      connection: incoming.socket,
    });
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

async function send(
  outgoing: ServerResponse,
  response: EmulatorResponse,
  requestId: string,
  clock: EmulatorClock,
): Promise<void> {
  const { body, delivery } = response;
  const isJson = body !== undefined && !Buffer.isBuffer(body);
  const bytes =
    body === undefined ? Buffer.alloc(0) : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  outgoing.writeHead(response.status, {
    date: clock.now().toUTCString(),
    'request-id': requestId,
    ...(isJson ? { 'Content-Type': 'application/json; charset=utf-8' } : {}),
    'Content-Length': bytes.length,
    ...response.headers,
    ...(response.challenges === undefined ? {} : { 'WWW-Authenticate': [...response.challenges] }),
    ...(response.cookies === undefined ? {} : { 'Set-Cookie': [...response.cookies] }),
  });
  switch (delivery?.kind) {
    case undefined:
      outgoing.end(bytes);
      return;
    case 'cut':
      outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => outgoing.destroy());
      return;
    case 'dripped':
      for (let sent = 0; sent < bytes.length && !outgoing.destroyed; sent += delivery.bytesAtOnce) {
        outgoing.write(bytes.subarray(sent, sent + delivery.bytesAtOnce));
        await clock.sleep(delivery.everyMilliseconds);
      }
      outgoing.end();
  }
}
