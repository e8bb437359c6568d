// Searches of a whole domain always point to the partitions below it. Most of them hold no people: the configuration
// and DNS. Only a domain that is not asked means that somebody may be missing. References are never followed: they may
// lead anywhere, and the password would go there.

import { Failure } from '../../model/failure.ts';
import { and, equals } from '../ldap-client/filter.ts';
import { textOf } from '../ldap-client/values.ts';
import type { DirectoryReading } from './directory-reading.ts';

/** systemFlags of a crossRef, FLAG_CR_NTDS_DOMAIN. */
const IS_DOMAIN = 0x2;

export async function readReferences(
  { references, reader }: DirectoryReading,
  signal: AbortSignal,
): Promise<readonly Failure[]> {
  const partitions = new Set([...references].map(nameInUrl));
  const { configurationNamingContext } = reader.facts;
  partitions.delete(configurationNamingContext.toLowerCase());
  const gaps: Failure[] = [];
  for (const partition of partitions) {
    if (await holdsNoPeople(partition)) continue;
    gaps.push(new Failure('directoryReferral', { details: { partition } }));
  }
  return gaps;

  async function holdsNoPeople(partition: string): Promise<boolean> {
    let isOther = false;
    await reader.search(
      {
        base: `CN=Partitions,${configurationNamingContext}`,
        scope: 'one',
        filter: and(equals('objectClass', 'crossRef'), equals('nCName', partition)),
        attributes: ['systemFlags'],
      },
      (page) => {
        for (const raw of page) if ((Number(textOf(raw, 'systemFlags')) & IS_DOMAIN) === 0) isOther = true;
      },
      signal,
    );
    return isOther;
  }
}

/** `ldap://corp.example.com/DC=DomainDnsZones,DC=corp,DC=example,DC=com` names a partition after the host. */
function nameInUrl(url: string): string {
  const path = /^ldaps?:\/\/[^/]*\/([^?]*)/i.exec(url)?.[1] ?? '';
  try {
    return decodeURIComponent(path).toLowerCase();
  } catch {
    return path.toLowerCase();
  }
}
