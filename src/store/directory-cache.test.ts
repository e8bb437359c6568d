// What the contract cannot say: how long is remembered what nobody asks for.

import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/store-places.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { silentLog } from '../ports/log.ts';
import { openStores } from './open-stores.ts';

const DAY_MS = 86_400_000;

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('what was not asked for in a month goes with the next save, what was asked for stays', async () => {
  const clock = new FakeClock();
  const stores = await openStores({
    dataDirectory: directory,
    clock,
    log: silentLog,
    environmentVariables: {},
  });
  const { directoryCache: cache } = stores;
  const blob = new Uint8Array([1]);
  await cache.save('asked for', blob);
  await cache.save('forgotten', blob);
  clock.advance(20 * DAY_MS);
  expect(await cache.read('asked for')).toEqual(blob);
  // Again within the day: the use is not noted a second time.
  expect(await cache.read('asked for')).toEqual(blob);
  clock.advance(20 * DAY_MS);
  expect(await cache.read('none')).toBeUndefined();
  await cache.save('new', blob);
  expect(await cache.read('asked for')).toEqual(blob);
  expect(await cache.read('forgotten')).toBeUndefined();
  await stores.close();
});
