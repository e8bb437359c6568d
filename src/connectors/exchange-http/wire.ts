// One request and its answer on a kept connection, over node:https: unlike undici it lets a sign-in choose the socket,
// which NTLM needs. Knows nothing of signing in, waiting or repeating.

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { trustWith } from '../http/trust.ts';
import { tunneled } from './proxy-tunnel.ts';

export interface WireRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Asked at the last moment, when the connection stands: what it throws is thrown, and nothing is sent. */
  readonly checkBeforeSending?: () => void;
}

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case; `set-cookie` joined by line breaks. */
  readonly headers: Readonly<Record<string, string>>;
  readonly message: IncomingMessage;
}

/** `agent`: a sign-in that binds to a connection brings its own. Rejects with what the network said. */
export type Wire = (request: WireRequest, agent?: HttpsAgent) => Promise<WireAnswer>;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface WireOptions {
  /** PEM certificates trusted besides the usual authorities. */
  readonly additionalCa?: string | undefined;
  readonly connections: number;
  /** Where to connect for a host and port of a URL; the certificate must still be that of the URL's host. */
  readonly connectTo?: ((target: Endpoint) => Endpoint) | undefined;
  /** Through which everything goes, without a sign-in there. */
  readonly proxy?: string | undefined;
  /** Sockets live in real time, so it is that unless a test has its own. */
  readonly startTimer?: StartTimer | undefined;
}

/** Returns what calls it off. */
export type StartTimer = (milliseconds: number, end: () => void) => () => void;

/** From the first packet to the end of the TLS handshake: behind a firewall that drops packets nobody ever refuses. */
const CONNECT_LIMIT_MS = 15_000;
/** How long a connection is idle before TCP asks whether the other side lives. Ends no attempt to connect. */
const KEEP_ALIVE_MS = 60_000;

/** An agent with the trust of this installation. A sign-in that binds to a connection makes one for itself. */
export function createTlsAgent(options: WireOptions): HttpsAgent {
  const agent = new HttpsAgent({
    keepAlive: true,
    keepAliveMsecs: KEEP_ALIVE_MS,
    maxSockets: options.connections,
    secureContext: trustWith(options.additionalCa),
    // Said aloud: NODE_TLS_REJECT_UNAUTHORIZED in the environment must not open the way to a stranger.
    rejectUnauthorized: true,
  });
  return steered(agent, options.connectTo);
}

function steered<A extends HttpAgent>(agent: A, connectTo: WireOptions['connectTo']): A {
  if (connectTo === undefined) return agent;
  const connect: HttpAgent['createConnection'] = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const target = { host: options.host ?? '', port: Number(options.port) };
    return connect({ ...options, ...connectTo(target) }, callback);
  };
  return agent;
}

export function createWire(options: WireOptions): { readonly send: Wire; close(): void } {
  const { connections, connectTo, proxy, additionalCa, startTimer = startRealTimer } = options;
  const closed = new AbortController();
  const behind = <A extends HttpAgent>(agent: A): A =>
    proxy === undefined
      ? agent
      : tunneled(agent, {
          proxy,
          additionalCa,
          limitMs: CONNECT_LIMIT_MS,
          startTimer,
          closed: closed.signal,
        });
  const tls = behind(createTlsAgent(options));
  const plain = behind(steered(new HttpAgent({ keepAlive: true, maxSockets: connections }), connectTo));
  return {
    send: (request, agent) =>
      exchange(request, request.url.protocol === 'https:' ? (agent ?? tls) : plain, startTimer),
    close() {
      closed.abort();
      tls.destroy();
      plain.destroy();
    },
  };
}

function exchange(request: WireRequest, agent: HttpAgent, startTimer: StartTimer): Promise<WireAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
  const { method, url, signal } = request;
  const body = request.body === undefined ? undefined : Buffer.from(request.body, 'utf8');
  const length: Record<string, string> =
    body === undefined ? {} : { 'content-length': String(body.byteLength) };
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const outgoing = open(url, { method, agent, signal, headers: { ...request.headers, ...length } });
  outgoing.on('response', (message) => {
    resolve({ status: message.statusCode ?? 0, headers: flatten(message), message });
  });
  // Errors after the answer began reach whoever reads the message.
  outgoing.on('error', reject);
  const go = () => {
    try {
      request.checkBeforeSending?.();
      outgoing.end(body);
    } catch (thrown) {
      reject(thrown);
      outgoing.destroy();
    }
  };
  // The wait for a place in the agent does not count: the socket comes when it is over.
  outgoing.on('socket', (socket) => {
    const event = waitsFor(socket);
    if (event === undefined) {
      go();
      return;
    }
    const callOff = startTimer(CONNECT_LIMIT_MS, () => outgoing.destroy(silenceOf(socket)));
    outgoing.once('close', callOff);
    socket.once(event, () => {
      callOff();
      go();
    });
  });
  return promise;
}

function startRealTimer(milliseconds: number, end: () => void): () => void {
  const timer = setTimeout(end, milliseconds);
  return () => clearTimeout(timer);
}

const SILENCES = { connecting: 'ETIMEDOUT', handshake: 'ERR_TLS_HANDSHAKE_TIMEOUT' } as const;

/** As the system and Node name it where they have a limit of their own. Nothing of the request was sent. */
function silenceOf(socket: Socket): Error {
  const code = socket.connecting ? SILENCES.connecting : SILENCES.handshake;
  return Object.assign(new Error('The host does not answer.'), { code, syscall: 'connect' });
}

/** The host took all the time there is for connecting. */
export function isSilence(thrown: unknown): thrown is Error {
  if (!(thrown instanceof Error)) return false;
  const { code, syscall } = thrown as { code?: unknown; syscall?: unknown };
  return syscall === 'connect' && Object.values<unknown>(SILENCES).includes(code);
}

/** undefined: connected, and its handshake is over. */
function waitsFor(socket: Socket): 'connect' | 'secureConnect' | undefined {
  if (socket instanceof TLSSocket) return socket.authorized ? undefined : 'secureConnect';
  return socket.connecting ? 'connect' : undefined;
}

function flatten(message: IncomingMessage): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined)
      flat[name] = Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : value;
  }
  return flat;
}
