// Puts the connectors of Active Directory and Exchange Web Services together for one environment.

import { resolveSrv } from 'node:dns/promises';
import {
  type ActiveDirectoryOptions,
  createActiveDirectory,
} from '../connectors/active-directory/active-directory.ts';
import type { ReadSourceAnchors } from '../connectors/active-directory/source-anchors.ts';
import { createDirectoryConnectionPoints, findPublicFolderRoutes } from '../connectors/autodiscover/index.ts';
import {
  createEwsClient,
  createEwsMailSender,
  createEwsTargets,
  createMailboxPhotos,
  openEwsContactFolders,
  openEwsPublicFolders,
} from '../connectors/ews/index.ts';
import { createExchangeHttp } from '../connectors/exchange-http/index.ts';
import { steadyChance } from '../connectors/ldap-client/servers.ts';
import {
  createItemPhotos,
  createOriginalContacts,
  createPublicFolderReader,
  createPublicFolderTrial,
  createSharedMailboxReader,
  createSharedMailboxTrial,
} from '../connectors/shared-mailbox/index.ts';
import type { Environment } from '../model/environment.ts';
import { environmentId } from '../model/ids.ts';
import type { Connection } from '../operations/dependencies.ts';
import { destinationOf } from '../operations/destination.ts';
import type { Log } from '../ports/log.ts';
import type { PasswordUse } from '../ports/secret-store.ts';
import type { Stores } from '../store/open-stores.ts';
import { preparePhoto } from '../system/prepare-photo.ts';
import { systemClock } from '../system/system-clock.ts';
import { readAdditionalCa } from './additional-ca.ts';
import { countRequests } from './count-requests.ts';
import { readPasswords, signInToExchange } from './exchange-sign-in.ts';
import { createLocalPhotos } from './mailbox-photos.ts';
import { copyMarkCodec, folderMark, markCodec } from './marks.ts';
import { photosByKind } from './photos-by-kind.ts';
import { probeOnPremises } from './probe-on-premises.ts';
import { createSearch } from './search-exchange.ts';
import { sourceByType } from './source-by-type.ts';
import { watchExchangeSignIn, watchPassword } from './watch-password.ts';

export type OnPremisesEnvironment = Extract<Environment, { scenario: 'onPremises' }>;

export interface OnPremisesConnection extends Connection {
  readonly sourceAnchors: ReadSourceAnchors;
}

/** Throws `passwordMissing`, `certificateMissing`, `secretDamaged`, `wrongKey`, `unreadableFile` or `unusableCaFile`. */
export async function connectOnPremises(
  environment: OnPremisesEnvironment,
  stores: Stores,
  log: Log,
  random: () => number,
  /** What the secrets are bound to, where the environment has more sides than this one. */
  destination: string = destinationOf(environment),
): Promise<OnPremisesConnection> {
  const { activeDirectory: settings, exchangeWebServices: exchange } = environment.onPremises;
  const passwords = await readPasswords(environment, stores, destination);
  const additionalCa = readAdditionalCa(environment.additionalCaFile, systemClock, log);
  const clock = systemClock;
  const watch = (use: PasswordUse, password: string) =>
    watchPassword(stores.secrets, { environment: environmentId(environment.id), use, password }, log);
  const directoryPassword = watch('activeDirectory', passwords.activeDirectory);
  const exchangePassword =
    passwords.exchangeUse === undefined ? undefined : watch(passwords.exchangeUse, passwords.exchange ?? '');
  let searches = 0;
  const ldap: Omit<ActiveDirectoryOptions, 'cache'> = {
    settings,
    password: passwords.activeDirectory,
    onSignIn: (refusal) => directoryPassword.told(refusal),
    onSearch: () => {
      searches += 1;
    },
    additionalCa,
    environmentId: environment.id,
    resolver: { resolveSrv },
    clock,
    log,
    // The order stays: of controllers that replicate slowly, changing ones would make people come and go.
    random: steadyChance(environment.id),
  };
  const directory = createActiveDirectory({ ...ldap, cache: stores.directoryCache });
  const { signIn, isApplication } = await signInToExchange(
    environment,
    passwords.exchange,
    stores,
    additionalCa,
    log,
    destination,
  );
  const signedIn = createExchangeHttp({ signIn, additionalCa, log, clock, random });
  const http = countRequests(
    exchangePassword === undefined ? signedIn : watchExchangeSignIn(signedIn, exchangePassword),
  );
  const search = createSearch({
    mailbox: exchange.mailbox,
    http,
    signInScheme: signIn.scheme,
    scp: createDirectoryConnectionPoints(ldap),
    resolveSrv,
    trustedDomains: settings.domain === undefined ? [] : [settings.domain],
    clock,
    log,
  });
  const common = {
    url: exchange.url === undefined ? search.url : async () => exchange.url ?? '',
    http,
    markCodec,
    folderMark,
    clock,
    log,
    random,
  };
  const targets = createEwsTargets({ ...common, impersonate: true });
  const sourceClient = createEwsClient({ ...common, impersonate: true });
  const itemPhotos = createItemPhotos();
  const sharedMailboxOptions = {
    photos: itemPhotos,
    directory: directory.directory,
    open: openEwsContactFolders({
      ...common,
      client: sourceClient,
      cache: stores.directoryCache,
      impersonate: true,
    }),
    location: 'onPremises',
    log,
  } as const;
  // Permissions on public folders are those of the account's own mailbox, as is who sees photos; an application borrows
  // them.
  const ownClient = createEwsClient({ ...common, impersonate: isApplication });
  const publicFolderOptions = {
    ...common,
    client: ownClient,
    reader: exchange.mailbox,
    findRoutes: () => findPublicFolderRoutes({ http, ewsUrl: common.url, reader: exchange.mailbox }),
  };
  const readAs = { reader: exchange.mailbox, location: 'onPremises', log } as const;
  const publicFolders = createPublicFolderReader({
    ...readAs,
    photos: itemPhotos,
    folders: openEwsPublicFolders({ ...publicFolderOptions, cache: stores.directoryCache }),
  });
  const sharedMailbox = createSharedMailboxReader(sharedMailboxOptions);
  const mailboxPhotos = createMailboxPhotos({ client: ownClient, reader: exchange.mailbox });
  const people = createLocalPhotos({ directory: directory.photos, mailboxes: mailboxPhotos, clock });
  return {
    source: sourceByType(directory.source, sharedMailbox, publicFolders, {
      sharedMailbox: createSharedMailboxTrial(sharedMailboxOptions),
      publicFolders: createPublicFolderTrial({
        ...readAs,
        folders: openEwsPublicFolders(publicFolderOptions),
      }),
    }),
    directory: directory.directory,
    sourceAnchors: directory.sourceAnchors,
    targets,
    copying: {
      originals: createOriginalContacts({ ...readAs, folders: openEwsPublicFolders(publicFolderOptions) }),
      targets: createEwsTargets({ ...common, markCodec: copyMarkCodec, impersonate: true }),
    },
    traffic: { state: () => targets.traffic.state(), requests: () => http.count + searches },
    photos: {
      source: photosByKind(people, itemPhotos),
      prepare: preparePhoto,
      cache: stores.directoryCache,
      owner: environment.id,
    },
    mail: {
      ...createEwsMailSender({ ...common, impersonate: isApplication, sender: exchange.mailbox }),
      async standingRefusal() {
        const ofExchange = await exchangePassword?.standing();
        // Without an address, Active Directory is asked for it first.
        return ofExchange ?? (exchange.url === undefined ? directoryPassword.standing() : undefined);
      },
    },
    // Nobody found out by a search gets an access token: the environment names the address.
    ...(isApplication ? {} : { searchExchange: search.search }),
    probeMailboxes: (signal) =>
      probeOnPremises(
        {
          account: isApplication ? undefined : (exchange.account ?? settings.account),
          ownAddress: exchange.mailbox,
          findAddress: exchange.url === undefined ? search.search : undefined,
          own: createEwsTargets({ ...common, impersonate: isApplication, isWaitedFor: true }),
          targets: createEwsTargets({ ...common, impersonate: true, isWaitedFor: true }),
          url: common.url,
          directory: directory.directory,
        },
        signal,
      ),
    async close() {
      log.info('connection closed', { environment: environment.name, requests: http.count });
      await Promise.all([directory.close(), http.close()]);
    },
  };
}
