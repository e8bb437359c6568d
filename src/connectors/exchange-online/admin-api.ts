// Client of the REST call behind Exchange Online PowerShell (`InvokeCommand`). It is undocumented, so nothing else in
// the product knows it; protocol notes and sources are in readme.md. Reads only.

import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { TokenProvider } from '../entra/token-provider.ts';
import type { HttpClient, HttpResponse } from '../http/http-client.ts';
import { backOffMs } from '../http/retry-after.ts';
import type { AdminRow } from './admin-row.ts';
import { explainAdminAnswer, isExpiredCursor, isTransient, readAdminError } from './failures.ts';

export type CmdletParameters = Readonly<Record<string, string | boolean | number | readonly string[]>>;

export interface InvokeOptions {
  /** Only these properties are sent. */
  readonly select?: readonly string[];
}

export interface ExchangeAdminApi {
  /**
   * The rows page by page. After a reading that had to start again a row may come twice. With `ResultSize` Unlimited
   * it ends with the Failure sourceIncomplete when the service says that there is more than it gave. Other failures:
   * exchangeRoleMissing, consentMissing, tokenRefused, notFound, ambiguousName, invalidFilter, serviceUnavailable,
   * throttledTooLong, unexpectedAnswer, and what http client and token provider throw.
   */
  invoke(
    cmdlet: string,
    parameters: CmdletParameters,
    options: InvokeOptions,
    signal: AbortSignal,
  ): AsyncIterable<readonly AdminRow[]>;
}

export interface AdminApiOptions {
  /** Scheme and host. */
  readonly exchange: string;
  /** Tenant domain or id. */
  readonly tenant: string;
  readonly tokens: TokenProvider;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
}

const NEEDED_ROLE = 'Exchange.ManageAsApp';
const PAGE_SIZE = 1_000;
const TIME_BUDGET_MS = 5 * 60_000;
const MAX_TRANSIENT_TRIES = 4;
const MAX_PAGES = 20_000;
/** A fixed anchor keeps all pages on one server; this system mailbox exists in every tenant. */
const ANCHOR = 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}';

export function createAdminApi(options: AdminApiOptions): ExchangeAdminApi {
  const { exchange, tenant, tokens, http, clock, log } = options;
  const random = options.random ?? Math.random;

  async function* invoke(
    cmdlet: string,
    parameters: CmdletParameters,
    { select }: InvokeOptions,
    signal: AbortSignal,
  ): AsyncGenerator<readonly AdminRow[], void, undefined> {
    // The source reads and never writes; a repeated request must be harmless.
    if (!cmdlet.startsWith('Get-')) throw new TypeError(`${cmdlet} does not only read`);
    const query = select === undefined ? '' : `?$select=${encodeURIComponent(select.join(','))}`;
    const first = `${exchange}/adminapi/beta/${encodeURIComponent(tenant)}/InvokeCommand${query}`;
    const body = JSON.stringify({ CmdletInput: { CmdletName: cmdlet, Parameters: parameters } });
    const wantsAll = parameters.ResultSize === 'Unlimited';

    let url: string | undefined = first;
    let hasStartedAgain = false;
    let isCut = false;
    let seen = new Set<string>();
    while (url !== undefined) {
      if (seen.has(url) || seen.size >= MAX_PAGES) {
        throw new Failure('unexpectedAnswer', { details: { reason: 'endless pages', command: cmdlet } });
      }
      seen.add(url);
      const response = await post(url, cmdlet, body, signal);
      if (response.status !== 200) {
        if (url !== first && !hasStartedAgain && isExpiredCursor(response, readAdminError(response))) {
          log.debug('a page cursor expired, the reading starts again', { command: cmdlet });
          hasStartedAgain = true;
          seen = new Set();
          url = first;
          continue;
        }
        throw explainAdminAnswer(response, cmdlet, clock);
      }
      const page = readPage(response, cmdlet);
      isCut ||= page.warnings.some(saysThereIsMore);
      yield page.rows;
      url = page.nextLink;
    }
    if (wantsAll && isCut) {
      throw new Failure('sourceIncomplete', { details: { reason: 'moreResults', command: cmdlet } });
    }
  }

  /** The answer to one page, whatever its status; what passes by itself is waited for. */
  async function post(url: string, cmdlet: string, body: string, signal: AbortSignal): Promise<HttpResponse> {
    for (let tries = 1; ; tries += 1) {
      const response = await postAuthorized(url, cmdlet, body, signal);
      if (response.status < 400 || tries >= MAX_TRANSIENT_TRIES) return response;
      if (!isTransient(readAdminError(response))) return response;
      await clock.sleep(backOffMs(tries, random), signal);
    }
  }

  async function postAuthorized(
    url: string,
    cmdlet: string,
    body: string,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const send = async (forceRefresh: boolean) => {
      const token = await tokens.token('exchange', signal, { forceRefresh });
      const response = await http.send(
        {
          method: 'POST',
          url,
          headers: {
            authorization: `Bearer ${token.value}`,
            'content-type': 'application/json',
            accept: 'application/json',
            prefer: `odata.maxpagesize=${PAGE_SIZE}`,
            'x-anchormailbox': `APP:${ANCHOR}@${tenant}`,
            'x-cmdletname': cmdlet,
            'x-responseformat': 'json',
            'x-serializationlevel': 'Partial',
          },
          body,
          timeBudgetMs: TIME_BUDGET_MS,
          isSafeToRepeat: true,
        },
        signal,
      );
      return { response, token };
    };
    const { response, token } = await send(false);
    if (response.status !== 401) return response;
    // Exchange answers a token without the application role like an expired one.
    if (!token.roles.includes(NEEDED_ROLE)) {
      throw new Failure('consentMissing', {
        details: { permission: NEEDED_ROLE, resource: 'Office 365 Exchange Online', status: 401 },
        requestId: response.requestId,
      });
    }
    return (await send(true)).response;
  }

  return { invoke };
}

interface AdminPage {
  readonly rows: readonly AdminRow[];
  readonly warnings: readonly string[];
  readonly nextLink: string | undefined;
}

function readPage(response: HttpResponse, cmdlet: string): AdminPage {
  const failure = (reason: string, cause?: unknown) =>
    new Failure('unexpectedAnswer', {
      details: { reason, command: cmdlet },
      requestId: response.requestId,
      cause,
    });
  let body: unknown;
  try {
    body = JSON.parse(response.body.toString('utf8'));
  } catch (cause) {
    throw failure('no JSON', cause);
  }
  if (!isRecord(body) || !Array.isArray(body.value)) throw failure('no rows');
  const next = body['@odata.nextLink'];
  const warnings = body['@adminapi.warnings'];
  return {
    rows: body.value.filter(isRecord),
    warnings: Array.isArray(warnings) ? warnings.map(String) : [],
    nextLink: typeof next === 'string' && next !== '' ? next : undefined,
  };
}

// "There are more results available …", "By default, only the first 1000 items are returned …"
function saysThereIsMore(warning: string): boolean {
  return /more results|only the first/i.test(warning);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
