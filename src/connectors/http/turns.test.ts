// Who starts next, with mailboxes of very different appetite.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { law } from '../../../test/properties/check-law.ts';
import { nextToStart, Turns, type Waiting } from './turns.ts';

interface Call extends Waiting {
  readonly number: number;
}

const calls = fc.array(
  fc.record({
    mailboxKey: fc.option(fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5'), { nil: undefined }),
    isBatch: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

/** Lets everything through that may start; each round, what started first leaves first. The order of the starts. */
function run(drawn: readonly { mailboxKey: string | undefined; isBatch: boolean }[], limit: number): Call[] {
  const turns = new Turns();
  let waiting: readonly Call[] = drawn.map(({ mailboxKey, isBatch }, number) => {
    const size = isBatch ? 4 : 1;
    return { number, mailboxKey, slots: size, units: size, turn: turns.take(mailboxKey) };
  });
  const [inside, started]: [Call[], Call[]] = [[], []];
  const slotsOf = (key: string) =>
    inside.reduce((sum, one) => sum + (one.mailboxKey === key ? one.slots : 0), 0);
  while (waiting.length > 0 || inside.length > 0) {
    const units = inside.reduce((sum, one) => sum + one.units, 0);
    const next = nextToStart(waiting, {
      ...{ units, calls: inside.length, limit, mostCalls: 64, perMailbox: 4, slotsOf },
    });
    if (next === undefined) {
      if (inside.shift() === undefined) throw new Error('nobody is inside and nobody may start');
      continue;
    }
    if (inside.length > 0) expect(units + next.units).toBeLessThanOrEqual(limit);
    if (next.mailboxKey !== undefined) expect(slotsOf(next.mailboxKey) + next.slots).toBeLessThanOrEqual(4);
    waiting = waiting.filter((one) => one !== next);
    turns.started(next.turn);
    inside.push(next);
    started.push(next);
  }
  return started;
}

law(
  'everybody starts once, within both limits, whatever the limit is',
  fc.property(calls, fc.integer({ min: 1, max: 20 }), (drawn, limit) => {
    const numbers = run(drawn, limit).map(({ number }) => number);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(drawn.map((_, index) => index));
  }),
);

law(
  'within a mailbox, first come, first served',
  fc.property(calls, fc.integer({ min: 1, max: 20 }), (drawn, limit) => {
    const started = run(drawn, limit);
    for (const key of ['m1', 'm2', 'm3', 'm4', 'm5']) {
      const own = started.filter(({ mailboxKey }) => mailboxKey === key).map(({ number }) => number);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  }),
);

test('a mailbox that asks last does not wait for the long queue of another', () => {
  const greedy = Array.from({ length: 50 }, () => ({ mailboxKey: 'm1', isBatch: true }));
  const started = run([...greedy, { mailboxKey: 'm2', isBatch: true }], 4);
  expect(started.findIndex(({ mailboxKey }) => mailboxKey === 'm2')).toBeLessThanOrEqual(1);
});

test('twin: without turns it would', () => {
  const same = (mailboxKey: string, number: number) => ({ mailboxKey, slots: 4, units: 4, turn: 0, number });
  const waiting = [same('m1', 0), same('m1', 1), same('m2', 2)];
  const room = { units: 0, calls: 0, limit: 4, mostCalls: 64, perMailbox: 4, slotsOf: () => 0 };
  expect(nextToStart(waiting, room)?.number).toBe(0);
  expect(nextToStart(waiting.slice(1), room)?.number).toBe(1);
});

test('a batch is not overtaken for ever by single requests that would still fit', () => {
  const batch = { mailboxKey: 'm1', slots: 4, units: 4, turn: 0 };
  const single = { mailboxKey: 'm2', slots: 1, units: 1, turn: 0 };
  const room = { units: 6, calls: 6, limit: 8, mostCalls: 64, perMailbox: 4, slotsOf: () => 0 };
  expect(nextToStart([batch, single], room)).toBeUndefined();
  expect(nextToStart([batch, single], { ...room, units: 4, calls: 4 })).toBe(batch);
  // One of a full mailbox does not hold up the others.
  expect(nextToStart([batch, single], { ...room, slotsOf: (key) => (key === 'm1' ? 4 : 0) })).toBe(single);
});
