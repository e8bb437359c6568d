// A small server for whoever watches the service: /metrics, /healthz, /readyz. It reads no body, keeps nothing, and
// answers only who asks it by an address or a name it was given: a page in a browser on this computer, whose name was
// bent to a loopback address (DNS rebinding), asks by its own name and gets nothing.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP, type Socket } from 'node:net';
import { Failure } from '../model/failure.ts';
import type { Log } from '../ports/log.ts';
import type { Complaints, Monitored, Monitoring, MonitoringPlace } from '../ports/monitoring.ts';
import { METRICS_TYPE, metricsText } from './metrics-text.ts';
import { processMetrics } from './process-metrics.ts';

const LOOPBACK = '127.0.0.1';
const MOST_CONNECTIONS = 32;
/** A slow or idle asker does not keep a connection for ever. */
const TIMEOUT_MS = 10_000;
const TEXT = 'text/plain; charset=utf-8';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

export async function startMonitoring(
  place: MonitoringPlace,
  monitored: Monitored,
  log: Log,
): Promise<Monitoring> {
  const { host, port } = parseAddress(place.address);
  const hosts = place.hosts.map((name) => name.toLowerCase());
  const answers = answersOf(monitored);
  const server = createServer((request, response) => {
    inHand.add(request.socket);
    response.once('close', () => inHand.delete(request.socket));
    void answerTo(request, hosts, answers)
      .catch((error: unknown): Answer => {
        log.warn('monitoring could not answer', { error });
        return { status: 503, text: 'not available\n' };
      })
      .then((answer) => send(request, response, answer));
  });
  const inHand = keepingFewConnections(server);
  server.headersTimeout = TIMEOUT_MS;
  server.requestTimeout = TIMEOUT_MS;
  server.keepAliveTimeout = TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (thrown) => reject(unusable(place.address, codeOf(thrown), thrown)));
    server.listen(port, host, resolve);
  });
  server.on('error', (error) => log.warn('monitoring server failed', { error }));
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    isForThisComputerOnly: isLoopback(bound.address),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Whoever opens connections and says nothing keeps no probe out: the oldest of those without a question in hand goes.
 * Returns where the others are to be noted.
 */
function keepingFewConnections(server: Server): Set<Socket> {
  const open = new Set<Socket>();
  const inHand = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size <= MOST_CONNECTIONS) return;
    const [oldest = socket] = [...open].filter((one) => one !== socket && !inHand.has(one));
    open.delete(oldest);
    oldest.destroy();
  });
  return inHand;
}

/** Throws `monitoringAddress`. */
export function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const found = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(address.trim());
  const [, six, four, digits] = found ?? [];
  const host = six ?? (four === 'localhost' ? LOOPBACK : (four ?? LOOPBACK));
  const port = Number(digits);
  const isRight = found !== null && port <= 65_535 && isIP(host) === (six === undefined ? 4 : 6);
  if (!isRight) throw unusable(address, 'it must be like 127.0.0.1:9464, [::1]:9464 or 9464');
  return { host, port };
}

function unusable(address: string, reason: string, cause?: unknown): Failure {
  return new Failure('monitoringAddress', { details: { address, reason }, cause });
}

const codeOf = (thrown: unknown) =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown reason';

const isLoopback = (address: string) => address === '::1' || address.startsWith('127.');

type Answers = ReadonlyMap<string, () => Promise<Answer>>;

function answersOf(monitored: Monitored): Answers {
  const verdict = (complaints: Complaints): Answer =>
    complaints.length === 0
      ? { status: 200, text: 'ok\n' }
      : { status: 503, text: complaints.map((complaint) => `${complaint}\n`).join('') };
  return new Map<string, () => Promise<Answer>>([
    ['/healthz', async () => verdict(monitored.health())],
    ['/readyz', shared(async () => verdict(await monitored.readiness()))],
    [
      '/metrics',
      shared(async () => ({
        status: 200,
        text: metricsText([...processMetrics(process), ...(await monitored.metrics())]),
        type: METRICS_TYPE,
      })),
    ],
  ]);
}

/** Many who ask at once cost the database no more than one. */
export function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let inHand: Promise<T> | undefined;
  return () => {
    inHand ??= ask().finally(() => {
      inHand = undefined;
    });
    return inHand;
  };
}

async function answerTo(
  { method, url = '/', headers }: IncomingMessage,
  hosts: readonly string[],
  answers: Answers,
): Promise<Answer> {
  if (!isKnownHost(headers.host, hosts))
    return { status: 421, text: 'not asked under a name of this service\n' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'only GET and HEAD\n' };
  const answer = answers.get(url.split('?')[0] ?? '');
  return answer === undefined ? { status: 404, text: 'only /metrics, /healthz and /readyz\n' } : answer();
}

/** An address in the header cannot have been bent by DNS. */
function isKnownHost(header: string | undefined, hosts: readonly string[]): boolean {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header ?? '');
  if (found === null) return false;
  const name = (found[1] ?? found[2] ?? '').toLowerCase().replace(/\.$/, '');
  return isIP(name) !== 0 || name === 'localhost' || hosts.includes(name);
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, text, type = TEXT }: Answer,
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(method === 'HEAD' ? undefined : text);
}
