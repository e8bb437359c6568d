// JSON `$batch`: at most 20 requests, answered in an order of their own, either all independent (four at a time, as
// Graph sends them to Outlook, or all at once, as was seen before 2024) or one chain of `dependsOn`.
import { createHash, randomUUID } from 'node:crypto';
import { unavailable } from '../faults/course.ts';
import { answerBatchPart } from '../server/answer.ts';
import {
  type EmulatorContext,
  type EmulatorRequest,
  type EmulatorResponse,
  type Handler,
  makeRequest,
} from '../server/exchange.ts';
import { type GraphCall, isObject, type Json, jsonBody, ok } from './call.ts';
import { badRequest } from './graph-error.ts';

interface Part {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly dependsOn: readonly string[];
}

const mostParts = 20;
const partsAtOnce = { 'four-at-a-time': 4, 'all-at-once': mostParts } as const;

export async function runBatch(call: GraphCall, handler: Handler): Promise<EmulatorResponse> {
  const parts = readParts(jsonBody(call));
  const isChain = parts.some((part) => part.dependsOn.length > 0);
  const { fault } = call.request.trace;
  const struck = fault?.kind.startsWith('batch-') === true ? everySecond(parts) : new Set<string>();
  const requests = new Map(parts.map((part) => [part.id, partRequest(call.request, part)]));
  const answerPart = async (part: Part): Promise<Json | undefined> => {
    const request = requests.get(part.id);
    if (request === undefined) return undefined;
    const fails = fault?.kind === 'batch-half-failed' && struck.has(part.id);
    const handle: Handler = fails
      ? (failing, context) => unavailable(fault.retryAfterSeconds, 'graph', failing, context)
      : handler;
    if (fails) request.trace.fault = fault;
    const response = await answerBatchPart(request, call.context, handle);
    const isLeftOut = fault?.kind === 'batch-incomplete' && struck.has(part.id);
    return response === undefined || isLeftOut ? undefined : presentPart(part.id, response);
  };
  const width = partsAtOnce[call.context.traffic.settings.batchDispatch];
  const answers = isChain
    ? await inOrder(parts, answerPart, call.context)
    : await atOnce(parts, width, answerPart);
  const order = shuffled(answers);
  return ok({ responses: fault?.kind === 'batch-shuffled' ? order.toReversed() : order });
}

/** Half of a batch; of a single part, that one. */
function everySecond(parts: readonly Part[]): ReadonlySet<string> {
  const half = parts.filter((_, index) => index % 2 === 1 || parts.length === 1);
  return new Set(half.map((part) => part.id));
}

async function atOnce(
  parts: readonly Part[],
  width: number,
  answerPart: (part: Part) => Promise<Json | undefined>,
): Promise<readonly Json[]> {
  const answers: Json[] = [];
  const waiting = [...parts];
  const worker = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const answer = await answerPart(part);
      if (answer !== undefined) answers.push(answer);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return answers;
}

async function inOrder(
  parts: readonly Part[],
  answerPart: (part: Part) => Promise<Json | undefined>,
  context: EmulatorContext,
): Promise<readonly Json[]> {
  const answers: Json[] = [];
  let isBroken = false;
  for (const part of parts) {
    const answer = isBroken ? failedDependency(part.id, context) : await answerPart(part);
    if (answer === undefined || Number(answer.status) >= 400) isBroken = true;
    if (answer !== undefined) answers.push(answer);
  }
  return answers;
}

function failedDependency(id: string, context: EmulatorContext): Json {
  const requestId = randomUUID();
  return {
    id,
    status: 424,
    headers: { 'Content-Type': 'application/json' },
    body: {
      error: {
        code: 'FailedDependency',
        message: 'The request depends on a request that failed.',
        innerError: {
          date: context.clock.now().toISOString().slice(0, 19),
          'request-id': requestId,
          'client-request-id': requestId,
        },
      },
    },
  };
}

function readParts(body: Json): readonly Part[] {
  for (const name of Object.keys(body))
    if (name !== 'requests') throw badRequest(`The property '${name}' is not part of a batch request.`);
  const list = body.requests;
  if (!Array.isArray(list) || list.length === 0) throw badRequest('Invalid batch payload format.');
  if (list.length > mostParts)
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${mostParts}.`);
  const parts = list.map(readPart);
  const ids = new Set(parts.map((part) => part.id));
  if (ids.size < parts.length) throw badRequest('Request Ids are not unique.');
  requireParallelOrChain(parts, ids);
  return parts;
}

function readPart(value: unknown): Part {
  if (!isObject(value)) throw badRequest('Invalid batch payload format.');
  for (const name of Object.keys(value))
    if (!['id', 'method', 'url', 'headers', 'body', 'dependsOn'].includes(name))
      throw badRequest(`The property '${name}' is not part of a batch request step.`);
  const { id, method, url, body } = value;
  if (typeof id !== 'string' || id === '') throw badRequest('A request in the batch has no id.');
  if (typeof method !== 'string' || !/^(GET|POST|PATCH|PUT|DELETE)$/.test(method.toUpperCase()))
    throw badRequest(`Request id : ${id} has the invalid method '${String(method)}'.`);
  if (typeof url !== 'string' || url === '' || /^[a-z]+:\/\//i.test(url) || url.startsWith('//'))
    throw badRequest(`Request id : ${id} has an invalid url; it must be relative to the version root.`);
  if (/^\/?(v1\.0|beta)\//.test(url))
    throw badRequest(`Request id : ${id} has a url with a version segment.`);
  if (/^\/?\$batch/.test(url)) throw badRequest(`Request id : ${id} is itself a batch.`);
  const headers = readHeaders(id, value.headers);
  const isWrite = method.toUpperCase() !== 'GET' && method.toUpperCase() !== 'DELETE';
  // Actions without parameters need `{}` as well (msgraph-sdk-dotnet issues 1038 and 2628).
  if (isWrite && (body === undefined || body === null || headers['content-type'] === undefined))
    throw badRequest(`Write request id : ${id} does not contain Content-Type header or body.`);
  if (!isWrite && body !== undefined && body !== null)
    throw badRequest(`Request id : ${id} has a body, which ${method} does not allow.`);
  const dependsOn = value.dependsOn ?? [];
  if (!Array.isArray(dependsOn) || dependsOn.some((other) => typeof other !== 'string'))
    throw badRequest(`Request id : ${id} has an invalid dependsOn.`);
  return {
    id,
    method: method.toUpperCase(),
    url: url.startsWith('/') ? url : `/${url}`,
    headers,
    body,
    dependsOn,
  };
}

function readHeaders(id: string, value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw badRequest(`Request id : ${id} has invalid headers.`);
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => {
      if (typeof text !== 'string') throw badRequest(`Request id : ${id} has an invalid header '${name}'.`);
      return [name.toLowerCase(), text];
    }),
  );
}

function requireParallelOrChain(parts: readonly Part[], ids: ReadonlySet<string>): void {
  for (const [index, part] of parts.entries())
    for (const other of part.dependsOn)
      if (!ids.has(other) || !parts.slice(0, index).some((before) => before.id === other))
        throw badRequest(
          `Request id : ${part.id} depends on '${other}', which does not precede it in the batch.`,
        );
  if (parts.every((part) => part.dependsOn.length === 0)) return;
  const isChain = parts.every((part, index) =>
    index === 0 ? true : part.dependsOn.length === 1 && part.dependsOn[0] === parts[index - 1]?.id,
  );
  if (!isChain)
    throw badRequest(
      'The requests of a batch must either not depend on each other or form one sequential chain.',
    );
}

function partRequest(outer: EmulatorRequest, part: Part): EmulatorRequest {
  const { authorization, 'client-request-id': clientRequestId } = outer.headers;
  return makeRequest({
    method: part.method,
    target: `/v1.0${part.url}`,
    headers: { authorization, 'client-request-id': clientRequestId, ...part.headers },
    body: bodyBytes(part),
    baseUrl: outer.baseUrl,
    requestId: randomUUID(),
  });
}

function bodyBytes(part: Part): Buffer {
  if (part.body === undefined || part.body === null) return Buffer.alloc(0);
  if (/^application\/json/i.test(part.headers['content-type'] ?? '')) {
    if (typeof part.body === 'string') throw badRequest(`Request id : ${part.id} has JSON in a string.`);
    return Buffer.from(JSON.stringify(part.body));
  }
  if (typeof part.body !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(part.body))
    throw badRequest(`Request id : ${part.id} has a body that is not base64.`);
  return Buffer.from(part.body, 'base64');
}

function presentPart(id: string, response: EmulatorResponse): Json {
  const { status, headers = {}, body } = response;
  if (Buffer.isBuffer(body)) return { id, status, headers, body: body.toString('base64') };
  return { id, status, headers, ...(body === undefined ? {} : { body }) };
}

// Clients must match by id: the order is made from the ids, so that it is the same in each test run, and it differs
// from the order of the requests.
function shuffled(answers: readonly Json[]): readonly Json[] {
  const key = (answer: Json) =>
    createHash('sha256')
      .update(`order:${String(answer.id)}`)
      .digest('hex');
  const ordered = answers.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return ordered.every((answer, index) => answer === answers[index]) ? ordered.toReversed() : ordered;
}
