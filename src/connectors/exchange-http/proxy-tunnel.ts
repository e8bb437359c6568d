// The way through a proxy: CONNECT names the server, and what the proxy opens is a connection to it (RFC 9110, 9.3.6).
// Node's own proxy support has no limit for a proxy that says nothing.

import { type Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { trustWith } from '../http/trust.ts';
import type { Endpoint, StartTimer } from './wire.ts';

export interface ProxyTunnelOptions {
  /** http or https; nobody signs in there. */
  readonly proxy: string;
  readonly additionalCa: string | undefined;
  readonly limitMs: number;
  readonly startTimer: StartTimer;
  /** Ends attempts under way. */
  readonly closed: AbortSignal;
}

/** Every connection of the agent goes through the proxy. */
export function tunneled<A extends HttpAgent>(agent: A, options: ProxyTunnelOptions): A {
  const connect: HttpAgent['createConnection'] = agent.createConnection.bind(agent);
  agent.createConnection = (wanted, callback) => {
    const target = { host: wanted.host ?? '', port: Number(wanted.port) };
    const connected = openTunnel(target, options).then((socket) =>
      agent instanceof HttpsAgent ? connect({ ...wanted, socket } as typeof wanted) : socket,
    );
    connected.then(
      (socket) => callback?.(null, socket as Socket),
      // What stands for the socket is never looked at beside an error.
      (thrown: unknown) => callback?.(thrown as Error, undefined as never),
    );
    return undefined;
  };
  return agent;
}

function openTunnel(
  { host, port }: Endpoint,
  { proxy, additionalCa, limitMs, startTimer, closed }: ProxyTunnelOptions,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const { protocol, hostname, port: proxyPort } = new URL(proxy);
  const isTls = protocol === 'https:';
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const outgoing = (isTls ? httpsRequest : httpRequest)({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: proxyPort === '' ? (isTls ? 443 : 80) : Number(proxyPort),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority },
    agent: false,
    signal: closed,
    ...(isTls ? { secureContext: trustWith(additionalCa), rejectUnauthorized: true } : {}),
  });
  const callOff = startTimer(limitMs, () =>
    outgoing.destroy(said('ETIMEDOUT', 'The proxy does not answer.')),
  );
  outgoing.on('close', callOff);
  outgoing.on('error', reject);
  outgoing.on('connect', (answer, socket) => {
    callOff();
    if (answer.statusCode === 200) {
      resolve(socket);
      return;
    }
    socket.destroy();
    reject(said('ERR_PROXY_TUNNEL', `The proxy answered ${answer.statusCode}.`));
  });
  outgoing.on('response', (answer) => {
    answer.destroy();
    reject(said('ERR_PROXY_TUNNEL', `The proxy answered ${answer.statusCode}.`));
  });
  outgoing.end();
  return promise;
}

/** As the system and Node name it. */
function said(code: 'ETIMEDOUT' | 'ERR_PROXY_TUNNEL', message: string): Error {
  return Object.assign(new Error(message), { code, syscall: 'connect' });
}
