// Puts the connector together for one environment. What main.ts calls.

import type { ActiveDirectory } from '../../model/environment.ts';
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContactSource } from '../../ports/contact-source.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { Log } from '../../ports/log.ts';
import type { MailboxDirectory } from '../../ports/mailbox-directory.ts';
import type { ConnectionSettings } from '../ldap-client/connection.ts';
import type { ServiceResolver } from '../ldap-client/servers.ts';
import { LdapSession } from '../ldap-client/session.ts';
import { askSite } from '../ldap-client/site.ts';
import { trustOf } from '../ldap-client/trust.ts';
import { createActiveDirectoryMailboxes } from './active-directory-mailboxes.ts';
import { createActiveDirectorySource } from './active-directory-source.ts';
import { Controllers } from './controllers.ts';
import { createDirectoryPhotos, type DirectoryPhotos } from './directory-photos.ts';
import type { DirectoryParts } from './reading-directory.ts';
import { createSourceAnchors, type ReadSourceAnchors } from './source-anchors.ts';

export type { DirectoryPhotos } from './directory-photos.ts';

export interface ActiveDirectoryOptions {
  readonly settings: ActiveDirectory;
  /** Tells apart what is remembered of domain controllers. */
  readonly environmentId?: string;
  readonly password: string;
  /** PEM certificates trusted besides the usual authorities. */
  readonly additionalCa?: string | undefined;
  /** Told of every sign-in: undefined, or why the account was refused. */
  readonly onSignIn?: (refusal: Failure | undefined) => Promise<void>;
  /** Told of every search that is sent. */
  readonly onSearch?: () => void;
  readonly resolver: ServiceResolver;
  readonly cache: DirectoryCache;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 up to 1, for the name of a domain controller; spreads the load over those that DNS names as equals. */
  readonly random: (name: string) => number;
  readonly connectTimeoutMs?: number;
  readonly silenceTimeoutMs?: number;
}

export interface ActiveDirectoryConnector {
  readonly source: ContactSource;
  readonly directory: MailboxDirectory;
  readonly sourceAnchors: ReadSourceAnchors;
  readonly photos: DirectoryPhotos;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 15_000;
/** Longer than a domain controller works on a search before it gives up (120 s). */
const SILENCE_TIMEOUT_MS = 150_000;
/** Only to know who is near: reading works without. */
const SITE_TIMEOUT_MS = 5_000;

/** Connects when it is first read from. One connector is one run: a refused password is not tried again by it. */
export function createActiveDirectory(options: ActiveDirectoryOptions): ActiveDirectoryConnector {
  const { settings, environmentId = '', password, resolver, cache, clock, log, random } = options;
  const connection: ConnectionSettings = {
    encryption: settings.encryption,
    trust: trustOf(options.additionalCa),
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    silenceTimeoutMs: options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS,
    ...(options.onSearch === undefined ? {} : { onSearch: options.onSearch }),
  };
  const controllers = new Controllers({
    ...{ settings, environmentId, resolver, cache, clock, log },
    chance: random,
    askSite: (servers, signal) =>
      askSite(
        servers,
        {
          ...connection,
          connectTimeoutMs: Math.min(connection.connectTimeoutMs, SITE_TIMEOUT_MS),
          silenceTimeoutMs: Math.min(connection.silenceTimeoutMs, SITE_TIMEOUT_MS),
        },
        log,
        signal,
      ),
  });
  const session = new LdapSession({
    ...connection,
    account: settings.account,
    password,
    findServers: async (signal) => {
      if (settings.encryption === 'none' && !settings.allowPlainLdap)
        throw new Failure('plainLdapNotAllowed');
      return controllers.find(signal);
    },
    onRead: (facts, server) => controllers.answered(facts, server),
    ...(options.onSignIn === undefined ? {} : { onSignIn: options.onSignIn }),
    clock,
    log,
  });
  if (settings.encryption === 'none' && settings.allowPlainLdap)
    log.warn('Active Directory is read without encryption: the password crosses the network readable');
  const { baseDns, globalCatalog, account } = settings;
  const parts: DirectoryParts = { session, cache, clock, log, baseDns, globalCatalog, account };
  const source = createActiveDirectorySource(parts);
  const directory = createActiveDirectoryMailboxes(parts);
  return {
    source: {
      ...source,
      async read(scope, signal) {
        const reading = await source.read(scope, signal);
        const doubt = await controllers.doubt();
        return doubt === undefined
          ? reading
          : { ...reading, isComplete: false, gaps: [...reading.gaps, doubt] };
      },
    },
    directory: {
      async readMailboxes(scope, signal) {
        const reading = await directory.readMailboxes(scope, signal);
        const doubt = await controllers.doubt();
        return doubt === undefined
          ? reading
          : // Not seen there is not the same as not there.
            { ...reading, notFound: [], isComplete: false, gaps: [...reading.gaps, doubt] };
      },
    },
    photos: createDirectoryPhotos(parts),
    sourceAnchors: createSourceAnchors(parts),
    async close() {
      session.close();
    },
  };
}
