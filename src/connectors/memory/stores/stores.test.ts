import { describe, expect, it } from 'vitest';
import { directoryCacheContract } from '../../../../test/contract/directory-cache.ts';
import type { StoreFixture } from '../../../../test/contract/fixture.ts';
import { journalContract } from '../../../../test/contract/journal.ts';
import { leasesContract } from '../../../../test/contract/leases.ts';
import { ledgerContract } from '../../../../test/contract/ledger.ts';
import { policyMemoryContract } from '../../../../test/contract/policy-memory.ts';
import { runQueueContract } from '../../../../test/contract/run-queue.ts';
import { runStoreContract } from '../../../../test/contract/run-store.ts';
import { withheldPeopleContract } from '../../../../test/contract/withheld-people.ts';
import { FakeClock } from '../fake-clock.ts';
import { sequentialIds } from '../sequential-ids.ts';
import { createInMemoryDirectoryCache } from './in-memory-directory-cache.ts';
import { InMemoryJournal } from './in-memory-journal.ts';
import { InMemoryLeases } from './in-memory-leases.ts';
import { InMemoryLedger } from './in-memory-ledger.ts';
import { InMemoryPolicyMemory } from './in-memory-policy-memory.ts';
import { InMemoryRunQueue } from './in-memory-run-queue.ts';
import { InMemoryRunStore } from './in-memory-run-store.ts';
import { InMemoryWithheldPeople } from './in-memory-withheld-people.ts';

const notSupported = ['reopen', 'rawBytes'] as const;

function fixtureOf<Subject>(make: () => Subject): () => Promise<StoreFixture<Subject>> {
  const nothing = async (): Promise<never> => {
    throw new Error('memory is not stored');
  };
  return async () => ({ subject: make(), reopen: nothing, rawBytes: nothing, dispose: async () => {} });
}

ledgerContract(
  'memory',
  fixtureOf(() => new InMemoryLedger()),
  { notSupported },
);
journalContract(
  'memory',
  fixtureOf(() => new InMemoryJournal()),
  { notSupported },
);
runStoreContract(
  'memory',
  fixtureOf(() => new InMemoryRunStore()),
  { notSupported },
);
directoryCacheContract('memory', fixtureOf(createInMemoryDirectoryCache), { notSupported });
policyMemoryContract(
  'memory',
  fixtureOf(() => new InMemoryPolicyMemory()),
  { notSupported },
);
runQueueContract(
  'memory',
  fixtureOf(() => new InMemoryRunQueue()),
  { notSupported },
);
withheldPeopleContract(
  'memory',
  fixtureOf(() => new InMemoryWithheldPeople()),
  { notSupported },
);

leasesContract('memory', async () => {
  const clock = new FakeClock();
  const leases = new InMemoryLeases(clock);
  return {
    subject: leases,
    otherProcess: async () => leases,
    dies: async () => leases.holderDies('first'),
    advance: async (milliseconds) => clock.advance(milliseconds),
    setClock: (milliseconds) => clock.set(milliseconds),
    dispose: async () => {
      expect(leases.held).toEqual([]);
    },
  };
});

describe('FakeClock', () => {
  it('moves on at once when somebody sleeps', async () => {
    const clock = new FakeClock('2026-11-02T08:00:00.000Z');
    await clock.sleep(90_000);
    expect(clock.now().toISOString()).toBe('2026-11-02T08:01:30.000Z');
  });

  it('wakes sleepers only when their time has come, in its order', async () => {
    const clock = new FakeClock('2026-11-02T08:00:00.000Z', { sleepsAtOnce: false });
    const woken: number[] = [];
    const sleepers = [3_000, 1_000, 2_000].map((time) => clock.sleep(time).then(() => woken.push(time)));
    clock.advance(2_000);
    await Promise.all([sleepers[1], sleepers[2]]);
    expect(woken).toEqual([1_000, 2_000]);
    expect(clock.sleeping).toBe(1);
    clock.advance(1_000);
    await Promise.all(sleepers);
    expect(clock.sleeping).toBe(0);
  });

  it("rejects with the signal's reason when aborted, before or while sleeping", async () => {
    const clock = new FakeClock(undefined, { sleepsAtOnce: false });
    const abort = new AbortController();
    const sleeping = clock.sleep(1_000, abort.signal);
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(clock.sleep(1_000, abort.signal)).rejects.toBe(reason);
    expect(clock.sleeping).toBe(0);
  });
});

describe('sequentialIds', () => {
  it('are valid, distinct and the same every time', () => {
    const [first, again, other] = [sequentialIds(1), sequentialIds(1), sequentialIds(2)];
    const ids = [first(), first(), other()];
    expect(new Set(ids).size).toBe(3);
    expect(again()).toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});
