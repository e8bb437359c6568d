// Starts an emulated Microsoft 365 tenant in this process. For a process of its own see bin.ts.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { AutodiscoverService } from './autodiscover/service.ts';
import { type Audience, requireToken, TokenIssuer } from './entra/access-token.ts';
import { EwsService } from './ews/service.ts';
import { CursorStore } from './exchange-admin/cursors.ts';
import { FaultScript } from './faults/fault-script.ts';
import { type ClockSpeed, EmulatorClock, realSpeed } from './organization/clock.ts';
import { makeHybrid } from './organization/hybrid.ts';
import { netbiosDomain, OnPremises, serviceAccountName } from './organization/on-premises.ts';
import type { Organization } from './organization/state.ts';
import { defaultSize, seedOrganization } from './seed/seed.ts';
import { makeKeyPair, makeServerIdentity } from './server/certificates.ts';
import type { EmulatorContext } from './server/exchange.ts';
import { RequestLog } from './server/request-log.ts';
import { startPlainServer, startServer } from './server/server.ts';
import type { TrafficChoice } from './traffic/settings.ts';
import { Traffic } from './traffic/traffic.ts';

export interface EmulatorOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Recipients of every kind; default 300. */
  readonly recipients?: number;
  /** User mailboxes among them; default 40. */
  readonly mailboxes?: number;
  /** So many of the user mailboxes, the last ones, are held in the building: EWS shows them, and to the tenant their
   * owners are mail users. The other mailboxes are online and unknown to EWS. Default: every mailbox is shown by both. */
  readonly onPremisesMailboxes?: number;
  /** Names in the certificate besides those of loopback; whoever lets them lead here is served under them. */
  readonly hostNames?: readonly string[];
  /** Latency, limits, dispatch of batches; default: all off. */
  readonly traffic?: TrafficChoice;
  /** Default: real time. */
  readonly speed?: Partial<ClockSpeed>;
  /** What the service takes for real time, in milliseconds since 1970; default: the system's. */
  readonly time?: () => number;
}

export interface RunningEmulator {
  /** `https://127.0.0.1:port`, for every face. */
  readonly url: string;
  /** What a client must trust. */
  readonly caPem: string;
  /** `http://127.0.0.1:port`: the redirects of Autodiscover without TLS. */
  readonly plainUrl: string;
  /** `https://127.0.0.1:port/EWS/Exchange.asmx` */
  readonly ewsUrl: string;
  /** May impersonate everybody; made anew at each start. */
  readonly serviceAccount: { readonly userName: string; readonly password: string };
  readonly organization: Organization;
  readonly context: EmulatorContext;
  /** The service's time, for the clock of a client under test: who sleeps by it sleeps as fast as the service. */
  readonly clock: Pick<EmulatorClock, 'now' | 'sleep'>;
  /** A token without the way through Entra, for tests of the other faces. */
  issueToken(clientId: string, audience: Audience): string;
  close(): Promise<void>;
}

export async function startEmulator(options: EmulatorOptions = {}): Promise<RunningEmulator> {
  const clock = new EmulatorClock({ ...realSpeed, ...options.speed }, options.time);
  const organization = seedOrganization({
    seed: options.seed ?? 1,
    recipients: options.recipients ?? defaultSize.recipients,
    mailboxes: options.mailboxes ?? defaultSize.mailboxes,
  });
  if (options.onPremisesMailboxes !== undefined) makeHybrid(organization, options.onPremisesMailboxes);
  const [identity, tokenKey] = await Promise.all([
    makeServerIdentity(clock.now(), options.hostNames),
    makeKeyPair(),
  ]);
  const issuer = new TokenIssuer(createPrivateKey(tokenKey.privatePem), organization, clock);
  const context: EmulatorContext = {
    organization,
    clock,
    log: new RequestLog(),
    faults: new FaultScript(),
    tokens: issuer,
    assertions: { used: new Set(), refuseReused: true },
    cursors: new CursorStore(clock),
    traffic: new Traffic(clock, options.traffic ?? {}),
    onPremises: new OnPremises(organization),
    ews: new EwsService(),
    autodiscover: new AutodiscoverService(),
    certificate: new X509Certificate(identity.certificatePem).raw,
    requireToken: (request, audience, need) => requireToken(issuer, request, audience, need),
  };
  const server = await startServer(context, identity, options.port ?? 0);
  const plain = await startPlainServer(context);
  return {
    url: server.url,
    plainUrl: plain.url,
    caPem: identity.caPem,
    ewsUrl: `${server.url}/EWS/Exchange.asmx`,
    serviceAccount: {
      userName: `${netbiosDomain}\\${serviceAccountName}`,
      password: context.onPremises.serviceAccount.password,
    },
    organization,
    context,
    clock,
    issueToken: (clientId, audience) => {
      const app = organization.apps.get(clientId);
      if (app === undefined) throw new Error(`no app registration ${clientId}`);
      return issuer.issue(app, audience);
    },
    close: async () => {
      clock.reset();
      await Promise.all([server.close(), plain.close()]);
    },
  };
}

export type { AutodiscoverRule } from './autodiscover/rules.ts';
export { ControlRefusal } from './control/caller.ts';
export type { FolderView, ItemView, MailboxView, RecipientView } from './control/client.ts';
export { EmulatorControl } from './control/client.ts';
export type { EwsFault, EwsFaultKind, RandomEwsFaultChoice } from './ews/fault-kinds.ts';
export { passingEwsKinds, randomEwsKinds } from './ews/fault-kinds.ts';
export type { Fault, FaultKind, RandomFaultChoice } from './faults/fault-action.ts';
export { passingKinds, randomKinds } from './faults/fault-action.ts';
export type { ClockSpeed } from './organization/clock.ts';
export { seededApp } from './seed/seed.ts';
export type { TrafficChoice } from './traffic/settings.ts';
