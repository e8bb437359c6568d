// The contact folders of an emulated mailbox through Graph. Only tests use it.

import { type RunningEmulator, seededApp } from '@contactsync/emulator';
import { silentLog } from '../../../ports/log.ts';
import { openGraphContactFolders } from '../../graph/index.ts';
import { impatientClock, jsonMarkCodec } from '../../graph/testing/graph-test-bed.ts';
import { createGraphClient } from '../../graph-client/index.ts';
import { createHttpClient } from '../../http/http-client.ts';
import { forgettableCache } from './forgettable-cache.ts';
import type { Protocol } from './shared-mailbox-bed.ts';

export function overGraph(emulator: RunningEmulator): Protocol {
  const clock = impatientClock();
  const cache = forgettableCache();
  const http = createHttpClient({
    allowedHosts: [new URL(emulator.url).host],
    additionalCa: emulator.caPem,
    log: silentLog,
    clock,
  });
  const client = createGraphClient({
    baseUrl: emulator.url,
    tokens: { token: async () => ({ value: emulator.issueToken(seededApp.clientId, 'graph') }) },
    http,
    log: silentLog,
    clock,
  });
  return {
    location: 'exchangeOnline',
    open: openGraphContactFolders({
      client,
      markCodec: jsonMarkCodec,
      cache,
      clock: emulator.clock,
      log: silentLog,
    }),
    requests: () => client.counts.innerRequests,
    forget: cache.forget,
    close: () => http.close(),
  };
}
