// Puts the connectors of Exchange Online together for one environment.

import { cloudEndpoints } from '../connectors/entra/national-clouds.ts';
import { createTokenProvider } from '../connectors/entra/token-provider.ts';
import { createExchangeOnline } from '../connectors/exchange-online/exchange-online.ts';
import {
  createSynchronizedPeople,
  type ReadSynchronizedPeople,
} from '../connectors/exchange-online/synchronized-people.ts';
import type { ReadTenantAddresses } from '../connectors/exchange-online/tenant-addresses.ts';
import { createUserPhotos } from '../connectors/exchange-online/user-photos.ts';
import {
  createGraphMailSender,
  createGraphTargets,
  openGraphContactFolders,
} from '../connectors/graph/index.ts';
import { createGraphClient } from '../connectors/graph-client/index.ts';
import { createHttpClient } from '../connectors/http/http-client.ts';
import {
  createItemPhotos,
  createSharedMailboxReader,
  createSharedMailboxTrial,
} from '../connectors/shared-mailbox/index.ts';
import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import { environmentId, policyId } from '../model/ids.ts';
import type { TargetMailbox } from '../model/mailbox.ts';
import type { Connection } from '../operations/dependencies.ts';
import { destinationOf } from '../operations/destination.ts';
import type { Log } from '../ports/log.ts';
import type { Stores } from '../store/open-stores.ts';
import { preparePhoto } from '../system/prepare-photo.ts';
import { systemClock } from '../system/system-clock.ts';
import { readAdditionalCa } from './additional-ca.ts';
import { copyMarkCodec, folderMark, markCodec } from './marks.ts';
import { connectOnlinePublicFolders } from './online-public-folders.ts';
import { photosByKind } from './photos-by-kind.ts';
import { sourceByType } from './source-by-type.ts';

export type OnlineEnvironment = Extract<Environment, { scenario: 'exchangeOnline' }>;

export interface OnlineConnection extends Connection {
  readonly synchronizedPeople: ReadSynchronizedPeople;
  /** Absent where the Exchange admin REST is not used. */
  readonly addresses?: ReadTenantAddresses;
}

/** Throws `certificateMissing`, `secretDamaged`, `wrongKey`, `unreadableFile` or `unusableCaFile`. */
export async function connectExchangeOnline(
  environment: OnlineEnvironment,
  stores: Stores,
  log: Log,
  random: () => number,
  /** What the secrets are bound to, where the environment has more sides than this one. */
  destination: string = destinationOf(environment),
): Promise<OnlineConnection> {
  const { secrets } = stores;
  const certificate = await secrets.readAssigned(environmentId(environment.id), destination);
  if (certificate === undefined)
    throw new Failure('certificateMissing', { details: { environment: environment.name } });
  const privateKeyPem = await secrets.readPrivateKey(certificate.thumbprint);
  const { exchangeOnline, proxy, additionalCaFile } = environment;
  const endpoints = cloudEndpoints(exchangeOnline);
  const clock = systemClock;
  const additionalCa = readAdditionalCa(additionalCaFile, systemClock, log);
  const http = createHttpClient({
    allowedHosts: endpoints.allowedHosts,
    proxy,
    additionalCa,
    log,
    clock,
  });
  const tokens = createTokenProvider({
    endpoints,
    tenant: exchangeOnline.organization,
    applicationId: exchangeOnline.applicationId,
    certificatePem: certificate.certificatePem,
    privateKeyPem,
    http,
    clock,
  });
  const graph = createGraphClient({
    baseUrl: endpoints.graph,
    tokens,
    http,
    log,
    clock,
  });
  const { source, directory, addresses } = createExchangeOnline({
    exchangeOnline,
    endpoints,
    tokens,
    http,
    graphClient: graph,
    clock,
    log,
    knownMailboxes: () => writtenMailboxes(environment, stores),
  });
  const targets = createGraphTargets({ client: graph, markCodec, folderMark, log, clock });
  const itemPhotos = createItemPhotos();
  const sharedMailboxOptions = {
    photos: itemPhotos,
    directory,
    open: openGraphContactFolders({ client: graph, markCodec, cache: stores.directoryCache, clock, log }),
    location: 'exchangeOnline',
    log,
  } as const;
  const publicFolders = connectOnlinePublicFolders(environment, {
    tokens,
    endpoints,
    additionalCa,
    stores,
    log,
    random,
    photos: itemPhotos,
  });
  return {
    source: sourceByType(source, createSharedMailboxReader(sharedMailboxOptions), publicFolders.read, {
      sharedMailbox: createSharedMailboxTrial(sharedMailboxOptions),
      publicFolders: publicFolders.tryFolders,
    }),
    directory,
    targets,
    copying: {
      originals: publicFolders.originals,
      targets: createGraphTargets({ client: graph, markCodec: copyMarkCodec, folderMark, log, clock }),
    },
    synchronizedPeople: createSynchronizedPeople(graph),
    ...(addresses === undefined ? {} : { addresses }),
    traffic: http.traffic,
    photos: {
      source: photosByKind(createUserPhotos({ client: graph, tokens }), itemPhotos),
      prepare: preparePhoto,
      cache: stores.directoryCache,
      owner: environment.id,
    },
    mail: createGraphMailSender({ client: graph, sender: exchangeOnline.mailbox, now: () => clock.now() }),
    close() {
      const { httpCalls, innerRequests } = graph.counts;
      log.info('connection closed', { environment: environment.name, httpCalls, innerRequests });
      return Promise.all([http.close(), publicFolders.close()]).then(() => {});
    },
  };
}

/** Of all policies of the environment: a reading through Graph alone cannot tell mailboxes from their ids. */
async function writtenMailboxes(
  environment: Environment,
  { policies, memory }: Stores,
): Promise<readonly TargetMailbox[]> {
  const { readable, unreadable } = await policies.survey();
  const own = readable
    .map(({ document }) => document)
    .filter((policy) => policy.environment === environment.name);
  // Of those that cannot be read nobody knows where they write: one more question about a mailbox is no harm.
  const written = await Promise.all(
    [...own, ...unreadable].map(({ id }) => memory.readWrittenMailboxes(policyId(id))),
  );
  return written.flat();
}
