// Puts the connector together for one environment. What main.ts calls.

import type { ActiveDirectory } from '../../model/environment.ts';
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContactSource } from '../../ports/contact-source.ts';
import type { DirectoryCache } from '../../ports/directory-cache.ts';
import type { Log } from '../../ports/log.ts';
import type { MailboxDirectory } from '../../ports/mailbox-directory.ts';
import { findServers, type ServiceResolver } from '../ldap-client/servers.ts';
import { LdapSession } from '../ldap-client/session.ts';
import { trustOf } from '../ldap-client/trust.ts';
import { createActiveDirectoryMailboxes } from './active-directory-mailboxes.ts';
import { createActiveDirectorySource } from './active-directory-source.ts';
import type { DirectoryParts } from './reading-directory.ts';

export interface ActiveDirectoryOptions {
  readonly settings: ActiveDirectory;
  readonly password: string;
  /** PEM certificates trusted besides the usual authorities. */
  readonly additionalCa?: string | undefined;
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
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 15_000;
/** Longer than a domain controller works on a search before it gives up (120 s). */
const SILENCE_TIMEOUT_MS = 150_000;

/** Connects when it is first read from. One connector is one run: a refused password is not tried again by it. */
export function createActiveDirectory(options: ActiveDirectoryOptions): ActiveDirectoryConnector {
  const { settings, password, resolver, cache, clock, log, random } = options;
  const session = new LdapSession({
    account: settings.account,
    password,
    encryption: settings.encryption,
    trust: trustOf(options.additionalCa),
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    silenceTimeoutMs: options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS,
    findServers: async () => {
      if (settings.encryption === 'none' && !settings.allowPlainLdap)
        throw new Failure('plainLdapNotAllowed');
      return findServers(settings, resolver, random, log);
    },
    clock,
    log,
  });
  if (settings.encryption === 'none' && settings.allowPlainLdap)
    log.warn('Active Directory is read without encryption: the password crosses the network readable');
  const { baseDns, globalCatalog, account } = settings;
  const parts: DirectoryParts = { session, cache, clock, log, baseDns, globalCatalog, account };
  return {
    source: createActiveDirectorySource(parts),
    directory: createActiveDirectoryMailboxes(parts),
    async close() {
      session.close();
    },
  };
}
