// The connector over the emulator, for the tests of this folder. Each run gets tokens of its own, as in the product.

import { EmulatorControl } from '../../../../emulator/src/control/client.ts';
import { type RunningEmulator, startEmulator } from '../../../../emulator/src/index.ts';
import type { CertificateWithKey } from '../../../certificates/certificate.ts';
import { createSelfSigned } from '../../../certificates/create-self-signed.ts';
import type { Clock } from '../../../ports/clock.ts';
import { type Log, silentLog } from '../../../ports/log.ts';
import { cloudEndpoints } from '../../entra/national-clouds.ts';
import { createTokenProvider, type TokenProvider } from '../../entra/token-provider.ts';
import { createGraphClient } from '../../graph-client/index.ts';
import { createHttpClient, type HttpClient } from '../../http/http-client.ts';
import { createAdminApi, type ExchangeAdminApi } from '../admin-api.ts';
import { createExchangeOnline, type ExchangeOnlineConnector } from '../exchange-online.ts';
import type { KnownMailbox } from '../graph-only-directory.ts';

export const MINIMUM_RIGHTS = {
  graphRoles: ['Contacts.ReadWrite', 'Mail.Send'],
  exchangeRoles: ['Exchange.ManageAsApp'],
  directoryRoles: ['Exchange Recipient Administrator'],
};

export const FULL_RIGHTS = {
  ...MINIMUM_RIGHTS,
  graphRoles: [...MINIMUM_RIGHTS.graphRoles, 'User.Read.All', 'OrgContact.Read.All', 'GroupMember.Read.All'],
};

export interface EmulatedTenant {
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  readonly sleeps: number[];
  /** A connector for one run. */
  connect(options?: ConnectOptions): ExchangeOnlineConnector;
  adminApi(): ExchangeAdminApi;
  tokens(): TokenProvider;
  /** An organization with hardly anybody, the given rights, no faults. */
  reset(rights: typeof FULL_RIGHTS, size?: { recipients: number; mailboxes: number }): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly useExchangeAdminApi?: boolean;
  readonly exchange?: string;
  readonly knownMailboxes?: readonly KnownMailbox[];
  readonly log?: Log;
  readonly mailbox?: string;
}

export async function startEmulatedTenant(): Promise<EmulatedTenant> {
  const emulator = await startEmulator({ recipients: 2, mailboxes: 2 });
  const control = new EmulatorControl(emulator.url, emulator.caPem);
  const certificate = await createSelfSigned({
    subject: 'contactSync',
    friendlyName: '',
    keyBits: 2048,
    lifetimeDays: 30,
    now: new Date(),
  });
  const app = await control.registerCertificate(certificate.certificate.certificatePem);
  const sleeps: number[] = [];
  const clock: Clock = {
    now: () => new Date(),
    sleep: (milliseconds, signal) => {
      sleeps.push(milliseconds);
      return signal?.aborted === true ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
  };
  const endpoints = cloudEndpoints({
    cloud: 'global',
    endpoints: { login: emulator.url, graph: emulator.url, exchange: emulator.url },
  });
  const http = createHttpClient({
    // Port 9 is where nobody listens.
    allowedHosts: [...endpoints.allowedHosts, '127.0.0.1:9'],
    additionalCa: emulator.caPem,
    log: silentLog,
    clock,
    random: () => 0,
  });
  const tokens = () =>
    providerFor(http, clock, certificate, app.clientId, endpoints, emulator.organization.initialDomain);
  const tenant = 'contoso.onmicrosoft.com';

  return {
    emulator,
    control,
    sleeps,
    tokens,
    adminApi: () =>
      createAdminApi({
        exchange: emulator.url,
        tenant,
        tokens: tokens(),
        http,
        clock,
        log: silentLog,
        random: () => 0,
      }),
    connect(options = {}) {
      const provider = tokens();
      const log = options.log ?? silentLog;
      return createExchangeOnline({
        exchangeOnline: {
          organization: tenant,
          useExchangeAdminApi: options.useExchangeAdminApi ?? true,
          mailbox: options.mailbox,
        },
        endpoints: { exchange: options.exchange ?? endpoints.exchange },
        tokens: provider,
        http,
        graphClient: createGraphClient({
          baseUrl: endpoints.graph,
          tokens: provider,
          http,
          log,
          clock,
        }),
        clock,
        log,
        random: () => 0,
        knownMailboxes: () => Promise.resolve(options.knownMailboxes ?? []),
      });
    },
    async reset(rights, size = { recipients: 2, mailboxes: 2 }) {
      await control.clearFaults();
      await control.reset({ ...size, seed: 1, keepApps: true });
      await control.removeCertificates();
      await control.registerCertificate(certificate.certificate.certificatePem);
      await control.setRoles(rights);
      await control.clearRequests();
      sleeps.length = 0;
    },
    async close() {
      await http.close();
      await control.close();
      await emulator.close();
    },
  };
}

function providerFor(
  http: HttpClient,
  clock: Clock,
  certificate: CertificateWithKey,
  applicationId: string,
  endpoints: ReturnType<typeof cloudEndpoints>,
  tenant: string,
): TokenProvider {
  return createTokenProvider({
    endpoints,
    tenant,
    applicationId,
    certificatePem: certificate.certificate.certificatePem,
    privateKeyPem: certificate.privateKeyPem,
    http,
    clock,
  });
}
