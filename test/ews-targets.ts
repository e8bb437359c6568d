// The product's EWS targets against an emulator, put together as src/composition/connect-on-premises.ts does it, for
// tests in which people and mailboxes come from elsewhere.

import { folderMark, markCodec } from '../src/composition/marks.ts';
import {
  createEwsClient,
  createEwsTargets,
  type EwsClient,
  type EwsTargets,
} from '../src/connectors/ews/index.ts';
import { createExchangeHttp, createTlsAgent, ntlmSignIn } from '../src/connectors/exchange-http/index.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Log } from '../src/ports/log.ts';

/** How the targets reach the servers; an order to another process can hold it. */
export interface EwsEntry {
  readonly url: string;
  readonly caPem: string;
  readonly account: string;
  readonly password: string;
}

interface Emulated {
  readonly ewsUrl: string;
  readonly caPem: string;
  readonly serviceAccount: { readonly userName: string; readonly password: string };
}

export function ewsEntryOf({ ewsUrl, caPem, serviceAccount }: Emulated): EwsEntry {
  return {
    url: ewsUrl,
    caPem,
    account: serviceAccount.userName,
    password: serviceAccount.password,
  };
}

export interface ConnectedEws {
  readonly targets: EwsTargets;
  /** Of the account in its own name, for what needs no mailbox. */
  readonly clientInOwnName: EwsClient;
  close(): Promise<void>;
}

export function connectEws(entry: EwsEntry, log: Log, clock: Clock): ConnectedEws {
  const { url, caPem, account, password } = entry;
  const random = () => 0.5;
  const signIn = ntlmSignIn({
    credentials: { account, password },
    channelBinding: 'auto',
    createAgent: () => createTlsAgent({ additionalCa: caPem, connections: 1 }),
    connections: 10,
    clock,
  });
  const http = createExchangeHttp({ signIn, additionalCa: caPem, log, clock, random });
  const common = { url: async () => url, http, clock, log, random };
  const targets = createEwsTargets({ ...common, markCodec, folderMark, impersonate: true });
  const clientInOwnName = createEwsClient({ ...common, impersonate: false });
  return { targets, clientInOwnName, close: () => http.close() };
}
