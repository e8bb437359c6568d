import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CarriedCode, type CarriedFile, unpackCarried } from '../../src/system/carried-code.ts';
import { ROOT } from '../tree.ts';
import { carryPackages } from './carried.ts';
import { floorOf } from './entry.ts';
import { lockedPackages } from './lock.ts';
import { packageFolders, thirdPartyLicenses } from './third-party.ts';

describe('the Node that is needed', () => {
  it('is a floor, or cannot be told', () => {
    expect(floorOf('>=24.15')).toEqual({ major: 24, minor: 15 });
    expect(() => floorOf('^24.15 || >=26')).toThrow('not ">=MAJOR.MINOR"');
  });
});

describe('the lock of the package', () => {
  const lock = {
    packages: {
      '': { dependencies: { a: '1.0.0' } },
      'node_modules/a': {
        version: '1.0.0',
        integrity: 'x',
        dev: true,
        dependencies: { b: '^2.0.0', c: '*' },
      },
      'node_modules/a/node_modules/b': { version: '2.0.0', optionalDependencies: { c: '*' } },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/c': { version: '3.0.0', dependencies: { a: '*' } },
      'node_modules/d': { version: '1.0.0' },
    },
  };

  it('has what the names lead to, each where npm finds it, and nothing else', () => {
    const packages = lockedPackages(lock, ['a']);
    expect(Object.keys(packages)).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/c',
    ]);
    expect(packages['node_modules/a']).toEqual({
      version: '1.0.0',
      integrity: 'x',
      resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz',
      optional: true,
      dependencies: { b: '^2.0.0', c: '*' },
    });
  });

  it('names the address of a package with a scope', () => {
    const scoped = { packages: { 'node_modules/@x/y': { version: '1.2.3' } } };
    expect(lockedPackages(scoped, ['@x/y'])['node_modules/@x/y']?.resolved).toBe(
      'https://registry.npmjs.org/@x/y/-/y-1.2.3.tgz',
    );
  });

  it('is refused when something is not in it', () => {
    expect(() => lockedPackages(lock, ['e'])).toThrow('e is not in the lock');
  });
});

describe('what the single executable carries', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'contactsync-carried-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is all of sharp for this platform, with its hashes', () => {
    const list = join(folder, 'list.json');
    const { assets, folders } = carryPackages(['sharp'], list);
    const files = JSON.parse(readFileSync(list, 'utf8')) as readonly CarriedFile[];
    const code: CarriedCode = { files, read: (path) => readFileSync(assets[`carried/${path}`] ?? '') };
    const unpacked = unpackCarried(code, folder);
    expect(Object.keys(assets).sort()).toEqual(
      ['carried.json', ...files.map(({ path }) => `carried/${path}`)].sort(),
    );
    expect(folders.map((one) => existsSync(join(unpacked, relative(ROOT, one))))).not.toContain(false);
    const needed = createRequire(join(unpacked, 'sharp.js')).resolve('sharp');
    expect(needed.startsWith(join(realpathSync(unpacked), 'node_modules', 'sharp'))).toBe(true);
  });

  it('is refused where the native code is not installed', () => {
    expect(() => carryPackages(['yaml'], join(folder, 'list.json'))).toThrow(
      'the native code of yaml is not installed',
    );
  });
});

describe('the licenses of others', () => {
  it('are those of the packages whose modules are inside', () => {
    expect(
      packageFolders([
        '/x/src/main.ts',
        '/x/node_modules/pg/lib/index.js',
        '\0/x/node_modules/pg/lib/client.js?commonjs',
        '/x/node_modules/@azure/msal-node/node_modules/@azure/core/index.js',
      ]),
    ).toEqual(['/x/node_modules/@azure/msal-node/node_modules/@azure/core', '/x/node_modules/pg']);
  });

  it('are copied, and a package without one is refused', () => {
    const folder = mkdtempSync(join(tmpdir(), 'contactsync-licenses-'));
    const add = (name: string, license?: string) => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }));
      writeFileSync(join(folder, name, 'LICENSE.md'), `The text of ${name}\n`);
      return join(folder, name);
    };
    try {
      expect(thirdPartyLicenses([add('a', 'MIT')])).toContain('a 1.2.3\nLicense: MIT\n\nThe text of a\n');
      expect(() => thirdPartyLicenses([add('b')])).toThrow('b says no license');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
