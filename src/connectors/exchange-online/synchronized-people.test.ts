// Ids of people on-premises, as directory synchronization writes them into the tenant.

import { describe, expect, it } from 'vitest';
import type { GraphClient } from '../graph-client/index.ts';
import { createSynchronizedPeople } from './synchronized-people.ts';

function tenantOf(...pages: readonly (readonly unknown[])[]): GraphClient {
  const pagesOf = async function* () {
    yield* pages;
  };
  return { pages: pagesOf } as unknown as GraphClient;
}

const read = (...pages: readonly (readonly unknown[])[]) =>
  createSynchronizedPeople(tenantOf(...pages))(new AbortController().signal);

const ANNA = '00000000-0000-4000-8000-00000000000a';
const BEN = '00000000-0000-4000-8000-00000000000b';

describe('people who are synchronized', () => {
  it('are known by their objectGUID, whose first groups are stored backwards', async () => {
    const onPremisesImmutableId = Buffer.from('33221100554477668899aabbccddeeff', 'hex').toString('base64');
    const { anchors } = await read([{ id: BEN }], [{ id: ANNA.toUpperCase(), onPremisesImmutableId }]);
    expect([...anchors]).toEqual([[ANNA, '00112233-4455-6677-8899-aabbccddeeff']]);
  });

  it('are strangers where the anchor is no id, and counted as such unless there is none', async () => {
    for (const [onPremisesImmutableId, expected] of [
      [null, []],
      ['', []],
      [7, []],
      ['anna@contoso.example', [ANNA]],
      ['AAAA', [ANNA]],
    ] as const) {
      const { anchors, otherwise } = await read([{ id: ANNA, onPremisesImmutableId }]);
      expect([[...anchors], [...otherwise]]).toEqual([[], expected]);
    }
  });
});
