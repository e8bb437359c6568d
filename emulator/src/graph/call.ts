// What a Graph route gets and gives: the request with its path parameters, query options and preferences read
// and checked, and small makers for the answers every route gives.
import type { EmulatorContext, EmulatorRequest, EmulatorResponse } from '../server/exchange.ts';
import { badRequest, GraphError } from './graph-error.ts';
import type { QueryOptions } from './query/options.ts';
import type { Preferences } from './request-headers.ts';

export interface GraphCall {
  readonly request: EmulatorRequest;
  readonly context: EmulatorContext;
  readonly parameters: Readonly<Record<string, string>>;
  readonly options: QueryOptions;
  readonly preferences: Preferences;
  /** `https://host:port/v1.0` */
  readonly root: string;
  /** The path below the version root as the client wrote it, for links that lead back here. */
  readonly path: string;
  readonly isBatchPart: boolean;
}

export type Json = Record<string, unknown>;

const jsonType =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

export function ok(body: Json, headers: Readonly<Record<string, string>> = {}): EmulatorResponse {
  return { status: 200, headers: { 'Content-Type': jsonType, ...headers }, body };
}

export function created(
  body: Json,
  location: string,
  headers: Readonly<Record<string, string>> = {},
): EmulatorResponse {
  return { status: 201, headers: { 'Content-Type': jsonType, Location: location, ...headers }, body };
}

export function noContent(): EmulatorResponse {
  return { status: 204 };
}

export function failure(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>>,
): EmulatorResponse {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body };
}

export function parameter(call: GraphCall, name: string): string {
  const value = call.parameters[name];
  if (value === undefined) throw new Error(`the route has no parameter ${name}`);
  return value;
}

/** The JSON object in the body, or the 400 that Graph gives. */
export function jsonBody(call: GraphCall): Json {
  const type = call.request.headers['content-type'] ?? '';
  if (!/^application\/json(\s*;|$)/i.test(type))
    throw badRequest(`Unsupported content type '${type}': application/json was expected.`);
  let value: unknown;
  try {
    value = JSON.parse(call.request.body.toString('utf8'));
  } catch {
    throw new GraphError(
      400,
      'BadRequest',
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    );
  }
  if (!isObject(value))
    throw new GraphError(
      400,
      'UnableToDeserializePostBody',
      'were unable to deserialize the request body: an object was expected.',
    );
  return value;
}

/** Actions without parameters may come with an empty body or an empty object. */
export function requireNoBody(call: GraphCall): void {
  const { body, headers } = call.request;
  if (body.length === 0) {
    // Over the wire the service wants `Content-Length: 0` on a POST without body (Graph reference, permanentDelete).
    if (!call.isBatchPart && headers['content-length'] === undefined)
      throw new GraphError(411, 'LengthRequired', 'A Content-Length header is required.');
    return;
  }
  const value = jsonBody(call);
  const [name] = Object.keys(value);
  if (name !== undefined)
    throw badRequest(
      `The parameter '${name}' in the request payload is not a valid parameter for this action.`,
    );
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
