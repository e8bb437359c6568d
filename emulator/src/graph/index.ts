// Microsoft Graph v1.0 as far as contactSync's kind of application meets it. Strict: a path, query option, header
// or property the emulator does not know is refused by its name, never ignored.
import {
  type EmulatorContext,
  type EmulatorRequest,
  type EmulatorResponse,
  Refusal,
} from '../server/exchange.ts';
import { admitted } from './admission.ts';
import { runBatch } from './batch.ts';
import { failure, type GraphCall } from './call.ts';
import { errorBody, GraphError, notEmulated } from './graph-error.ts';
import { parseQuery, refuseUnknownOptions } from './query/options.ts';
import { splitPath } from './query/url-path.ts';
import { parsePreferences, refuseUnknownHeaders } from './request-headers.ts';
import { routesFor } from './routes.ts';

const version = '/v1.0';
const largestBody = 4 * 1024 * 1024;

export function handleGraph(request: EmulatorRequest, context: EmulatorContext): Promise<EmulatorResponse> {
  return answered(request, context, false);
}

function handlePart(request: EmulatorRequest, context: EmulatorContext): Promise<EmulatorResponse> {
  return answered(request, context, true);
}

async function answered(
  request: EmulatorRequest,
  context: EmulatorContext,
  isBatchPart: boolean,
): Promise<EmulatorResponse> {
  const clientRequestId = request.headers['client-request-id'] ?? request.requestId;
  const ids = { 'request-id': request.requestId, 'client-request-id': clientRequestId };
  try {
    const response = await dispatch(request, context, isBatchPart);
    return { ...response, headers: { ...ids, ...response.headers } };
  } catch (error) {
    if (error instanceof Refusal)
      throw new Refusal({ ...error.response, headers: { ...ids, ...error.response.headers } });
    if (!(error instanceof GraphError)) throw error;
    const body = errorBody(error, request.requestId, clientRequestId, context.clock.now());
    return failure(error.status, body, { ...ids, ...error.headers });
  }
}

async function dispatch(
  request: EmulatorRequest,
  context: EmulatorContext,
  isBatchPart: boolean,
): Promise<EmulatorResponse> {
  if (!request.path.startsWith(`${version}/`))
    throw notEmulated(`the version in ${request.path} (only v1.0)`);
  const path = request.path.slice(version.length);
  const segments = splitPath(path);
  const where = `${request.method} ${path}`;
  if (request.body.length > largestBody)
    throw new GraphError(
      413,
      'RequestEntityTooLarge',
      'The request body exceeds the maximum allowed size of 4 MB.',
    );
  const call = {
    request,
    context,
    root: `${request.baseUrl}${version}`,
    path,
    isBatchPart,
    options: parseQuery(request.queryText),
  };

  if (segments.length === 1 && segments[0] === '$batch') {
    if (isBatchPart || request.method !== 'POST')
      throw new GraphError(405, 'MethodNotAllowed', `${where} is not allowed.`);
    context.requireToken(request, 'graph');
    refuseUnknownOptions(call.options, [], where);
    refuseUnknownHeaders(request.headers, [], where);
    return runBatch(
      { ...call, parameters: {}, preferences: parsePreferences(request.headers.prefer, [], where) },
      handlePart,
    );
  }

  const fitting = routesFor(segments);
  const found = fitting.find((candidate) => candidate.route.method === request.method);
  if (found === undefined) {
    context.requireToken(request, 'graph');
    if (fitting.length === 0) throw notEmulated(where);
    throw new GraphError(405, 'MethodNotAllowed', `${where}: the method is not allowed for this resource.`, {
      Allow: fitting.map((candidate) => candidate.route.method).join(', '),
    });
  }
  const { route, parameters } = found;
  const { app } = context.requireToken(request, 'graph', route.need);
  return admitted({ ...call, parameters }, app, route, () => {
    refuseUnknownOptions(call.options, route.options, where);
    refuseUnknownHeaders(request.headers, route.headers, where);
    const preferences = parsePreferences(request.headers.prefer, route.preferences, where);
    const complete: GraphCall = { ...call, parameters, preferences };
    return route.handle(complete);
  });
}
