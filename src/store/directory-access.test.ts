import { chmodSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { codeDirectory } from './directory-access.ts';
import { ensureDataDirectory } from './open-database.ts';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('the data directory', () => {
  test.each([0o770, 0o702, 0o777, 0o1777])('of mode %o is refused: others may write', (mode) => {
    chmodSync(directory, mode);
    expect(() => ensureDataDirectory(directory)).toThrow(
      expect.objectContaining({
        code: 'dataDirectory',
        details: {
          path: directory,
          reason: 'others may write to it',
          mode: mode.toString(8).padStart(4, '0'),
        },
      }),
    );
  });

  test.each([0o700, 0o755])('of mode %o is taken as it is', (mode) => {
    chmodSync(directory, mode);
    ensureDataDirectory(directory);
    expect(statSync(directory).mode & 0o777).toBe(mode);
  });
});

describe.skipIf(process.platform === 'win32')('compiled code', () => {
  const me = process.getuid?.() ?? -1;
  const cache = () => join(directory, 'cache');

  test('is kept in the data directory, for its owner alone', () => {
    expect(codeDirectory(directory, me)).toBe(cache());
    expect(statSync(cache()).mode & 0o777).toBe(0o700);
  });

  test('is not kept where the directory belongs to somebody else, and nothing is made there', () => {
    expect(codeDirectory(directory, me + 1)).toBeUndefined();
    expect(codeDirectory(directory, undefined)).toBeUndefined();
    expect(existsSync(cache())).toBe(false);
  });

  test('is not kept where others may write', () => {
    chmodSync(directory, 0o777);
    expect(codeDirectory(directory, me)).toBeUndefined();
    expect(existsSync(cache())).toBe(false);
    chmodSync(directory, 0o700);
    mkdirSync(cache());
    chmodSync(cache(), 0o777);
    expect(codeDirectory(directory, me)).toBeUndefined();
  });

  test('makes no data directory', () => {
    expect(codeDirectory(join(directory, 'new'), me)).toBeUndefined();
    expect(existsSync(join(directory, 'new'))).toBe(false);
  });
});
