// A job: one run of the product against the tenant, from a data directory that lives on between runs. Composed as
// src/main.ts does it, but with a license limit of its own, so that the product needs no way around its trial.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cloudEndpoints } from '../../src/connectors/entra/national-clouds.ts';
import { createTokenProvider } from '../../src/connectors/entra/token-provider.ts';
import { createExchangeOnline } from '../../src/connectors/exchange-online/exchange-online.ts';
import { createGraphTargets } from '../../src/connectors/graph/index.ts';
import { createGraphClient } from '../../src/connectors/graph-client/index.ts';
import { createHttpClient } from '../../src/connectors/http/http-client.ts';
import {
  decodeIdentity,
  encodeIdentity,
  FINGERPRINT_VERSION,
  folderNameFingerprint,
} from '../../src/core/fingerprint.ts';
import { runPolicy } from '../../src/engine/run-policy.ts';
import { policyId, runId } from '../../src/model/ids.ts';
import type { OutcomeCounts, RunEvent } from '../../src/model/run.ts';
import { silentLog } from '../../src/ports/log.ts';
import { ensureDataDirectory } from '../../src/store/open-database.ts';
import { openStores, type Stores } from '../../src/store/open-stores.ts';
import { systemClock } from '../../src/system/system-clock.ts';
import { benchLimit, benchPolicy } from './bench-policy.ts';
import { answerJob } from './job.ts';
import type { TenantEntry } from './tenant.ts';

export interface ProductJob {
  readonly entry: TenantEntry;
  readonly dataDirectory: string;
  readonly forgetLedger: boolean;
}

export interface ProductResult {
  readonly state: string;
  readonly counts: OutcomeCounts;
  readonly problems: readonly string[];
}

await answerJob(async ({ entry, dataDirectory, forgetLedger }: ProductJob): Promise<ProductResult> => {
  const stores = await openDataDirectory(dataDirectory);
  if (forgetLedger) await stores.ledger.forget();
  const counts = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };
  const problems: string[] = [];
  const connection = connect(entry, stores);
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
      { ...stores, ...connection, clock: systemClock, log: silentLog },
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

function openDataDirectory(dataDirectory: string): Promise<Stores> {
  ensureDataDirectory(dataDirectory);
  return openStores({ dataDirectory, clock: systemClock, log: silentLog, environmentVariables: {} });
}

function connect(entry: TenantEntry, { memory }: Stores) {
  const { url, organization: tenant, applicationId, certificatePem, privateKeyPem } = entry;
  const exchangeOnline = {
    organization: tenant,
    cloud: 'global' as const,
    useExchangeAdminApi: true,
    endpoints: { login: url, graph: url, exchange: url },
  };
  const endpoints = cloudEndpoints(exchangeOnline);
  const [clock, log] = [systemClock, silentLog];
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
  const targets = createGraphTargets({
    client,
    markCodec: {
      encode: (mark) => ({ identity: encodeIdentity(mark), fields: mark.fieldFingerprints }),
      decode: decodeIdentity,
    },
    folderMark: (id, name) => ({
      version: FINGERPRINT_VERSION,
      policyId: id,
      sourceObjectId: undefined,
      fingerprint: folderNameFingerprint(name),
      fieldFingerprints: '',
    }),
    log,
    clock,
  });
  return { source, directory, targets, close: () => http.close() };
}
