// What some tests need beside Node, whether it is here, and the command that installs it. A suite that is left out
// carries the command in its title, so that whoever reads "skipped" also reads what to do.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Need {
  readonly name: string;
  readonly available: boolean;
  readonly installCommand: string;
}

const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** Folder with initdb and postgres: the newest version that Debian's packages put here. */
export function findPostgresBinaries(): string | undefined {
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : [];
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN_POSTGRES, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

const SAMBA_FILES = [
  '/usr/sbin/samba',
  '/usr/bin/samba-tool',
  '/usr/bin/ldapsearch',
  '/usr/share/samba/setup',
  '/usr/lib/python3/dist-packages/samba',
];

export const needs = {
  postgresql: (): Need => ({
    name: 'PostgreSQL',
    available: process.env.CONTACTSYNC_TEST_POSTGRES !== undefined || findPostgresBinaries() !== undefined,
    installCommand: 'apt-get update && apt-get install -y postgresql',
  }),
  /** An Active Directory; it runs as root, since its ports are fixed and low. */
  samba: (): Need => ({
    name: 'Samba, as root',
    available: process.getuid?.() === 0 && SAMBA_FILES.every((file) => existsSync(file)),
    installCommand:
      'apt-get update && apt-get install -y --no-install-recommends samba-ad-dc samba-ad-provision samba-dsdb-modules python3-samba ldap-utils openssl',
  }),
  /** A client of NTLM that we did not write and that binds to the TLS channel. */
  requestsNtlm: (): Need => ({
    name: 'requests-ntlm for Python',
    available: existsSync('/usr/lib/python3/dist-packages/requests_ntlm/__init__.py'),
    installCommand: 'apt-get update && apt-get install -y --no-install-recommends python3-requests-ntlm',
  }),
  /** Reads units as systemd does; nothing is started. */
  systemdAnalyze: (): Need => ({
    name: 'systemd-analyze',
    available: existsSync('/usr/bin/systemd-analyze'),
    installCommand: 'apt-get update && apt-get install -y --no-install-recommends systemd',
  }),
  curl: (): Need => ({
    name: 'curl',
    available: existsSync('/usr/bin/curl'),
    installCommand: 'apt-get update && apt-get install -y --no-install-recommends curl',
  }),
} as const;

/** Title of a suite that has a need. */
export function titleWith(need: Need, title: string): string {
  return need.available ? title : `${title} [needs ${need.name}: ${need.installCommand}]`;
}
