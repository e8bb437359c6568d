// Makes the package from the source: the product bundled to JavaScript, loaded in the parts in which it is needed, with
// everything it uses except native code, the licenses of that, and what systemd and Windows need.

import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OutputOptions, type RolldownOutput, rolldown } from 'rolldown';
import { ROOT } from '../tree.ts';
import { entryScript } from './entry.ts';
import { type Lock, lockedPackages } from './lock.ts';
import { packageFolders, thirdPartyLicenses } from './third-party.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Native code. Without it everything works except photos, on systems for which there is none. */
export const OUTSIDE: readonly string[] = ['sharp'];
/** pg asks for it and goes on without. */
const NEVER_THERE = ['pg-native'];

const read = <Value>(file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Value;

/** Replaces the folder. */
export async function buildPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const manifest = read<Manifest>('package.json');
  const bundled = await bundle({
    dir: join(folder, 'lib'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });

  writeFileSync(join(folder, 'contactsync.js'), entryScript(manifest.engines.node, './lib/bin.js'));
  chmodSync(join(folder, 'contactsync.js'), 0o755);
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licensesInside(bundled));
  for (const file of ['LICENSE', 'packaging/systemd', 'packaging/windows'])
    cpSync(join(ROOT, file), join(folder, file), { recursive: true });
  writeManifest(folder, manifest);
}

/** Of the packages that were bundled, and of those in more folders. */
export function licensesInside({ output }: RolldownOutput, folders: readonly string[] = []): string {
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  return thirdPartyLicenses([...packageFolders(modules), ...folders]);
}

export async function bundle(output: OutputOptions): Promise<RolldownOutput> {
  const build = await rolldown({
    input: { bin: join(ROOT, 'src', 'bin.ts') },
    platform: 'node',
    // Its parts as the source imports them: a rare part would bring others along, and one the entry point itself.
    experimental: { chunkOptimization: false },
    external: [...OUTSIDE, ...NEVER_THERE],
    onLog(level, log, report) {
      // What cannot be resolved would be missing where the package is installed.
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
      if (level === 'warn' && !log.id?.includes('node_modules')) report('warn', log);
    },
  });
  try {
    // Stacks in logs should name what a reader of the source finds; the size does not matter on a disk.
    return await build.write({ ...output, minify: false });
  } finally {
    await build.close();
  }
}

function writeManifest(folder: string, manifest: Manifest): void {
  const { name, version, description, license, engines } = manifest;
  const outside = Object.fromEntries(
    OUTSIDE.map((name) => {
      const wanted = manifest.dependencies[name];
      if (wanted === undefined) throw new Error(`${name} is no dependency`);
      return [name, wanted];
    }),
  );
  const head = { name, version, license, engines, bin: { contactsync: 'contactsync.js' } };
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  writeFileSync(
    join(folder, 'package.json'),
    json({
      ...head,
      description,
      type: 'module',
      files: ['contactsync.js', 'lib', 'packaging', 'THIRD-PARTY-LICENSES.txt', 'npm-shrinkwrap.json'],
      optionalDependencies: outside,
    }),
  );
  writeFileSync(
    join(folder, 'npm-shrinkwrap.json'),
    json({
      name,
      version,
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { ...head, optionalDependencies: outside },
        ...lockedPackages(read<Lock>('package-lock.json'), OUTSIDE),
      },
    }),
  );
}
