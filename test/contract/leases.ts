// Every promise of ports/leases.ts as a test.

import { describe, expect } from 'vitest';
import { isLease, type Lease, type Leases } from '../../src/ports/leases.ts';
import { fixtures } from './fixture.ts';
import { promisesExcept } from './promise.ts';

export interface LeasesFixture {
  readonly subject: Leases;
  /** Another process on the same data directory. */
  otherProcess(): Promise<Leases>;
  /** The first process ends without releasing anything. */
  dies(): Promise<void>;
  /** Lets time pass for every process. */
  advance(milliseconds: number): Promise<void>;
  /** Somebody sets the clock of every process, forward or back. */
  setClock(milliseconds: number): void;
  dispose(): Promise<void>;
}

async function take(leases: Leases, name: string, holder: string): Promise<Lease> {
  const answer = await leases.acquire(name, holder);
  if (!isLease(answer)) throw new Error(`${name} is held by ${answer.holder}`);
  return answer;
}

export function leasesContract(name: string, make: () => Promise<LeasesFixture>): void {
  const promises = promisesExcept<never>([]);
  const withFixture = fixtures(make);

  describe(`leases: ${name}`, () => {
    promises(
      'one holder at a time; who comes second learns who holds it and since when',
      withFixture(async ({ subject, otherProcess }) => {
        const other = await otherProcess();
        const lease = await take(subject, 'policy 1', 'first');
        for (const leases of [subject, other]) {
          const answer = await leases.acquire('policy 1', 'second');
          expect(isLease(answer)).toBe(false);
          expect(answer).toMatchObject({ holder: 'first' });
          if (!isLease(answer)) expect(answer.since).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
        }
        await lease.release();
        await (await take(other, 'policy 1', 'second')).release();
      }),
    );

    promises(
      'whoever asks learns who holds it, until it is released or its holder died',
      withFixture(async ({ subject, otherProcess, dies, advance }) => {
        const other = await otherProcess();
        expect(await other.heldBy('policy 1')).toBeUndefined();
        const lease = await take(subject, 'policy 1', 'first');
        const told = { holder: 'first', since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) };
        for (const leases of [subject, other]) expect(await leases.heldBy('policy 1')).toEqual(told);
        await lease.release();
        expect(await other.heldBy('policy 1')).toBeUndefined();
        await take(subject, 'policy 2', 'first');
        await dies();
        await advance(61_000);
        expect(await other.heldBy('policy 2')).toBeUndefined();
        await (await take(other, 'policy 2', 'second')).release();
      }),
    );

    promises(
      'names do not disturb each other',
      withFixture(async ({ subject, otherProcess }) => {
        const other = await otherProcess();
        const leases = [
          await take(subject, 'policy 1', 'first'),
          await take(other, 'policy 2', 'second'),
          await take(other, 'mailbox 1', 'second'),
        ];
        await Promise.all(leases.map((lease) => lease.release()));
      }),
    );

    promises(
      'release is idempotent and never takes the lease from its next holder',
      withFixture(async ({ subject, otherProcess }) => {
        const first = await take(subject, 'policy 1', 'first');
        await first.release();
        await first.release();
        const other = await otherProcess();
        const second = await take(other, 'policy 1', 'second');
        await first.release();
        expect(isLease(await subject.acquire('policy 1', 'third'))).toBe(false);
        await second.release();
      }),
    );

    promises(
      'of many who ask at once exactly one gets it',
      withFixture(async ({ subject, otherProcess }) => {
        const other = await otherProcess();
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            (index % 2 === 0 ? subject : other).acquire('policy 1', `holder ${index}`),
          ),
        );
        const leases = answers.filter(isLease);
        expect(leases).toHaveLength(1);
        await leases[0]?.release();
      }),
    );

    promises(
      'whoever asks for the end of the work means the one who held the lease when they looked',
      withFixture(async ({ subject, otherProcess, advance }) => {
        const other = await otherProcess();
        const first = await take(subject, 'policy 1', 'first');
        const held = (await other.heldBy('policy 1')) ?? { holder: 'nobody', since: '' };
        expect(await other.askToEnd('policy 1', { ...held, holder: 'second' }, 'admin')).toBe(false);
        expect(await other.askToEnd('policy 2', held, 'admin')).toBe(false);
        expect(await other.askToEnd('policy 1', held, 'admin')).toBe(true);
        await first.release();
        expect(await other.askToEnd('policy 1', held, 'admin')).toBe(false);
        await advance(1_000);
        const again = await take(subject, 'policy 1', 'first');
        expect(await other.askToEnd('policy 1', held, 'admin')).toBe(false);
        expect(again.endAsked?.aborted).not.toBe(true);
        await again.release();
      }),
    );

    promises(
      'the same holder does not get a second lease',
      withFixture(async ({ subject }) => {
        const lease = await take(subject, 'policy 1', 'first');
        expect(isLease(await subject.acquire('policy 1', 'first'))).toBe(false);
        await lease.release();
      }),
    );

    promises(
      'a lease whose holder died is held for a while and free again after a minute',
      withFixture(async ({ subject, otherProcess, dies, advance }) => {
        await take(subject, 'policy 1', 'first');
        await dies();
        const other = await otherProcess();
        expect(isLease(await other.acquire('policy 1', 'second'))).toBe(false);
        await advance(61_000);
        const second = await take(other, 'policy 1', 'second');
        await second.release();
      }),
    );

    promises(
      'a lease whose holder died before the clock was set back is free a minute after somebody asked',
      withFixture(async ({ subject, otherProcess, dies, advance, setClock }) => {
        await take(subject, 'policy 1', 'first');
        await dies();
        setClock(-5 * 60 * 60_000);
        const other = await otherProcess();
        expect(isLease(await other.acquire('policy 1', 'second'))).toBe(false);
        await advance(61_000);
        await (await take(other, 'policy 1', 'second')).release();
      }),
    );
  });
}
