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

export const needs = {
  postgresql: (): Need => ({
    name: 'PostgreSQL',
    available: process.env.CONTACTSYNC_TEST_POSTGRES !== undefined || findPostgresBinaries() !== undefined,
    installCommand: 'apt-get update && apt-get install -y postgresql',
  }),
} as const;

/** Title of a suite that has a need. */
export function titleWith(need: Need, title: string): string {
  return need.available ? title : `${title} [needs ${need.name}: ${need.installCommand}]`;
}
