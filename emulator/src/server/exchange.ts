// The words every protocol face speaks: a request as read from the wire, the answer to it, and the world
// (organization, clock, tokens, faults, log) in which it is answered. No face sees node's HTTP objects.

import type { AutodiscoverService } from '../autodiscover/service.ts';
import type { TokenIssuer, VerifiedToken } from '../entra/access-token.ts';
import type { AssertionHistory } from '../entra/client-assertion.ts';
import type { EwsService } from '../ews/service.ts';
import type { CursorStore } from '../exchange-admin/cursors.ts';
import type { FaultAction } from '../faults/fault-action.ts';
import type { FaultScript } from '../faults/fault-script.ts';
import type { EmulatorClock } from '../organization/clock.ts';
import type { OnPremises } from '../organization/on-premises.ts';
import type { Organization } from '../organization/state.ts';
import type { Traffic } from '../traffic/traffic.ts';
import type { RequestLog } from './request-log.ts';

export type Face = 'entra' | 'graph' | 'exchange-admin' | 'ews' | 'autodiscover' | 'control' | 'none';

export interface EmulatorRequest {
  readonly method: string;
  /** Starts with `/`, still percent-encoded, without the query. */
  readonly path: string;
  /** The parts of `path` between slashes, each decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** The query as sent, without `?`; '' if none. */
  readonly queryText: string;
  /** Names lower-cased. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** `https://host:port` as the client addressed us: links in answers must lead back to the same name. `http://` for
   * what came without TLS, which only Autodiscover answers. */
  readonly baseUrl: string;
  readonly requestId: string;
  /** Aborted when the client has gone before its answer; parts of a $batch have none. */
  readonly gone?: AbortSignal;
  /** Stands for the TCP connection, for what is bound to it (NTLM); compared and looked up, nothing else. */
  readonly connection?: object;
  /** What is found out about it on its way: for the request log and for handlers. */
  readonly trace: Trace;
}

export interface Trace {
  mailbox?: string;
  /** Of EWS, where one path serves every call: `FindItem`. */
  operation?: string;
  /** The scripted fault that met it; most are done with before the handler sees the request. */
  fault?: FaultAction;
  /** Scripted time on top of the latency, in emulated milliseconds. */
  delayMs?: number;
}

/** How the bytes of an answer travel where they do not come whole and at once. */
export type Delivery =
  | { readonly kind: 'dripped'; readonly bytesAtOnce: number; readonly everyMilliseconds: number }
  | { readonly kind: 'cut' };

export interface EmulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A Buffer goes out as it is, anything else as JSON, absent as an empty body. */
  readonly body?: unknown;
  readonly delivery?: Delivery;
  /** Each a WWW-Authenticate header of its own, as IIS sends them. */
  readonly challenges?: readonly string[];
  /** Each a Set-Cookie header. */
  readonly cookies?: readonly string[];
}

export type Handler = (
  request: EmulatorRequest,
  context: EmulatorContext,
) => Promise<EmulatorResponse> | EmulatorResponse;

export interface TokenNeed {
  /** One of these app roles must be in the token; absent: any valid token will do. */
  readonly anyOf?: readonly string[];
  /** Graph's directory part and its Outlook part refuse with different codes. */
  readonly part?: 'directory' | 'outlook';
}

export interface EmulatorContext {
  readonly organization: Organization;
  readonly clock: EmulatorClock;
  readonly log: RequestLog;
  readonly faults: FaultScript;
  /** Entra's signing key. */
  readonly tokens: TokenIssuer;
  readonly assertions: AssertionHistory;
  /** Pages of the admin REST that are still to be fetched. */
  readonly cursors: CursorStore;
  /** Limits, latency and who used what. */
  readonly traffic: Traffic;
  /** Accounts and sign-in of the servers in the organization's own building. */
  readonly onPremises: OnPremises;
  readonly ews: EwsService;
  readonly autodiscover: AutodiscoverService;
  /** DER of the certificate that clients see: channel bindings are made from it. */
  readonly certificate: Buffer;
  /** Throws the `Refusal` that the real service would answer: 401 for the token itself, 403 for a missing role. */
  requireToken(request: EmulatorRequest, audience: 'graph' | 'exchange', need?: TokenNeed): VerifiedToken;
}

/** Thrown anywhere in a handler; becomes the answer as it is. */
export class Refusal extends Error {
  readonly response: EmulatorResponse;

  constructor(response: EmulatorResponse) {
    super(`refused with ${response.status}`);
    this.response = response;
  }
}

export interface RequestParts {
  readonly method: string;
  /** Path and query, starting with `/`. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly baseUrl: string;
  readonly requestId: string;
  readonly gone?: AbortSignal;
  readonly connection?: object;
}

export function makeRequest(parts: RequestParts): EmulatorRequest {
  const questionMark = parts.target.indexOf('?');
  const path = questionMark < 0 ? parts.target : parts.target.slice(0, questionMark);
  const queryText = questionMark < 0 ? '' : parts.target.slice(questionMark + 1);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(parts.headers)) {
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return {
    method: parts.method.toUpperCase(),
    path,
    segments: path.split('/').slice(1).map(decodeSegment),
    query: new URLSearchParams(queryText),
    queryText,
    headers,
    body: parts.body,
    baseUrl: parts.baseUrl,
    requestId: parts.requestId,
    ...(parts.gone === undefined ? {} : { gone: parts.gone }),
    ...(parts.connection === undefined ? {} : { connection: parts.connection }),
    trace: {},
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal({ status: 400, body: { error: { code: 'BadRequest', message: 'Malformed URL.' } } });
  }
}
