import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { type CarriedCode, unpackCarried } from './carried-code.ts';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const CONTENT = { 'package/index.js': 'one', 'package/lib/native.node': 'two' };

function carried(content: Readonly<Record<string, string>> = CONTENT): CarriedCode {
  return {
    files: Object.entries(content).map(([path, text]) => ({
      path,
      sha256: createHash('sha256').update(text).digest('hex'),
    })),
    read: (path) => Buffer.from(content[path] ?? ''),
  };
}

const READS_NOTHING: CarriedCode = {
  ...carried(),
  read(path) {
    throw new Error(`${path} was read`);
  },
};

const inFolder = (folder: string, path = 'package/lib/native.node') => join(folder, path);

describe('carried code', () => {
  it('is unpacked once, for its owner alone', () => {
    const folder = unpackCarried(carried(), directory);
    for (const [path, text] of Object.entries(CONTENT))
      expect(readFileSync(inFolder(folder, path), 'utf8')).toBe(text);
    expect(readdirSync(directory)).toEqual([basename(folder)]);
    if (process.platform !== 'win32') {
      const modes = ['', 'package', 'package/lib', 'package/lib/native.node'].map(
        (path) => statSync(inFolder(folder, path)).mode & 0o777,
      );
      expect(modes).toEqual([0o700, 0o700, 0o700, 0o600]);
    }
    expect(unpackCarried(READS_NOTHING, directory)).toBe(folder);
  });

  it.each([
    ['changed', (folder: string) => writeFileSync(inFolder(folder), 'tow')],
    ['missing', (folder: string) => rmSync(inFolder(folder))],
    ['added', (folder: string) => writeFileSync(inFolder(folder, 'package/added.js'), 'x')],
    [
      'a folder',
      (folder: string) => {
        rmSync(inFolder(folder));
        mkdirSync(inFolder(folder));
      },
    ],
  ])('is unpacked again when a file is %s', (_, damage) => {
    const folder = unpackCarried(carried(), directory);
    damage(folder);
    expect(() => unpackCarried(READS_NOTHING, directory)).toThrow('was read');
    expect(unpackCarried(carried(), directory)).toBe(folder);
    expect(unpackCarried(READS_NOTHING, directory)).toBe(folder);
    expect(readdirSync(directory)).toEqual([basename(folder)]);
  });

  it('is refused when it is damaged inside of the executable, and nothing is left of it', () => {
    const damaged: CarriedCode = { ...carried(), read: () => Buffer.from('tow') };
    expect(() => unpackCarried(damaged, directory)).toThrow('package/index.js in the executable is damaged');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('takes the place of other versions, and of nothing else', () => {
    const before = unpackCarried(carried({ 'package/index.js': 'zero' }), directory);
    mkdirSync(join(directory, 'v24-compiled'));
    const folder = unpackCarried(carried(), directory);
    expect(existsSync(before)).toBe(false);
    expect(readdirSync(directory).sort()).toEqual([basename(folder), 'v24-compiled']);
  });

  it('is left alone when another process unpacked it meanwhile', () => {
    let unpackedBy: number | undefined;
    const slower: CarriedCode = {
      ...carried(),
      read(path) {
        unpackedBy ??= statSync(unpackCarried(carried(), directory)).ino;
        return carried().read(path);
      },
    };
    const folder = unpackCarried(slower, directory);
    expect(statSync(folder).ino).toBe(unpackedBy);
    expect(readdirSync(directory)).toEqual([basename(folder)]);
  });

  it('takes the place of what another process damaged meanwhile', () => {
    const slower: CarriedCode = {
      ...carried(),
      read(path) {
        writeFileSync(inFolder(unpackCarried(carried(), directory)), 'tow');
        return carried().read(path);
      },
    };
    const folder = unpackCarried(slower, directory);
    expect(unpackCarried(READS_NOTHING, directory)).toBe(folder);
    expect(readdirSync(directory)).toEqual([basename(folder)]);
  });
});
