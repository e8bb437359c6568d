// Puts the connector together for one environment: the admin REST where it is wanted and reachable, otherwise Graph
// alone. What main.ts calls.

import type { ExchangeOnline } from '../../model/environment.ts';
import { asFailure, type Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContactSource } from '../../ports/contact-source.ts';
import type { Log } from '../../ports/log.ts';
import type { MailboxDirectory } from '../../ports/mailbox-directory.ts';
import type { CloudEndpoints } from '../entra/national-clouds.ts';
import type { TokenProvider } from '../entra/token-provider.ts';
import type { GraphClient } from '../graph-client/index.ts';
import type { HttpClient } from '../http/http-client.ts';
import { createAdminApi } from './admin-api.ts';
import { createOpenContactFolders } from './contact-access.ts';
import { createExchangeOnlineDirectory } from './exchange-online-directory.ts';
import { createExchangeOnlineSource } from './exchange-online-source.ts';
import { createGraphDirectory } from './graph-directory.ts';
import { createGraphOnlyDirectory, type KnownMailboxes } from './graph-only-directory.ts';
import { createGraphOnlySource } from './graph-only-source.ts';
import { createTenantAddresses, type ReadTenantAddresses } from './tenant-addresses.ts';

export interface ExchangeOnlineOptions {
  readonly exchangeOnline: Pick<ExchangeOnline, 'organization' | 'useExchangeAdminApi' | 'mailbox'>;
  readonly endpoints: Pick<CloudEndpoints, 'exchange'>;
  readonly tokens: TokenProvider;
  readonly http: HttpClient;
  readonly graphClient: GraphClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
  /** For the reading through Graph alone. */
  readonly knownMailboxes: KnownMailboxes;
}

export interface ExchangeOnlineConnector {
  readonly source: ContactSource;
  readonly directory: MailboxDirectory;
  /** Absent where Graph alone is read, which does not show all recipients. */
  readonly addresses?: ReadTenantAddresses;
}

export function createExchangeOnline(options: ExchangeOnlineOptions): ExchangeOnlineConnector {
  const { exchangeOnline, endpoints, tokens, http, graphClient, clock, log, knownMailboxes } = options;
  const graph = createGraphDirectory(graphClient);
  const trial = {
    openContactFolders: createOpenContactFolders(graphClient),
    ownMailbox: exchangeOnline.mailbox,
  };
  const degraded = {
    source: createGraphOnlySource({ graph, tokens, log, ...trial }),
    directory: createGraphOnlyDirectory({ graph, tokens, log }, knownMailboxes),
  };
  if (!exchangeOnline.useExchangeAdminApi) return degraded;
  const api = createAdminApi({
    exchange: endpoints.exchange,
    tenant: exchangeOnline.organization,
    tokens,
    http,
    clock,
    log,
    ...(options.random === undefined ? {} : { random: options.random }),
  });
  const parts = { api, graph, tokens, log };
  const source = createExchangeOnlineSource({ ...parts, ...trial });
  const directory = createExchangeOnlineDirectory(parts);
  return {
    source: {
      probe: (signal) => source.probe(signal),
      read: (scope, signal) =>
        withFallback(
          () => source.read(scope, signal),
          () => degraded.source.read(scope, signal),
          log,
          signal,
        ),
    },
    directory: {
      readMailboxes: (scope, signal) =>
        withFallback(
          () => directory.readMailboxes(scope, signal),
          () => degraded.directory.readMailboxes(scope, signal),
          log,
          signal,
        ),
    },
    addresses: createTenantAddresses(api),
  };
}

async function withFallback<Reading extends { readonly gaps: readonly Failure[] }>(
  read: () => Promise<Reading>,
  readDegraded: () => Promise<Reading>,
  log: Log,
  signal: AbortSignal,
): Promise<Reading> {
  try {
    return await read();
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (signal.aborted || !isUnreachable(failure)) throw failure;
    log.warn(
      'the Exchange admin REST cannot be reached, the directory is read through Microsoft Graph alone',
      {
        ...failure.toRecord(),
      },
    );
    try {
      const reading = await readDegraded();
      return { ...reading, gaps: [failure, ...reading.gaps] };
    } catch (other) {
      // Why the better way is closed says more than why the worse one is.
      if (signal.aborted) throw asFailure(other);
      throw failure;
    }
  }
}

/** Not a refusal: the call cannot be made, or is no longer there (it is undocumented). */
function isUnreachable(failure: Failure): boolean {
  const { code, details } = failure;
  if (code === 'unexpectedAnswer') return [404, 405, 410, 501].includes(Number(details.status));
  return code === 'exchangeOnlineConnection' || code === 'answerLost' || code === 'serviceUnavailable';
}
