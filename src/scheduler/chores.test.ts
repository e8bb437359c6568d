import { expect, it } from 'vitest';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { type Log, silentLog } from '../ports/log.ts';
import { type Chore, runChores } from './chores.ts';

const START = '2026-11-02T08:00:30.000Z';

class Household {
  readonly clock = new FakeClock(START, { sleepsAtOnce: false });
  readonly log: string[] = [];
  readonly #stop = new AbortController();
  readonly #over: Promise<void>;

  constructor(...chores: Chore[]) {
    const hear: Log['info'] = (message, data) => this.log.push(`${message}: ${String(data?.chore)}`);
    const log: Log = { ...silentLog, error: hear, info: hear };
    this.#over = runChores(chores, { clock: this.clock, log }, this.#stop.signal);
  }

  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      await settle();
      this.clock.advance(60_000);
    }
    await settle();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#over;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

it('a chore is done at once and then at the beginning of each minute', async () => {
  const times: string[] = [];
  const house: Household = new Household({
    name: 'clock',
    carryOut: async () => times.push(START),
  });
  await house.pass(3);
  expect(times).toHaveLength(4);
  await house.stop();
  await house.pass(3);
  expect(times).toHaveLength(4);
});

it('one that is slow is not begun twice, and the others do not wait for it', async () => {
  const slow = Promise.withResolvers<void>();
  const done = { slow: 0, quick: 0 };
  const house = new Household(
    {
      name: 'slow',
      carryOut: () => {
        done.slow += 1;
        return slow.promise;
      },
    },
    {
      name: 'quick',
      carryOut: async () => {
        done.quick += 1;
      },
    },
  );
  await house.pass(5);
  expect(done).toEqual({ slow: 1, quick: 6 });
  slow.resolve();
  await house.pass(1);
  expect(done.slow).toBe(2);
  await house.stop();
});

it('one that fails, or throws at once, is tried again in a minute; the log tells it once, and when it is over', async () => {
  let tries = 0;
  const house = new Household(
    {
      name: 'rejects',
      carryOut: async () => {
        tries += 1;
        if (tries < 4) throw new Error('no');
      },
    },
    {
      name: 'throws',
      carryOut: () => {
        throw new Error('no');
      },
    },
  );
  await house.pass(2);
  expect(tries).toBe(3);
  expect(new Set(house.log)).toEqual(new Set(['chore failed: rejects', 'chore failed: throws']));
  expect(house.log).toHaveLength(2);
  await house.pass(1);
  expect(house.log.at(-1)).toBe('chore is done again: rejects');
  await house.pass(57);
  expect(house.log.slice(3)).toEqual(['chore failed: throws']);
  await house.stop();
});

it('a service that stops says so to a chore in hand and waits for it', async () => {
  let [heard, isOver] = [false, false];
  const finish = Promise.withResolvers<void>();
  const house = new Household({
    name: 'mails',
    carryOut: async (signal) => {
      signal.addEventListener('abort', () => {
        heard = true;
      });
      await finish.promise;
    },
  });
  await house.pass(1);
  const stopped = house.stop().then(() => {
    isOver = true;
  });
  await settle();
  expect({ heard, isOver }).toEqual({ heard: true, isOver: false });
  finish.resolve();
  await stopped;
});
