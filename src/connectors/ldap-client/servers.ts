// Which domain controllers to ask, in which order: those the environment names, or those DNS names for its domain.

import type { ActiveDirectory } from '../../model/environment.ts';
import { asFailure, Failure } from '../../model/failure.ts';
import type { ServerAddress } from './connection.ts';

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

export type ServerSettings = Pick<ActiveDirectory, 'domain' | 'servers' | 'globalCatalog' | 'encryption'>;

const PORTS = {
  domain: { ldaps: 636, startTls: 389, none: 389 },
  globalCatalog: { ldaps: 3269, startTls: 3268, none: 3268 },
} as const;

/** Throws Failure `noDomainController`. `random` gives numbers from 0 up to 1. */
export async function findServers(
  settings: ServerSettings,
  resolver: ServiceResolver,
  random: () => number,
): Promise<readonly ServerAddress[]> {
  const port = PORTS[settings.globalCatalog ? 'globalCatalog' : 'domain'][settings.encryption];
  if (settings.servers.length > 0) return settings.servers.map((server) => readServer(server, port));
  if (settings.domain === undefined) throw new Failure('noDomainController');
  // https://learn.microsoft.com/openspecs/windows_protocols/ms-adts/c1987d42-1847-4cc9-acf7-aab2136d6952
  const name = settings.globalCatalog
    ? `_gc._tcp.${settings.domain}`
    : `_ldap._tcp.dc._msdcs.${settings.domain}`;
  const records = await resolve(resolver, name);
  // A single record with the target "." says that the service is not offered (RFC 2782).
  const offered = records.filter((record) => record.name !== '' && record.name !== '.');
  if (offered.length === 0) throw new Failure('noDomainController', { details: { name } });
  // The records name the ports of plain LDAP.
  return inOrder(offered, random).map((record) => ({ host: record.name.replace(/\.$/, ''), port }));
}

async function resolve(resolver: ServiceResolver, name: string): Promise<readonly ServiceRecord[]> {
  try {
    return await resolver.resolveSrv(name);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code === 'cancelled') throw failure;
    throw new Failure('noDomainController', { details: { name }, cause: thrown });
  }
}

/** `host`, `host:port`, `[address]:port` or an address of version 6 alone. */
export function readServer(server: string, defaultPort: number): ServerAddress {
  const text = server.trim();
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return { host: text, port: defaultPort };
  return { host, port: port === undefined ? defaultPort : Number(port) };
}

/** RFC 2782: lowest priority first; among equals by chance, in proportion to the weight. */
function inOrder(records: readonly ServiceRecord[], random: () => number): readonly ServiceRecord[] {
  const ordered: ServiceRecord[] = [];
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  for (const wanted of priorities) {
    // Those without weight come first in the row, so that they have a small chance at all.
    const left = records.filter(({ priority }) => priority === wanted).sort((a, b) => a.weight - b.weight);
    while (left.length > 0) {
      const total = left.reduce((sum, { weight }) => sum + weight, 0);
      let point = random() * (total + 1);
      const index = left.findIndex(({ weight }) => {
        point -= weight;
        return point < 1;
      });
      ordered.push(...left.splice(Math.max(index, 0), 1));
    }
  }
  return ordered;
}
