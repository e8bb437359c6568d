// The licenses of what is inside the bundle, as their authors ask for. What stays outside brings its own.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENSE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;
const FOLDER = '/node_modules/';

/** Folders of the packages to which these modules belong. */
export function packageFolders(modules: readonly string[]): readonly string[] {
  const folders = modules.flatMap((module) => {
    // Names of modules that the bundler made begin with a zero byte.
    const path = module.replaceAll('\0', '').replaceAll('\\', '/');
    const end = path.lastIndexOf(FOLDER);
    if (end === -1) return [];
    const parts = path.slice(end + FOLDER.length).split('/');
    const name = parts.slice(0, parts[0]?.startsWith('@') ? 2 : 1).join('/');
    return [path.slice(0, end + FOLDER.length) + name];
  });
  return [...new Set(folders)].sort();
}

/** Throws for a package that does not say its license. */
export function thirdPartyLicenses(folders: readonly string[]): string {
  const parts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
      readonly license?: string;
    };
    if (license === undefined) throw new Error(`${name} says no license`);
    const texts = readdirSync(folder)
      .filter((file) => LICENSE_FILE.test(file))
      .sort()
      .map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`${name} ${version}`, `License: ${license}`, ...texts.flatMap((text) => ['', text])].join('\n');
  });
  const line = '-'.repeat(78);
  return `contactSync contains these packages of others.\n\n${parts.map((part) => `${line}\n${part}\n`).join('\n')}`;
}
