// Public folders of Exchange Online: the one thing there that only Exchange Web Services can read. Connected when a policy
// first asks for it, because the application needs a permission of its own for it.

import { findPublicFolderRoutes } from '../connectors/autodiscover/index.ts';
import type { CloudEndpoints } from '../connectors/entra/national-clouds.ts';
import type { TokenProvider } from '../connectors/entra/token-provider.ts';
import { createEwsClient, openEwsPublicFolders } from '../connectors/ews/index.ts';
import { bearerSignIn, createExchangeHttp, type ExchangeHttp } from '../connectors/exchange-http/index.ts';
import {
  createOriginalContacts,
  createPublicFolderReader,
  createPublicFolderTrial,
  type FolderTrial,
  type ItemPhotos,
  type PublicFolderReader,
} from '../connectors/shared-mailbox/index.ts';
import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import type { PublicFolderSource } from '../model/policy.ts';
import type { Log } from '../ports/log.ts';
import type { OriginalContacts } from '../ports/original-contacts.ts';
import type { Stores } from '../store/open-stores.ts';
import { systemClock } from '../system/system-clock.ts';
import { markCodec } from './marks.ts';

interface OnlineConnection {
  readonly tokens: TokenProvider;
  readonly endpoints: CloudEndpoints;
  readonly additionalCa: string | undefined;
  readonly stores: Stores;
  readonly log: Log;
  readonly random: () => number;
  readonly photos: ItemPhotos;
}

export interface OnlinePublicFolders {
  readonly read: PublicFolderReader;
  readonly tryFolders: FolderTrial<PublicFolderSource>;
  readonly originals: OriginalContacts;
  close(): Promise<void>;
}

interface Connected {
  readonly read: PublicFolderReader;
  readonly tryFolders: FolderTrial<PublicFolderSource>;
  readonly originals: OriginalContacts;
  readonly http: ExchangeHttp;
}

const APPLICATION_ROLE = 'full_access_as_app';

export function connectOnlinePublicFolders(
  environment: Extract<Environment, { scenario: 'exchangeOnline' }>,
  { tokens, endpoints, additionalCa, stores, log, random, photos }: OnlineConnection,
): OnlinePublicFolders {
  const { proxy } = environment;
  let connected: Connected | undefined;
  const connect = (reader: string): Connected => {
    const url = new URL('/EWS/Exchange.asmx', endpoints.exchange);
    const ewsUrl = () => Promise.resolve(url.href);
    const common = { clock: systemClock, log, random };
    const signIn = bearerSignIn({ tokens, hosts: [url.host], requiredRole: APPLICATION_ROLE });
    const http = createExchangeHttp({ signIn, additionalCa, proxy, isOnline: true, ...common });
    const options = {
      client: createEwsClient({ url: ewsUrl, http, impersonate: true, ...common }),
      reader,
      findRoutes: () => findPublicFolderRoutes({ http, ewsUrl, reader }),
      markCodec,
      ...common,
    };
    const readAs = { reader, location: 'exchangeOnline', log } as const;
    const folders = openEwsPublicFolders({ ...options, cache: stores.directoryCache });
    return {
      http,
      read: createPublicFolderReader({ ...readAs, folders, photos }),
      tryFolders: createPublicFolderTrial({ ...readAs, folders: openEwsPublicFolders(options) }),
      originals: createOriginalContacts({ ...readAs, folders: openEwsPublicFolders(options) }),
    };
  };
  const open = (): Connected => {
    const { mailbox } = environment.exchangeOnline;
    if (mailbox === undefined) {
      throw new Failure('publicFolderReaderMissing', { details: { environment: environment.name } });
    }
    connected ??= connect(mailbox);
    return connected;
  };
  return {
    read: async (scope, signal) => open().read(scope, signal),
    tryFolders: async (scope, signal) => open().tryFolders(scope, signal),
    originals: {
      read: async (folder, signal) => open().originals.read(folder, signal),
      readPictures: async (itemIds, signal) => open().originals.readPictures(itemIds, signal),
      readFormattedNotes: async (itemIds, signal) => open().originals.readFormattedNotes(itemIds, signal),
      readFile: async (itemId, fileId, signal) => open().originals.readFile(itemId, fileId, signal),
    },
    async close() {
      await connected?.http.close();
    },
  };
}
