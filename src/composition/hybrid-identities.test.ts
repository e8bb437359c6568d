// Who is synchronized: what the tenant says now, or said last.

import { expect, it } from 'vitest';
import { createInMemoryDirectoryCache } from '../connectors/memory/stores/in-memory-directory-cache.ts';
import { Failure } from '../model/failure.ts';
import { sourceObjectId } from '../model/ids.ts';
import { silentLog } from '../ports/log.ts';
import { createIdentities } from './hybrid-identities.ts';

const guid = (last: string) => sourceObjectId(`00000000-0000-4000-8000-0000000000${last}`);
const signal = new AbortController().signal;
const failure = new Failure('serviceUnavailable');

it('is read once; what was said last holds while the tenant does not answer, for this environment only', async () => {
  const cache = createInMemoryDirectoryCache();
  let answers = true;
  let readings = 0;
  const connect = (environmentId: string) =>
    createIdentities({
      async read() {
        readings += 1;
        if (!answers) throw failure;
        return new Map([[guid('f1'), guid('a1')]]);
      },
      cache,
      environmentId,
      log: silentLog,
    });
  const first = connect('one');
  await Promise.all([first(signal), first(signal)]);
  expect(readings).toBe(1);

  answers = false;
  const { own, inTenant } = await connect('one')(signal);
  expect([own(guid('f1')), inTenant(guid('a1')), own(guid('f2'))]).toEqual([
    guid('a1'),
    guid('f1'),
    guid('f2'),
  ]);
  await expect(connect('two')(signal)).rejects.toBe(failure);
});
