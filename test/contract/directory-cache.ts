// Every promise of ports/directory-cache.ts as a test.

import { describe, expect } from 'vitest';
import type { DirectoryCache } from '../../src/ports/directory-cache.ts';
import { fixtures, type StoreContractOptions, type StoreFixture } from './fixture.ts';
import { promisesExcept } from './promise.ts';

export function directoryCacheContract(
  name: string,
  make: () => Promise<StoreFixture<DirectoryCache>>,
  options: StoreContractOptions = {},
): void {
  const promises = promisesExcept(options.notSupported ?? []);
  const withFixture = fixtures(make);
  const bytes = (...values: readonly number[]) => new Uint8Array(values);

  describe(`directory cache: ${name}`, () => {
    promises(
      'gives back what was saved last under a key, byte for byte',
      withFixture(async ({ subject }) => {
        expect(await subject.read('one')).toBeUndefined();
        await subject.save('one', bytes(0, 255, 10));
        await subject.save('two', bytes(7));
        await subject.save('one', bytes(0, 254));
        expect(await subject.read('one')).toEqual(bytes(0, 254));
        expect(await subject.read('two')).toEqual(bytes(7));
        expect(await subject.read('One')).toBeUndefined();
      }),
    );

    promises(
      'a large blob, and an empty one',
      withFixture(async ({ subject }) => {
        const large = new Uint8Array(3_000_000).map((_, index) => index % 251);
        await subject.save('large', large);
        await subject.save('empty', bytes());
        expect(Buffer.from((await subject.read('large')) ?? []).equals(large)).toBe(true);
        expect(await subject.read('empty')).toEqual(bytes());
      }),
    );

    promises(
      'is durable',
      withFixture(async ({ subject, reopen }) => {
        await subject.save('one', bytes(1));
        expect(await (await reopen()).read('one')).toEqual(bytes(1));
      }),
      { needs: 'reopen' },
    );
  });
}
