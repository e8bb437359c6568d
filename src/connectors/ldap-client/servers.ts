// Which domain controllers to ask, in which order: those the environment names, or those DNS names for its domain. What
// DNS says is not protected, and the password goes to whom it names: so it may only name servers of that domain, which
// then prove their name with a certificate.

import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { ActiveDirectory } from '../../model/environment.ts';
import { asFailure, Failure } from '../../model/failure.ts';
import { type Log, silentLog } from '../../ports/log.ts';
import type { ServerAddress } from './connection.ts';
import { plainName } from './plain-name.ts';

export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export interface ServiceResolver {
  /** The SRV records of a name; empty or throws when there are none. */
  resolveSrv(name: string): Promise<readonly ServiceRecord[]>;
}

export interface ServerSettings
  extends Pick<ActiveDirectory, 'domain' | 'servers' | 'globalCatalog' | 'encryption'> {
  /** Of Active Directory, where it is known: its domain controllers come before all others. */
  readonly site?: string | undefined;
}

const PORTS = {
  domain: { ldaps: 636, startTls: 389, none: 389 },
  globalCatalog: { ldaps: 3269, startTls: 3268, none: 3268 },
} as const;

/**
 * Throws Failures `noDomainController`, `domainControllerOutside`, and `invalidDocument` where no named server is a host. `chance` gives a number from 0 up to 1 for a name;
 * one that gives the same for the same name keeps the order the same from one time to the next.
 */
export async function findServers(
  settings: ServerSettings,
  resolver: ServiceResolver,
  chance: (name: string) => number,
  log: Log = silentLog,
): Promise<readonly ServerAddress[]> {
  const { domain, site, servers, globalCatalog, encryption } = settings;
  const port = PORTS[globalCatalog ? 'globalCatalog' : 'domain'][encryption];
  if (servers.length > 0) return readServers(servers, port, log);
  if (domain === undefined) throw new Failure('noDomainController');
  const near =
    site === undefined ? [] : await resolve(resolver, recordName(globalCatalog, domain, site)).catch(ignored);
  // A site without domain controllers of its own has no records, or those of the next site.
  const far = await resolve(resolver, recordName(globalCatalog, domain)).catch((failure: Failure) => {
    if (near.length === 0) throw failure;
    return ignored(failure);
  });
  const ordered = [...inOrder(near, chance), ...inOrder(far, chance)];
  const inside = ordered.filter((name) => isInDomain(name, domain));
  const outside = [...new Set(ordered.filter((name) => !isInDomain(name, domain)))];
  if (outside.length > 0) {
    const details = { domain, servers: outside };
    if (inside.length === 0) throw new Failure('domainControllerOutside', { details });
    log.warn('DNS names domain controllers outside of the domain; they are not asked', details);
  }
  // The records name the ports of plain LDAP.
  return [...new Set(inside)].map((host) => ({ host, port }));
}

// https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/c1987d42-1847-4cc9-acf7-aab2136d6952
function recordName(globalCatalog: boolean, domain: string, site?: string): string {
  const below = site === undefined ? '' : `${site}._sites.`;
  return globalCatalog ? `_gc._tcp.${below}${domain}` : `_ldap._tcp.${below}dc._msdcs.${domain}`;
}

async function resolve(resolver: ServiceResolver, name: string): Promise<readonly ServiceRecord[]> {
  let records: readonly ServiceRecord[];
  try {
    records = await resolver.resolveSrv(name);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code === 'cancelled') throw failure;
    throw new Failure('noDomainController', { details: { name }, cause: thrown });
  }
  // A single record with the target "." says that the service is not offered (RFC 2782).
  const offered = records.filter((record) => record.name !== '' && record.name !== '.');
  if (offered.length === 0) throw new Failure('noDomainController', { details: { name } });
  return offered;
}

function ignored(failure: Failure): readonly ServiceRecord[] {
  if (failure.code === 'cancelled') throw failure;
  return [];
}

/** Whether a server bears the name of the domain or one below it, as the domain controllers of its child domains do. */
export function isInDomain(host: string, domain: string): boolean {
  const wanted = plainName(domain);
  const name = plainName(host);
  return wanted !== '' && (name === wanted || name.endsWith(`.${wanted}`));
}

function readServers(servers: readonly string[], defaultPort: number, log: Log): readonly ServerAddress[] {
  const usable: ServerAddress[] = [];
  const unusable: string[] = [];
  servers.forEach((server, index) => {
    const address = readServer(server, defaultPort);
    if (address === undefined) unusable.push(`onPremises.activeDirectory.servers[${index}]`);
    else usable.push(address);
  });
  const places = unusable.map((place) => `${place}: must be host or host:port (1 to 65535), without ldap://`);
  if (usable.length === 0) throw new Failure('invalidDocument', { details: { places } });
  if (places.length > 0) log.warn('Servers of the environment that are no host are not asked', { places });
  return usable;
}

/**
 * `host`, `host:port`, `[address]:port` or an address of version 6 alone; undefined for what is none of them: the schema
 * refuses it, but an environment may have been stored before it did.
 */
export function readServer(server: string, defaultPort: number): ServerAddress | undefined {
  const text = server.trim();
  if (isIPv6(text)) return { host: text, port: defaultPort };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (host === undefined || port < 1 || port > MAX_PORT) return undefined;
  const isHost = bracketed === undefined ? /^[\p{L}\p{M}\p{N}._-]+$/u.test(host) : isIPv6(host);
  return isHost ? { host, port } : undefined;
}

const MAX_PORT = 65_535;

/**
 * RFC 2782: lowest priority first; among equals by chance, in proportion to the weight. Each name draws for itself, so
 * that one that comes or goes does not change the order of the others (weighted reservoir sampling of Efraimidis and
 * Spirakis: the greatest draw^(1/weight) is first).
 */
function inOrder(records: readonly ServiceRecord[], chance: (name: string) => number): readonly string[] {
  return records
    .map(({ name, priority, weight }) => {
      const host = plainName(name);
      // Those without weight have a small chance, as the RFC wants it.
      return { host, priority, draw: chance(host) ** (1 / Math.max(weight, SMALL_WEIGHT)) };
    })
    .sort((a, b) => a.priority - b.priority || b.draw - a.draw || (a.host < b.host ? -1 : 1))
    .map(({ host }) => host);
}

const SMALL_WEIGHT = 0.01;

/** Draws that are the same whenever the same name is asked about: installations differ, and none of them wavers. */
export function steadyChance(seed: string): (name: string) => number {
  return (name) =>
    createHash('sha256').update(`${seed}\n${name}`).digest().readUIntBE(0, DRAW_BYTES) /
    2 ** (8 * DRAW_BYTES);
}

const DRAW_BYTES = 6;
