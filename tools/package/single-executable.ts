// One file to execute: a copy of the Node that runs this, with the product inside as one script, and the native code that
// it unpacks where it runs. Node's own way for that:
// https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../tree.ts';
import { bundle, licensesInside, OUTSIDE } from './build.ts';
import { carryPackages } from './carried.ts';

/** Node looks for this one, and where there is none it is Node and nothing else. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const SCRIPT = 'contactsync.cjs';
const BLOB = 'contactsync.blob';
const PROGRAM = 'contactsync';

/** Beside the package and the archive, with the same version and platform. */
export function executableName(packageFile: string): string {
  const name = `${basename(packageFile, '.tgz')}-${process.platform}-${process.arch}-executable`;
  return process.platform === 'win32' ? `${name}.exe` : name;
}

/** `nodeLicense`: of the Node that runs this. Returns the licenses of all that is inside, as text. */
export async function buildExecutable(file: string, nodeLicense: string): Promise<string> {
  const parts = `${file}.parts`;
  rmSync(parts, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  try {
    const bundled = await bundle({ file: join(parts, SCRIPT), format: 'cjs', codeSplitting: false });
    const carried = carryPackages(OUTSIDE, join(parts, 'carried.json'));
    makeBlob(parts, carried.assets);
    copyFileSync(process.execPath, join(parts, PROGRAM));
    chmodSync(join(parts, PROGRAM), 0o755);
    // macOS starts no program whose signature does not fit. This one holds on the computer at hand.
    if (process.platform === 'darwin') run(parts, 'codesign', ['--remove-signature', PROGRAM]);
    inject(parts);
    if (process.platform === 'darwin') run(parts, 'codesign', ['--sign', '-', PROGRAM]);
    renameSync(join(parts, PROGRAM), file);
    const licenses = licensesInside(bundled, carried.folders);
    return [join(ROOT, 'LICENSE'), nodeLicense]
      .map((one) => readFileSync(one, 'utf8'))
      .join(`\n${licenses}\n`);
  } finally {
    rmSync(parts, { recursive: true, force: true });
  }
}

/** Paths from that folder: what is written into the blob names no other. */
function makeBlob(folder: string, assets: Readonly<Record<string, string>>): void {
  writeFileSync(
    join(folder, 'settings.json'),
    JSON.stringify({
      main: SCRIPT,
      output: BLOB,
      disableExperimentalSEAWarning: true,
      // Half the time to start: what is compiled comes along.
      useCodeCache: true,
      assets,
    }),
  );
  run(folder, process.execPath, ['--experimental-sea-config', 'settings.json']);
}

function inject(folder: string): void {
  run(folder, process.execPath, [
    join(ROOT, 'node_modules', 'postject', 'dist', 'cli.js'),
    PROGRAM,
    'NODE_SEA_BLOB',
    BLOB,
    '--sentinel-fuse',
    FUSE,
    ...(process.platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : []),
  ]);
}

function run(cwd: string, command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${error?.message ?? stderr}`);
}
