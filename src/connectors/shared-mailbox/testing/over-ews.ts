// The contact folders of an emulated mailbox through EWS. Only tests use it.

import type { RunningEmulator } from '@contactsync/emulator';
import { silentLog } from '../../../ports/log.ts';
import { createEwsClient, openEwsContactFolders } from '../../ews/index.ts';
import { basicSignIn, createExchangeHttp } from '../../exchange-http/index.ts';
import { impatientClock, jsonMarkCodec } from '../../graph/testing/graph-test-bed.ts';
import { forgettableCache } from './forgettable-cache.ts';
import type { Protocol } from './shared-mailbox-bed.ts';

export function overEws(emulator: RunningEmulator): Protocol {
  const clock = impatientClock();
  const cache = forgettableCache();
  const { userName, password } = emulator.serviceAccount;
  const common = { clock, log: silentLog, random: () => 0.5 };
  const http = createExchangeHttp({
    signIn: basicSignIn({ account: userName, password }),
    additionalCa: emulator.caPem,
    ...common,
  });
  const client = createEwsClient({
    url: () => Promise.resolve(emulator.ewsUrl),
    http,
    impersonate: true,
    ...common,
  });
  return {
    location: 'onPremises',
    open: openEwsContactFolders({
      client,
      impersonate: true,
      markCodec: jsonMarkCodec,
      cache,
      ...common,
      clock: emulator.clock,
    }),
    requests: () => client.counts.requests,
    forget: cache.forget,
    close: () => http.close(),
  };
}
