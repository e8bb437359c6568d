// What the single executable carries besides its script: the packages that stay outside of the bundle, file by file, with
// the list by which src/system/carried-sharp.ts unpacks them.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { CarriedFile } from '../../src/system/carried-code.ts';
import { ROOT } from '../tree.ts';
import { type Lock, lockedPackages } from './lock.ts';

export interface Carried {
  /** Of the packages, for their licenses. */
  readonly folders: readonly string[];
  /** By name in the executable, as Node's settings for it want them. */
  readonly assets: Readonly<Record<string, string>>;
}

/** As they are installed in the checkout, for this platform. `listFile` is written. */
export function carryPackages(names: readonly string[], listFile: string): Carried {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const folders = Object.keys(lockedPackages(lock, names))
    .map((place) => join(ROOT, place))
    .filter((folder) => existsSync(folder));
  const files = folders.flatMap(filesOf).sort();
  if (!files.some((file) => file.endsWith('.node')))
    throw new Error(`the native code of ${names.join(', ')} is not installed for this platform`);
  const list = files.map((file): CarriedFile => {
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    return { path: pathOf(file), sha256 };
  });
  writeFileSync(listFile, JSON.stringify(list));
  const carried = files.map((file) => [`carried/${pathOf(file)}`, file]);
  return { folders, assets: { ...Object.fromEntries(carried), 'carried.json': listFile } };
}

/** Without packages inside of a package: the lock names them as well. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path) : [path];
  });
}

const pathOf = (file: string) => relative(ROOT, file).replaceAll('\\', '/');
