// Reads service connection points over LDAP, with the account and the encryption of the environment. A pointer leads to
// another forest, where the same account signs in; without encryption that is not done, since the consent to plain LDAP
// is for the own domain only.

import type { ActiveDirectory } from '../../model/environment.ts';
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { readExtendedName, splitName } from '../ldap-client/distinguished-name.ts';
import { and, equals, or } from '../ldap-client/filter.ts';
import type { LdapReader } from '../ldap-client/reader.ts';
import { findServers, type ServiceResolver } from '../ldap-client/servers.ts';
import { LdapSession } from '../ldap-client/session.ts';
import { trustOf } from '../ldap-client/trust.ts';
import { textsOf } from '../ldap-client/values.ts';
import {
  type ConnectionPoint,
  POINTER_KEYWORD,
  type PointReading,
  type ServiceConnectionPoints,
  URL_KEYWORD,
} from './connection-points.ts';

export interface DirectoryPointsOptions {
  readonly settings: ActiveDirectory;
  readonly password: string;
  /** PEM certificates trusted besides the usual authorities. */
  readonly additionalCa?: string | undefined;
  readonly resolver: ServiceResolver;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 up to 1, for the name of a domain controller. */
  readonly random: (name: string) => number;
  readonly connectTimeoutMs?: number;
  readonly silenceTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const SILENCE_TIMEOUT_MS = 20_000;

export function createDirectoryConnectionPoints(options: DirectoryPointsOptions): ServiceConnectionPoints {
  const { settings, resolver, random, log } = options;
  return {
    read: (signal) => readPoints(options, settings, (own) => findServers(own, resolver, random, log), signal),
    async readAt(ldapUrl, signal) {
      const host = hostOf(ldapUrl);
      if (host === undefined) throw new Failure('noDomainController');
      if (settings.encryption === 'none') throw new Failure('plainLdapNotAllowed');
      // A pointer names a domain or a domain controller, and does not say which.
      const forest = { ...settings, servers: [], domain: host };
      const alone = { ...settings, servers: [host] };
      return readPoints(
        options,
        forest,
        (own) => findServers(own, resolver, random, log).catch(() => findServers(alone, resolver, random)),
        signal,
      );
    },
  };
}

async function readPoints(
  options: DirectoryPointsOptions,
  settings: ActiveDirectory,
  find: (settings: ActiveDirectory) => ReturnType<typeof findServers>,
  signal: AbortSignal,
): Promise<PointReading> {
  const session = new LdapSession({
    account: settings.account,
    password: options.password,
    encryption: settings.encryption,
    trust: trustOf(options.additionalCa),
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    silenceTimeoutMs: options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS,
    findServers: async () => {
      if (settings.encryption === 'none' && !settings.allowPlainLdap) {
        throw new Failure('plainLdapNotAllowed');
      }
      return find(settings);
    },
    clock: options.clock,
    log: options.log,
  });
  try {
    return await session.read(
      async (reader) => ({
        points: await searchPoints(reader, signal),
        site: await readSite(reader, signal),
        isProven: settings.encryption !== 'none',
      }),
      signal,
    );
  } finally {
    session.close();
  }
}

async function searchPoints(reader: LdapReader, signal: AbortSignal): Promise<readonly ConnectionPoint[]> {
  const points: ConnectionPoint[] = [];
  await reader.search(
    {
      base: reader.facts.configurationNamingContext,
      scope: 'sub',
      filter: and(
        equals('objectClass', 'serviceConnectionPoint'),
        or(equals('keywords', URL_KEYWORD), equals('keywords', POINTER_KEYWORD)),
      ),
      attributes: ['keywords', 'serviceBindingInformation'],
    },
    (entries) => {
      for (const entry of entries) {
        points.push({
          keywords: textsOf(entry, 'keywords'),
          bindings: textsOf(entry, 'serviceBindingInformation'),
        });
      }
    },
    signal,
  );
  return points;
}

/** That of the domain controller: its own object stands below its site. Our own could only be told from subnets. */
async function readSite({ facts, search }: LdapReader, signal: AbortSignal): Promise<string | undefined> {
  if (facts.dnsHostName === '') return undefined;
  let site: string | undefined;
  await search(
    {
      base: `CN=Sites,${facts.configurationNamingContext}`,
      scope: 'sub',
      filter: and(equals('objectClass', 'server'), equals('dNSHostName', facts.dnsHostName)),
      attributes: ['dNSHostName'],
    },
    (entries) => {
      // CN=DC1,CN=Servers,CN=(site),CN=Sites,…
      for (const { dn } of entries) site = splitName(readExtendedName(dn).dn)[2]?.value;
    },
    signal,
  );
  return site;
}

/** `LDAP://dc1.fabrikam.example/CN=…`; with or without a name of an object. */
function hostOf(ldapUrl: string): string | undefined {
  return /^ldaps?:\/\/([A-Za-z0-9.-]+)(?::\d{1,5})?(?:\/|$)/i.exec(ldapUrl.trim())?.[1];
}
