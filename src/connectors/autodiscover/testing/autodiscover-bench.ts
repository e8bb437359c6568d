// A network of names that all lead to one emulator, or nowhere, and a search in it over the real HTTP client. Only tests
// use it.

import { EmulatorControl, type RunningEmulator, startEmulator } from '@contactsync/emulator';
import { Failure } from '../../../model/failure.ts';
import { silentLog } from '../../../ports/log.ts';
import { basicSignIn, createExchangeHttp, type SignIn } from '../../exchange-http/index.ts';
import { impatientClock } from '../../graph/testing/graph-test-bed.ts';
import type { ServiceRecord } from '../../ldap-client/servers.ts';
import { type ConnectionPoint, type ServiceConnectionPoints, URL_KEYWORD } from '../connection-points.ts';
import { type FindExchangeOptions, type FoundExchange, findExchange } from '../find-exchange.ts';

/** In the certificate. */
export const NAMES = [
  'contoso.example',
  'autodiscover.contoso.example',
  'mail.contoso.example',
  'ex01.corp.example.com',
  'ex02.corp.example.com',
  'autodiscover.fabrikam.example',
  'mail.fabrikam.example',
] as const;

export const WRONG_NAME = 'unnamed.contoso.example';

export interface SearchOptions extends Partial<FindExchangeOptions> {
  /** `host:port` of what answers. */
  readonly reachable: readonly string[];
  readonly records?: readonly ServiceRecord[];
  readonly points?: readonly string[];
  readonly password?: string;
  readonly signIn?: SignIn;
  readonly signal?: AbortSignal;
}

export interface Asked {
  readonly host: string;
  readonly operation: string | undefined;
  readonly credentials: string | undefined;
}

export class AutodiscoverBench {
  readonly emulator: RunningEmulator;
  readonly control: EmulatorControl;
  readonly mailbox: string;

  private constructor(emulator: RunningEmulator) {
    this.emulator = emulator;
    this.control = new EmulatorControl(emulator.url, emulator.caPem);
    const owner = [...emulator.organization.recipients.values()].find((one) => one.mailbox !== undefined);
    this.mailbox = owner?.primarySmtpAddress ?? '';
  }

  static async open(): Promise<AutodiscoverBench> {
    return new AutodiscoverBench(await startEmulator({ recipients: 6, mailboxes: 3, hostNames: NAMES }));
  }

  async renew(): Promise<void> {
    await this.control.clearAutodiscoverRules();
    await this.control.setAutodiscover({});
    await this.control.setHosting(this.mailbox, 'both');
    await this.control.changeAccount('svc-contactsync', { isLocked: false });
    await this.control.clearRequests();
  }

  async search(options: SearchOptions): Promise<FoundExchange> {
    const { reachable, records, points, password, signIn, signal, ...more } = options;
    const { userName, password: right } = this.emulator.serviceAccount;
    const clock = impatientClock();
    const http = createExchangeHttp({
      signIn: signIn ?? basicSignIn({ account: userName, password: password ?? right }),
      additionalCa: this.emulator.caPem,
      connectTo: (target) => this.connectTo(reachable, target),
      log: silentLog,
      clock,
      random: () => 0,
    });
    try {
      return await findExchange(
        {
          mailbox: this.mailbox,
          http,
          signInScheme: signIn?.scheme ?? 'Basic',
          scp: points === undefined ? undefined : pointsAt(...points),
          resolveSrv: async () => records ?? [],
          clock,
          log: silentLog,
          ...more,
        },
        signal ?? new AbortController().signal,
      );
    } finally {
      await http.close();
    }
  }

  /** What does not answer leads to a port where nobody listens. */
  connectTo(
    reachable: readonly string[],
    { host, port }: { readonly host: string; readonly port: number },
  ): { readonly host: string; readonly port: number } {
    const at = port === 80 ? this.emulator.plainUrl : this.emulator.url;
    const answers = reachable.includes(`${host}:${port}`);
    return { host: '127.0.0.1', port: answers ? Number(new URL(at).port) : 1 };
  }

  async failure(options: SearchOptions): Promise<Failure> {
    const thrown = await this.search(options).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(thrown instanceof Failure)) throw new Error(`not a failure: ${String(thrown)}`);
    return thrown;
  }

  async asked(): Promise<readonly Asked[]> {
    const requests = await this.control.requests();
    return requests
      .filter(({ face }) => face !== 'control')
      .map(({ host, operation, credentials }) => ({ host, operation, credentials }));
  }

  /** Hosts that were sent a password. */
  async trustedWithPassword(): Promise<readonly string[]> {
    const asked = await this.asked();
    return [...new Set(asked.filter((one) => one.credentials !== undefined).map(({ host }) => host))];
  }

  async failedSignIns(): Promise<number> {
    return (await this.control.account('svc-contactsync')).failedSignIns;
  }

  async close(): Promise<void> {
    await this.control.close();
    await this.emulator.close();
  }
}

export function pointsAt(...urls: readonly string[]): ServiceConnectionPoints {
  const points: readonly ConnectionPoint[] = urls.map((url) => ({
    keywords: [URL_KEYWORD],
    bindings: [url],
  }));
  return {
    read: async () => ({ points, site: undefined }),
    readAt: async () => ({ points: [], site: undefined }),
  };
}

export function record(name: string, more: Partial<ServiceRecord> = {}): ServiceRecord {
  return { name, port: 443, priority: 0, weight: 0, ...more };
}

export const linesOf = (failure: Failure): readonly string[] => failure.details['steps'] as readonly string[];
