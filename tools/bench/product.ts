// A job: one run of the product against the tenant, from a data directory that lives on between runs. Composed as
// src/main.ts does it, but with a license limit of its own, so that the product needs no way around its trial.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { folderMark, markCodec } from '../../src/composition/marks.ts';
import { cloudEndpoints } from '../../src/connectors/entra/national-clouds.ts';
import { createTokenProvider } from '../../src/connectors/entra/token-provider.ts';
import { createExchangeOnline } from '../../src/connectors/exchange-online/exchange-online.ts';
import { createGraphTargets } from '../../src/connectors/graph/index.ts';
import { createGraphClient } from '../../src/connectors/graph-client/index.ts';
import { createHttpClient } from '../../src/connectors/http/http-client.ts';
import { runPolicy } from '../../src/engine/run-policy.ts';
import { policyId, runId } from '../../src/model/ids.ts';
import type { OutcomeCounts, RunEvent } from '../../src/model/run.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { ensureDataDirectory } from '../../src/store/open-database.ts';
import { openStores, type Stores } from '../../src/store/open-stores.ts';
import { systemClock } from '../../src/system/system-clock.ts';
import { connectEws } from '../../test/ews-targets.ts';
import { benchLimit, benchPolicy } from './bench-policy.ts';
import { answerJob } from './job.ts';
import type { TenantEntry } from './tenant.ts';

export interface ProductJob {
  readonly entry: TenantEntry;
  readonly dataDirectory: string;
  readonly forgetLedger: boolean;
  /** The run believes to be so much later than it is. */
  readonly aheadMs?: number;
}

export interface ProductResult {
  readonly state: string;
  readonly counts: OutcomeCounts;
  readonly problems: readonly string[];
}

await answerJob(async (job: ProductJob): Promise<ProductResult> => {
  const { entry, dataDirectory, forgetLedger, aheadMs = 0 } = job;
  const clock: Clock = {
    ...systemClock,
    now: () => new Date(systemClock.now().getTime() + aheadMs),
  };
  const stores = await openDataDirectory(dataDirectory, clock);
  if (forgetLedger) await stores.ledger.forget();
  const counts = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };
  const problems: string[] = [];
  const connection = connect(entry, stores, clock);
  try {
    const run = await runPolicy(
      {
        runId: runId(randomUUID()),
        revision: { policy: benchPolicy, revision: 1 },
        mode: 'run',
        holder: 'bench',
        limit: benchLimit,
        defaultCountry: 'DE',
        onEvent: (event) => note(event, counts, problems),
      },
      { ...stores, ...connection, clock, log: silentLog },
      new AbortController().signal,
    );
    return { state: run.state, counts, problems };
  } finally {
    await connection.close();
    await stores.close();
  }
});

function note(
  event: RunEvent,
  counts: { -readonly [Kind in keyof OutcomeCounts]: number },
  to: string[],
): void {
  if (event.type === 'mailbox.applied') {
    for (const kind of Object.keys(counts) as (keyof OutcomeCounts)[]) counts[kind] += event.counts[kind];
  } else if ('failure' in event && event.failure !== undefined) {
    to.push(`${event.type}: ${event.failure.code}`);
  }
}

function openDataDirectory(dataDirectory: string, clock: Clock): Promise<Stores> {
  ensureDataDirectory(dataDirectory);
  return openStores({ dataDirectory, clock, log: silentLog, environmentVariables: {} });
}

function connect(entry: TenantEntry, { memory }: Stores, clock: Clock) {
  const { url, organization: tenant, applicationId, certificatePem, privateKeyPem } = entry;
  const exchangeOnline = {
    organization: tenant,
    cloud: 'global' as const,
    useExchangeAdminApi: true,
    endpoints: { login: url, graph: url, exchange: url },
  };
  const endpoints = cloudEndpoints(exchangeOnline);
  const log = silentLog;
  const http = createHttpClient({
    allowedHosts: endpoints.allowedHosts,
    additionalCa: readFileSync(entry.caFile, 'utf8'),
    log,
    clock,
  });
  const tokens = createTokenProvider({
    ...{ endpoints, tenant, applicationId, certificatePem, privateKeyPem, http, clock },
  });
  const client = createGraphClient({ baseUrl: endpoints.graph, tokens, http, log, clock });
  const { source, directory } = createExchangeOnline({
    ...{ exchangeOnline, endpoints, tokens, http, graphClient: client, clock, log },
    knownMailboxes: () => memory.readWrittenMailboxes(policyId(benchPolicy.id)),
  });
  if (entry.ews !== undefined) {
    const { targets, close } = connectEws(entry.ews, log, clock);
    return { source, directory, targets, close: () => Promise.all([http.close(), close()]) };
  }
  const targets = createGraphTargets({ client, markCodec, folderMark, log, clock });
  return { source, directory, targets, close: () => http.close() };
}
