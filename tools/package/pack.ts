// What is handed out: the package as npm packs it, and for this platform an archive with Node inside that only has to be
// unpacked.

import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Returns the path of the package as one file. */
export function packPackage(folder: string, destination: string): string {
  const [packed] = JSON.parse(
    call('npm', ['pack', folder, '--pack-destination', destination, '--json', '--ignore-scripts']),
  ) as readonly { readonly filename: string }[];
  if (packed === undefined) throw new Error('npm packed nothing');
  return join(destination, packed.filename);
}

/** As an administrator does it: below the prefix come bin/contactsync and lib/node_modules (Windows: beside it). */
export function installPackage(packageFile: string, prefix: string): void {
  call('npm', [
    'install',
    '--global',
    '--prefix',
    prefix,
    // What the development installation fetched is enough; the network only when it is gone.
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    packageFile,
  ]);
}

const LAUNCHER = `#!/bin/sh
# Starts contactSync with the Node that came with it. exec: signals reach the program itself. command -p: found whatever
# the PATH says.
here=$(command -p dirname "$(command -p readlink -f "$0")")/..
exec "$here/lib/node/node" "$here/lib/node_modules/contactsync/contactsync.js" "$@"
`;

/** Returns the path of the archive. With the Node that runs this; Linux only. */
export function packArchive(packageFile: string, destination: string, nodeLicense: string): string {
  const name = `${basename(packageFile, '.tgz')}-${process.platform}-${process.arch}`;
  const folder = join(destination, name);
  rmSync(folder, { recursive: true, force: true });
  const installed = join(folder, 'lib', 'node_modules', 'contactsync');
  mkdirSync(installed, { recursive: true });
  call('tar', ['--extract', '--gzip', '--file', packageFile, '--strip-components=1', '-C', installed]);
  // By the lock, with its hashes; an installation of a package from a file does not look at it.
  call('npm', [
    'ci',
    '--prefix',
    installed,
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]);
  const node = join(folder, 'lib', 'node');
  mkdirSync(node);
  copyFileSync(process.execPath, join(node, 'node'));
  copyFileSync(nodeLicense, join(node, 'LICENSE'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'contactsync'), LAUNCHER, { mode: 0o755 });
  cpSync(join(installed, 'packaging'), join(folder, 'packaging'), { recursive: true });
  const archive = `${folder}.tar.gz`;
  call('tar', [
    '--create',
    '--gzip',
    '--owner=0',
    '--group=0',
    '--file',
    archive,
    '-C',
    dirname(folder),
    name,
  ]);
  rmSync(folder, { recursive: true });
  return archive;
}

function call(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${error?.message ?? stderr}`);
  return stdout;
}
