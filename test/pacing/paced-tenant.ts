// A tenant with limits and latency, and the product in this process on the tenant's own clock: waiting costs no real
// time, and what is measured is the service's time. Composed as src/main.ts does it, with a license limit of its own.

import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Policy } from '@contactsync/contract';
import {
  EmulatorControl,
  type RunningEmulator,
  startEmulator,
  type TrafficChoice,
} from '@contactsync/emulator';
import { createSelfSigned } from '../../src/certificates/create-self-signed.ts';
import { folderMark, markCodec } from '../../src/composition/marks.ts';
import { cloudEndpoints } from '../../src/connectors/entra/national-clouds.ts';
import { createTokenProvider } from '../../src/connectors/entra/token-provider.ts';
import { createExchangeOnline } from '../../src/connectors/exchange-online/exchange-online.ts';
import { createGraphTargets } from '../../src/connectors/graph/index.ts';
import { createGraphClient } from '../../src/connectors/graph-client/index.ts';
import { createHttpClient } from '../../src/connectors/http/http-client.ts';
import type { PacingLimits } from '../../src/connectors/http/pacing.ts';
import { runPolicy } from '../../src/engine/run-policy.ts';
import type { RunPorts } from '../../src/engine/run-ports.ts';
import { policyId, runId } from '../../src/model/ids.ts';
import type { OutcomeCounts, RunEvent } from '../../src/model/run.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Traffic } from '../../src/ports/traffic.ts';
import { openStores, type Stores } from '../../src/store/open-stores.ts';
import { systemClock } from '../../src/system/system-clock.ts';
import { temporaryDirectory } from '../store-places.ts';

export interface TenantSize {
  readonly mailboxes: number;
  readonly contacts: number;
}

export interface FillOptions {
  readonly dataDirectory?: string;
  readonly holder?: string;
  readonly policy?: Policy;
  readonly pacing?: Partial<PacingLimits>;
  /** Puts something else in the place of a port, or looks at one. */
  readonly adjust?: (ports: RunPorts) => RunPorts;
}

export interface Fill {
  readonly state: string;
  readonly counts: OutcomeCounts;
  readonly problems: readonly string[];
  /** By the tenant's clock. */
  readonly elapsedMs: number;
  readonly traffic: Traffic;
}

export const pacedPolicy = Policy.parse({
  kind: 'policy',
  version: 1,
  id: '0b5e0c11-7d1a-4c55-9a53-6f1d3f1f0b09',
  name: 'Paced',
  environment: 'paced',
  source: { type: 'exchangeOnline', recipientTypes: ['mailContact'] },
});

/** Quiet for so long in real time, the tenant's clock goes on to the next who sleeps. */
const SPEED = { skipWaitingAfterMilliseconds: 5 };
const PREPARED_AT_ONCE = 8;
const FASTER = 4;
const STARTED_AT = systemClock.now().getTime();

export class PacedTenant {
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  readonly #keys: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly #directories: string[] = [];

  private constructor(
    emulator: RunningEmulator,
    control: EmulatorControl,
    keys: { readonly certificatePem: string; readonly privateKeyPem: string },
  ) {
    this.emulator = emulator;
    this.control = control;
    this.#keys = keys;
  }

  static async start(size: TenantSize): Promise<PacedTenant> {
    const emulator = await startEmulator({
      ...{ recipients: 0, mailboxes: 0, speed: SPEED, time: processorTime },
    });
    const control = new EmulatorControl(emulator.url, emulator.caPem);
    const { certificate, privateKeyPem } = await createSelfSigned({
      subject: 'contactSync pacing',
      friendlyName: '',
      keyBits: 2048,
      lifetimeDays: 2,
      now: emulator.clock.now(),
    });
    await control.registerCertificate(certificate.certificatePem);
    const people = [
      ...numbers(size.mailboxes).map((number) => ({
        recipientTypeDetails: 'UserMailbox' as const,
        alias: `box${number}`,
        displayName: `Mailbox ${number}`,
      })),
      ...numbers(size.contacts).map((number) => ({
        recipientTypeDetails: 'MailContact' as const,
        alias: `person${number}`,
        displayName: `Person ${number}`,
        primarySmtpAddress: `person${number}@example.com`,
        person: { firstName: 'Erika', lastName: `Person ${number}`, phone: `+49 89 ${640_000 + number}` },
      })),
    ];
    const prepare = async () => {
      for (let one = people.shift(); one !== undefined; one = people.shift()) await control.addPerson(one);
    };
    await Promise.all(Array.from({ length: PREPARED_AT_ONCE }, prepare));
    return new PacedTenant(emulator, control, { certificatePem: certificate.certificatePem, privateKeyPem });
  }

  /** Everybody's contacts are gone again, and counting begins anew. */
  async behave(traffic: TrafficChoice): Promise<void> {
    for (const { primarySmtpAddress } of await this.control.people('UserMailbox')) {
      const { folders } = await this.control.mailbox(primarySmtpAddress);
      for (const { path, id } of folders)
        if (path.startsWith('Contacts/')) await this.control.purgeFolder(primarySmtpAddress, id);
    }
    await this.control.setTraffic(traffic);
  }

  /** Runs the policy once, from reading the directory to the last entry in the database. */
  async fill(options: FillOptions = {}): Promise<Fill> {
    const { clock } = this.emulator;
    const dataDirectory = options.dataDirectory ?? this.dataDirectory();
    const stores = await openStores({
      ...{ dataDirectory, clock: systemClock, log: silentLog, environmentVariables: {} },
    });
    const { close, traffic, ...connection } = this.connect(stores, options.pacing);
    // The engine lives in real time, like the leases: it only ticks, and waits for another process. By the tenant's clock,
    // that would jump to its next tick whenever the product thinks, or stand still while nobody computes.
    const ports: RunPorts = { ...stores, ...connection, traffic, clock: systemClock, log: silentLog };
    const counts = { created: 0, updated: 0, deleted: 0, handedOver: 0, adopted: 0, failed: 0 };
    const problems: string[] = [];
    const startedAt = clock.now().getTime();
    try {
      const run = await runPolicy(
        {
          runId: runId(randomUUID()),
          revision: { policy: options.policy ?? pacedPolicy, revision: 1 },
          mode: 'run',
          holder: options.holder ?? 'pacing',
          limit: { kind: 'trial', maxMailboxes: 1_000_000, mayWrite: true, endsAt: undefined },
          defaultCountry: 'DE',
          onEvent: (event) => note(event, counts, problems),
        },
        options.adjust?.(ports) ?? ports,
        new AbortController().signal,
      );
      const elapsedMs = clock.now().getTime() - startedAt;
      return { state: run.state, counts, problems, elapsedMs, traffic };
    } finally {
      await close();
      await stores.close();
    }
  }

  dataDirectory(): string {
    const directory = temporaryDirectory();
    this.#directories.push(directory);
    return directory;
  }

  connect({ memory }: Pick<Stores, 'memory'>, pacing: Partial<PacingLimits> = {}) {
    const { url, caPem, clock, organization } = this.emulator;
    const [tenant, log] = [organization.initialDomain, silentLog];
    const applicationId = [...organization.apps.keys()][0] ?? '';
    const exchangeOnline = {
      organization: tenant,
      cloud: 'global' as const,
      useExchangeAdminApi: true,
      endpoints: { login: url, graph: url, exchange: url },
    };
    const endpoints = cloudEndpoints(exchangeOnline);
    const http = createHttpClient({
      ...{ allowedHosts: endpoints.allowedHosts, additionalCa: caPem, log, clock, pacing },
    });
    const tokens = createTokenProvider({ endpoints, tenant, applicationId, ...this.#keys, http, clock });
    const client = createGraphClient({ baseUrl: endpoints.graph, tokens, http, log, clock });
    const { source, directory } = createExchangeOnline({
      ...{ exchangeOnline, endpoints, tokens, http, graphClient: client, clock, log },
      knownMailboxes: () => memory.readWrittenMailboxes(policyId(pacedPolicy.id)),
    });
    const targets = createGraphTargets({
      client,
      markCodec,
      folderMark,
      log,
      clock,
    });
    return { source, directory, targets, traffic: http.traffic, close: () => http.close() };
  }

  /** Items by mailbox, whoever made them. */
  async itemsPerMailbox(): Promise<readonly number[]> {
    const mailboxes = await this.control.people('UserMailbox');
    const views = await Promise.all(
      mailboxes.map(({ primarySmtpAddress }) => this.control.mailbox(primarySmtpAddress)),
    );
    return views.map(({ items }) => items.length);
  }

  async close(): Promise<void> {
    await this.control.close();
    await this.emulator.close();
    for (const directory of this.#directories) rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * The processor's time of this thread: product and service count what they compute, and not what they wait for because
 * others use the computer. As on a computer four times as fast: one that is four times as slow measures what this one
 * would, and what is judged is how the product treats the service.
 */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return STARTED_AT + (user + system) / 1_000 / FASTER;
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function note(
  event: RunEvent,
  counts: { -readonly [Kind in keyof OutcomeCounts]: number },
  problems: string[],
): void {
  if (event.type === 'mailbox.applied') {
    for (const kind of Object.keys(counts) as (keyof OutcomeCounts)[]) counts[kind] += event.counts[kind];
  } else if ('failure' in event && event.failure !== undefined) {
    problems.push(`${event.type}: ${event.failure.code}`);
  }
}
