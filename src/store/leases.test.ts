// Renewal and loss of leases; who may take one is in the contract suite, death of a process in two-processes.test.ts.

import { expect, test, vi } from 'vitest';
import { describeOnEachDatabase, type TestPlace } from '../../test/store-places.ts';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { isLease, type Lease, type LeaseHolder } from '../ports/leases.ts';
import { createLeases } from './leases.ts';
import { type Databases, openDatabases } from './open-database.ts';

const NEVER = 2 ** 30;
const HOUR = 60 * 60_000;

function taken(answer: Lease | LeaseHolder): Lease {
  if (!isLease(answer)) throw new Error(`held by ${answer.holder}`);
  return answer;
}

async function expiryOf({ main }: Databases): Promise<number> {
  const row = await main.selectFrom('lease').select('expires_ms').executeTakeFirstOrThrow();
  return row.expires_ms;
}

async function within(place: TestPlace, act: (databases: Databases) => Promise<void>): Promise<void> {
  const databases = await openDatabases(place);
  try {
    await act(databases);
  } finally {
    await databases.close();
  }
}

describeOnEachDatabase('leases', (places) => {
  test('a lease that is renewed outlives its minute', async () => {
    const place = await places.create();
    const { clock, log } = place;
    await within(place, async (databases) => {
      const mine = createLeases(databases.main, { clock, log, renewalMs: 1 });
      const others = createLeases(databases.main, { clock, log });
      const lease = taken(await mine.acquire('policy 1', 'me'));
      for (let minute = 0; minute < 3; minute += 1) {
        clock.advance(50_000);
        await vi.waitFor(async () => expect(await expiryOf(databases)).toBe(clock.now().getTime() + 60_000), {
          timeout: 60_000,
        });
      }
      expect(await others.acquire('policy 1', 'you')).toMatchObject({ holder: 'me' });
      await lease.release();
      taken(await others.acquire('policy 1', 'you'));
    });
  });

  test('twin: without renewal it is lost after its minute', async () => {
    const place = await places.create();
    const { clock, log } = place;
    await within(place, async (databases) => {
      const mine = createLeases(databases.main, { clock, log, renewalMs: NEVER });
      const others = createLeases(databases.main, { clock, log, renewalMs: NEVER });
      taken(await mine.acquire('policy 1', 'me'));
      clock.advance(59_999);
      expect(await others.acquire('policy 1', 'you')).toMatchObject({ holder: 'me' });
      clock.advance(1);
      taken(await others.acquire('policy 1', 'you'));
    });
  });

  test('a lease of a dead one from before the clock was set back is free a minute after somebody asked', async () => {
    const place = await places.create();
    const { clock, log } = place;
    await within(place, async (databases) => {
      const leaseOf = () => createLeases(databases.main, { clock, log, renewalMs: NEVER });
      taken(await leaseOf().acquire('policy 1', 'dead'));
      clock.set(-5 * HOUR);
      // Every command is a process of its own.
      expect(await leaseOf().heldBy('policy 1')).toMatchObject({ holder: 'dead' });
      clock.advance(59_999);
      expect(await leaseOf().acquire('policy 1', 'you')).toMatchObject({ holder: 'dead' });
      clock.advance(1);
      taken(await leaseOf().acquire('policy 1', 'you'));
    });
  });

  test('twin: a living holder keeps it, however often others ask and however the clock is set back', async () => {
    const place = await places.create();
    const { clock, log } = place;
    await within(place, async (databases) => {
      const mine = createLeases(databases.main, { clock, log, renewalMs: 1 });
      const others = createLeases(databases.main, { clock, log, renewalMs: NEVER });
      const lease = taken(await mine.acquire('policy 1', 'me'));
      for (let hour = 0; hour < 3; hour += 1) {
        clock.set(-HOUR);
        for (const _look of [1, 2]) {
          expect(await others.acquire('policy 1', 'you')).toMatchObject({ holder: 'me' });
          clock.advance(45_000);
          await vi.waitFor(
            async () => expect(await expiryOf(databases)).toBe(clock.now().getTime() + 60_000),
            { timeout: 60_000 },
          );
        }
      }
      expect(lease.lost?.aborted).toBe(false);
      await lease.release();
    });
  });

  test('a host whose clock is a little behind shortens no lease', async () => {
    const place = await places.create();
    const { clock, log } = place;
    await within(place, async (databases) => {
      const behind = new FakeClock(new Date(clock.now().getTime() - 30_000).toISOString());
      taken(await createLeases(databases.main, { clock, log, renewalMs: NEVER }).acquire('policy 1', 'me'));
      const before = await expiryOf(databases);
      const others = createLeases(databases.main, { clock: behind, log, renewalMs: NEVER });
      expect(await others.acquire('policy 1', 'you')).toMatchObject({ holder: 'me' });
      expect(await expiryOf(databases)).toBe(before);
    });
  });

  test('a holder that slept too long learns that its lease went to another, and cannot release that one', async () => {
    const place = await places.create();
    const { clock, log } = place;
    await within(place, async (databases) => {
      const slow = createLeases(databases.main, { clock, log, renewalMs: 50 });
      // By its clock the minute is over, whatever is renewed meanwhile.
      const ahead = new FakeClock(new Date(clock.now().getTime() + 120_000).toISOString());
      const others = createLeases(databases.main, { clock: ahead, log, renewalMs: NEVER });
      const lost = taken(await slow.acquire('policy 1', 'slow'));
      const kept = taken(await slow.acquire('policy 2', 'slow'));
      taken(await others.acquire('policy 1', 'quick'));
      await vi.waitFor(() => expect(lost.lost?.aborted).toBe(true), { timeout: 60_000 });
      expect(kept.lost?.aborted).toBe(false);
      await lost.release();
      expect(await slow.acquire('policy 1', 'slow')).toMatchObject({ holder: 'quick' });
      await kept.release();
    });
  });

  test('a holder learns that somebody asked for the end of its work; who takes its place when it died does not', async () => {
    const place = await places.create();
    const { clock, log } = place;
    await within(place, async (databases) => {
      const quick = createLeases(databases.main, { clock, log, renewalMs: 1 });
      const others = createLeases(databases.main, { clock, log, renewalMs: NEVER });
      const ask = async (name: string) =>
        others.askToEnd(name, (await others.heldBy(name)) ?? { holder: 'nobody', since: '' }, 'admin');

      const lease = taken(await quick.acquire('policy 1', 'me'));
      const another = taken(await quick.acquire('policy 2', 'me'));
      expect(await ask('policy 1')).toBe(true);
      await vi.waitFor(() => expect(lease.endAsked?.aborted).toBe(true), { timeout: 60_000 });
      expect(lease.endAsked?.reason).toMatchObject({ code: 'cancelled', details: { askedBy: 'admin' } });
      expect(another.endAsked?.aborted).toBe(false);
      await lease.release();
      await another.release();

      taken(await others.acquire('policy 1', 'dead'));
      expect(await ask('policy 1')).toBe(true);
      clock.advance(61_000);
      const next = taken(await quick.acquire('policy 1', 'next'));
      clock.advance(1_000);
      await vi.waitFor(async () => expect(await expiryOf(databases)).toBe(clock.now().getTime() + 60_000), {
        timeout: 60_000,
      });
      expect(next.endAsked?.aborted).toBe(false);
      await next.release();
    });
  });

  test('of many at once exactly one gets it', async () => {
    const place = await places.create();
    const { clock, log } = place;
    await within(place, async (databases) => {
      const leases = createLeases(databases.main, { clock, log, renewalMs: NEVER });
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => leases.acquire('mailbox', `number ${index}`)),
      );
      expect(answers.filter(isLease)).toHaveLength(1);
    });
  });
});
