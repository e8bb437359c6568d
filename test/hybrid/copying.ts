// What both sides of a hybrid company need for copying public folders, put together as src/composition/connect-on-premises.ts
// and src/composition/connect-exchange-online.ts do it.

import type { RunningEmulator } from '@contactsync/emulator';
import { copyMarkCodec, folderMark, markCodec } from '../../src/composition/marks.ts';
import { findPublicFolderRoutes } from '../../src/connectors/autodiscover/index.ts';
import { createEwsClient, createEwsTargets, openEwsPublicFolders } from '../../src/connectors/ews/index.ts';
import {
  basicSignIn,
  bearerSignIn,
  createExchangeHttp,
  type SignIn,
} from '../../src/connectors/exchange-http/index.ts';
import { createGraphTargets } from '../../src/connectors/graph/index.ts';
import { createGraphClient } from '../../src/connectors/graph-client/index.ts';
import { createHttpClient } from '../../src/connectors/http/http-client.ts';
import { createOriginalContacts } from '../../src/connectors/shared-mailbox/index.ts';
import type { TargetMailbox } from '../../src/model/mailbox.ts';
import type { CopyParts } from '../../src/operations/dependencies.ts';
import { silentLog } from '../../src/ports/log.ts';
import { issuedTokens } from '../issued-tokens.ts';

export interface CopyingSide {
  readonly parts: CopyParts;
  close(): Promise<void>;
}

interface Account {
  readonly userName: string;
  readonly password: string;
}

/** `reader`: the account of the mailbox that reads public folders; the one of the service writes. */
export function copyingOnPremises(
  emulator: RunningEmulator,
  reader: Account & { readonly address: string },
): CopyingSide {
  const common = { clock: emulator.clock, log: silentLog, random: () => 0.5 };
  const url = () => Promise.resolve(emulator.ewsUrl);
  const httpFor = ({ userName, password }: Account) =>
    createExchangeHttp({
      signIn: basicSignIn({ account: userName, password }),
      additionalCa: emulator.caPem,
      ...common,
    });
  const service = httpFor(emulator.serviceAccount);
  const originals = originalsThrough(emulator, 'onPremises', reader.address, httpFor(reader), false);
  const targets = createEwsTargets({
    ...{ url, http: service, markCodec: copyMarkCodec, folderMark, impersonate: true },
    ...common,
  });
  return {
    parts: { originals: originals.originals, targets },
    close: () => Promise.all([service.close(), originals.close()]).then(() => {}),
  };
}

/** `reader`: the mailbox that reads public folders; the application borrows its permissions. */
export function copyingOnline(emulator: RunningEmulator, reader: string): CopyingSide {
  const common = { clock: emulator.clock, log: silentLog, random: () => 0.5 };
  const [applicationId = ''] = emulator.organization.apps.keys();
  const tokens = issuedTokens(emulator, applicationId);
  const { host } = new URL(emulator.url);
  const http = createHttpClient({ allowedHosts: [host], additionalCa: emulator.caPem, ...common });
  const client = createGraphClient({ baseUrl: emulator.url, tokens, http, ...common });
  const signIn: SignIn = bearerSignIn({ tokens, hosts: [host], requiredRole: 'full_access_as_app' });
  const ews = createExchangeHttp({ signIn, additionalCa: emulator.caPem, isOnline: true, ...common });
  const originals = originalsThrough(emulator, 'exchangeOnline', reader, ews, true);
  const targets = createGraphTargets({ client, markCodec: copyMarkCodec, folderMark, ...common });
  return {
    parts: { originals: originals.originals, targets },
    close: () => Promise.all([http.close(), originals.close()]).then(() => {}),
  };
}

function originalsThrough(
  emulator: RunningEmulator,
  location: TargetMailbox['location'],
  reader: string,
  http: ReturnType<typeof createExchangeHttp>,
  impersonate: boolean,
) {
  const common = { clock: emulator.clock, log: silentLog, random: () => 0.5 };
  const ewsUrl = () => Promise.resolve(emulator.ewsUrl);
  const folders = openEwsPublicFolders({
    client: createEwsClient({ url: ewsUrl, http, impersonate, ...common }),
    reader,
    findRoutes: () => findPublicFolderRoutes({ http, ewsUrl, reader }),
    markCodec,
    ...common,
  });
  return {
    originals: createOriginalContacts({ folders, reader, location }),
    close: () => http.close(),
  };
}
