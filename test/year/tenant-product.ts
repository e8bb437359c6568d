// The product for a month on an emulated tenant: the real connectors with the service's own clock, so that waiting costs
// nothing, and everything it remembers in memory.

import { folderMark, markCodec } from '../../src/composition/marks.ts';
import { cloudEndpoints } from '../../src/connectors/entra/national-clouds.ts';
import { createExchangeOnline } from '../../src/connectors/exchange-online/exchange-online.ts';
import { createGraphTargets } from '../../src/connectors/graph/index.ts';
import { createGraphClient } from '../../src/connectors/graph-client/index.ts';
import { createHttpClient } from '../../src/connectors/http/http-client.ts';
import { sequentialIds } from '../../src/connectors/memory/sequential-ids.ts';
import { InMemoryJournal } from '../../src/connectors/memory/stores/in-memory-journal.ts';
import { InMemoryLeases } from '../../src/connectors/memory/stores/in-memory-leases.ts';
import { InMemoryLedger } from '../../src/connectors/memory/stores/in-memory-ledger.ts';
import { InMemoryPolicyMemory } from '../../src/connectors/memory/stores/in-memory-policy-memory.ts';
import { InMemoryRunStore } from '../../src/connectors/memory/stores/in-memory-run-store.ts';
import { InMemoryWithheldPeople } from '../../src/connectors/memory/stores/in-memory-withheld-people.ts';
import { buildReport } from '../../src/core/report.ts';
import { runPolicy } from '../../src/engine/run-policy.ts';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { verifyPolicy } from '../../src/engine/verify-policy.ts';
import { type MailboxId, policyId, runId } from '../../src/model/ids.ts';
import type { JournalEntry } from '../../src/model/ledger-record.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { Run, RunReport } from '../../src/model/run.ts';
import { silentLog } from '../../src/ports/log.ts';
import { collect } from '../contract/fixture.ts';
import { connectEws, ewsEntryOf } from '../ews-targets.ts';
import type { Tenant } from '../faults/tenant.ts';
import { issuedTokens } from '../issued-tokens.ts';

const HOLDER = 'test';

export interface Done {
  readonly run: Run;
  readonly report: RunReport;
  readonly journal: readonly JournalEntry[];
}

export type AlterPorts = (ports: RunPorts) => RunPorts;

export interface RunChoice {
  readonly mode?: 'run' | 'test';
  readonly policy?: Policy;
  readonly revision?: number;
  /** Mailboxes at once. */
  readonly concurrency?: number;
  readonly alter?: AlterPorts;
  /** Read in full, and compared whatever the ledger says. */
  readonly repaired?: ReadonlySet<MailboxId>;
}

export class TenantProduct {
  readonly #tenant: Tenant;
  readonly #policy: Policy;
  readonly #alter: AlterPorts;
  readonly #nextRunId = sequentialIds(9);
  readonly #leases: InMemoryLeases;
  readonly #stores: Omit<RunPorts, 'source' | 'directory' | 'targets' | 'clock' | 'log'>;

  constructor(tenant: Tenant, policy: Policy, alter: AlterPorts = (ports) => ports) {
    this.#tenant = tenant;
    this.#policy = policy;
    this.#alter = alter;
    this.#leases = new InMemoryLeases(tenant.emulator.clock);
    this.#stores = {
      ledger: new InMemoryLedger(),
      journal: new InMemoryJournal(),
      runs: new InMemoryRunStore(),
      memory: new InMemoryPolicyMemory(),
      leases: this.#leases,
      withheld: new InMemoryWithheldPeople(),
    };
  }

  forgetLedger(): Promise<number> {
    return this.#stores.ledger.forget();
  }

  /** The process ends without a word; a minute later nobody waits for it any more. */
  die(): void {
    this.#leases.holderDies(HOLDER);
  }

  /** With a connection of its own, as every run of the product has one. */
  async run(choice: RunChoice = {}): Promise<Done> {
    const { mode = 'run', policy = this.#policy, revision = 1, alter = this.#alter, concurrency } = choice;
    const { clock } = this.#tenant.emulator;
    const connection = this.#connect();
    const { source, directory, targets } = connection;
    const ports = alter({ ...this.#stores, source, directory, targets, clock, log: silentLog });
    try {
      const run = await runPolicy(
        {
          runId: runId(this.#nextRunId()),
          revision: { policy, revision },
          mode,
          holder: HOLDER,
          limit: { kind: 'trial', maxMailboxes: 1_000, mayWrite: true, endsAt: undefined },
          defaultCountry: 'DE',
          ...(concurrency === undefined ? {} : { concurrency }),
          ...(choice.repaired === undefined ? {} : { repaired: choice.repaired }),
        },
        ports,
        new AbortController().signal,
      );
      const report = buildReport(run, await ports.runs.readEvents(run.id));
      return { run, report, journal: await collect(ports.journal.readRun(run.id)) };
    } finally {
      await connection.close();
    }
  }

  async verify(): Promise<RunReport> {
    const { clock } = this.#tenant.emulator;
    const { source, directory, targets, close } = this.#connect();
    const ports = this.#alter({ ...this.#stores, source, directory, targets, clock, log: silentLog });
    try {
      const run = await verifyPolicy(
        {
          runId: runId(this.#nextRunId()),
          revision: { policy: this.#policy, revision: 1 },
          mailboxes: [],
          holder: HOLDER,
          limit: { kind: 'trial', maxMailboxes: 1_000, mayWrite: true, endsAt: undefined },
        },
        ports,
        new AbortController().signal,
      );
      return buildReport(run, await ports.runs.readEvents(run.id));
    } finally {
      await close();
    }
  }

  #connect() {
    const { emulator } = this.#tenant;
    const { url, clock, organization } = emulator;
    const tenant = organization.initialDomain;
    const [applicationId = ''] = organization.apps.keys();
    const exchangeOnline = {
      organization: tenant,
      applicationId,
      cloud: 'global' as const,
      useExchangeAdminApi: true,
      endpoints: { login: url, graph: url, exchange: url },
      mailbox: undefined,
    };
    const endpoints = cloudEndpoints(exchangeOnline);
    const log = silentLog;
    const random = () => 0.5;
    const { allowedHosts } = endpoints;
    const http = createHttpClient({ allowedHosts, additionalCa: emulator.caPem, log, clock, random });
    const tokens = issuedTokens(emulator, applicationId);
    const graphClient = createGraphClient({ baseUrl: endpoints.graph, tokens, http, log, clock });
    const knownMailboxes = () => this.#stores.memory.readWrittenMailboxes(policyId(this.#policy.id));
    const { source, directory } = createExchangeOnline({
      ...{ exchangeOnline, endpoints, tokens, http, graphClient, clock, log, random, knownMailboxes },
    });
    if (this.#tenant.wire === 'ews') {
      const { targets, close } = connectEws(ewsEntryOf(emulator), log, clock);
      return { source, directory, targets, close: () => Promise.all([http.close(), close()]) };
    }
    const targets = createGraphTargets({ client: graphClient, markCodec, folderMark, log, clock });
    return { source, directory, targets, close: () => http.close() };
  }
}
