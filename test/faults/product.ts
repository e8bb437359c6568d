// The product against the emulated tenant: composed as src/main.ts does it, with the service's clock in the place of the
// system's, so that waiting costs nothing. A data directory can be copied, so that many cases begin with the same past.

import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderMark, markCodec } from '../../src/composition/marks.ts';
import { cloudEndpoints } from '../../src/connectors/entra/national-clouds.ts';
import { createTokenProvider } from '../../src/connectors/entra/token-provider.ts';
import { createExchangeOnline } from '../../src/connectors/exchange-online/exchange-online.ts';
import { createGraphTargets } from '../../src/connectors/graph/index.ts';
import { createGraphClient } from '../../src/connectors/graph-client/index.ts';
import { createHttpClient } from '../../src/connectors/http/http-client.ts';
import { buildReport } from '../../src/core/report.ts';
import { cleanUp } from '../../src/engine/clean-up.ts';
import { rollbackRun } from '../../src/engine/rollback-run.ts';
import { runPolicy } from '../../src/engine/run-policy.ts';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { policyId, type RunId, runId } from '../../src/model/ids.ts';
import type { JournalEntry } from '../../src/model/ledger-record.ts';
import type { RecordedEvent, Run, RunReport } from '../../src/model/run.ts';
import { ensureDataDirectory } from '../../src/store/open-database.ts';
import { openStores } from '../../src/store/open-stores.ts';
import { openFileLog } from '../../src/system/file-log.ts';
import { withRunLog } from '../../src/system/run-log.ts';
import { connectEws, ewsEntryOf } from '../ews-targets.ts';
import { issuedTokens } from '../issued-tokens.ts';
import { policy, type Tenant } from './tenant.ts';

export type Work =
  | { readonly kind: 'run'; readonly forgetLedger?: boolean; readonly folderName?: string }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'cleanup' };

export interface Done {
  readonly run: Run;
  readonly report: RunReport;
  readonly events: readonly RecordedEvent[];
  readonly journal: readonly JournalEntry[];
}

// Durability is tested elsewhere; where there is a file system in memory, hundreds of runs need not wait for a disk.
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const revisionWith = (folderName = policy.folder.name) => ({
  policy: { ...policy, folder: { ...policy.folder, name: folderName } },
  revision: 1,
});
const holder = 'faults';

export class DataDirectory {
  readonly path = mkdtempSync(join(place, 'contactsync-faults-'));
  /** The newest writing run, which a rollback undoes. */
  lastRun: RunId | undefined;

  copy(): DataDirectory {
    const other = new DataDirectory();
    cpSync(this.path, other.path, { recursive: true });
    rmSync(other.logFile, { force: true });
    other.lastRun = this.lastRun;
    return other;
  }

  get logFile(): string {
    return join(this.path, 'contactsync.log');
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** One process's life: opens everything, does one thing, closes everything. */
export async function work(
  tenant: Tenant,
  directory: DataDirectory,
  what: Work,
  alter: (ports: RunPorts) => RunPorts = (ports) => ports,
): Promise<Done> {
  const { clock } = tenant.emulator;
  ensureDataDirectory(directory.path);
  const log = openFileLog(directory.logFile, 'debug');
  const stores = await openStores({ dataDirectory: directory.path, clock, log, environmentVariables: {} });
  const runs = withRunLog(stores.runs, log);
  const connection = connect(tenant, log, () => stores.memory.readWrittenMailboxes(policyId(policy.id)));
  const { source, directory: mailboxes, targets } = connection;
  const ports = alter({ ...stores, runs, source, directory: mailboxes, targets, clock, log });
  try {
    const run = await carryOut(what, ports, directory);
    const events = await runs.readEvents(run.id);
    const journal: JournalEntry[] = [];
    for await (const entry of stores.journal.readRun(run.id)) journal.push(entry);
    return { run, report: buildReport(run, events), events, journal };
  } finally {
    await connection.close();
    await stores.close();
    log.close();
  }
}

async function carryOut(what: Work, ports: RunPorts, directory: DataDirectory): Promise<Run> {
  const { signal } = new AbortController();
  const id = runId(randomUUID());
  switch (what.kind) {
    case 'run': {
      if (what.forgetLedger === true) await ports.ledger.forget();
      directory.lastRun = id;
      const limit = { kind: 'trial', maxMailboxes: 20, mayWrite: true, endsAt: undefined } as const;
      const revision = revisionWith(what.folderName);
      const request = { runId: id, revision, mode: 'run', holder, limit, defaultCountry: 'DE' } as const;
      return runPolicy(request, ports, signal);
    }
    case 'rollback': {
      const { lastRun } = directory;
      if (lastRun === undefined) throw new Error('there is no run to roll back');
      return rollbackRun({ runId: id, undoes: lastRun, mode: 'run', holder }, ports, signal);
    }
    case 'cleanup': {
      const written = await ports.memory.readWrittenMailboxes(policyId(policy.id));
      const revision = revisionWith();
      return cleanUp({ runId: id, revision, mailboxes: written, mode: 'run', holder }, ports, signal);
    }
  }
}

function connect(
  { emulator, wire, certificatePem, privateKeyPem }: Tenant,
  log: RunPorts['log'],
  knownMailboxes: Parameters<typeof createExchangeOnline>[0]['knownMailboxes'],
) {
  const { url, clock, organization } = emulator;
  const tenant = organization.initialDomain;
  const [applicationId = ''] = organization.apps.keys();
  const exchangeOnline = {
    organization: tenant,
    applicationId,
    cloud: 'global' as const,
    useExchangeAdminApi: true,
    endpoints: { login: url, graph: url, exchange: url },
  };
  const endpoints = cloudEndpoints(exchangeOnline);
  const { allowedHosts } = endpoints;
  const random = () => 0.5;
  const http = createHttpClient({ allowedHosts, additionalCa: emulator.caPem, log, clock, random });
  // MSAL signs by the system's clock: where a long wait has put the service ahead, it would sign in in vain.
  const isAhead = clock.now().getTime() - Date.now() > 60_000;
  const tokens =
    wire === 'ews' || isAhead
      ? issuedTokens(emulator, applicationId)
      : createTokenProvider({
          ...{ endpoints, tenant, applicationId, certificatePem, privateKeyPem, http, clock },
        });
  const client = createGraphClient({ baseUrl: endpoints.graph, tokens, http, log, clock });
  const { source, directory } = createExchangeOnline({
    ...{ exchangeOnline, endpoints, tokens, http, graphClient: client, clock, log, knownMailboxes },
  });
  if (wire === 'ews') {
    const { targets, close } = connectEws(ewsEntryOf(emulator), log, clock);
    return { source, directory, targets, close: () => Promise.all([http.close(), close()]) };
  }
  const targets = createGraphTargets({ client, markCodec, folderMark, log, clock });
  return { source, directory, targets, close: () => http.close() };
}
