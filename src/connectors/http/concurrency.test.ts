// The laws of the overall limit, over whatever the service answers.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { law } from '../../../test/properties/check-law.ts';
import { afterAnswer, type Concurrency, type Observation, startConcurrency } from './concurrency.ts';
import type { Reach } from './refusal.ts';

const bounds = { start: 32, floor: 4, ceiling: 256 };
const start = startConcurrency(bounds);
const good: Observation = {
  now: 0,
  sentAt: 0,
  requests: 1,
  isLimitUsed: true,
  refusal: undefined,
  latency: undefined,
};

const observations = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 20_000 }),
    tookMs: fc.integer({ min: 0, max: 60_000 }),
    requests: fc.integer({ min: 1, max: 20 }),
    isLimitUsed: fc.boolean(),
    refusal: fc.constantFrom<(Reach | undefined)[]>(
      undefined,
      undefined,
      'mailbox',
      'unclear',
      'application',
    ),
    lane: fc.constantFrom<('mailbox' | 'gathered' | undefined)[]>(undefined, 'mailbox', 'gathered'),
  }),
  { maxLength: 200 },
);

type Drawn = typeof observations extends fc.Arbitrary<infer T> ? T : never;

/** Every state on the way, with what led to it. */
function follow(drawn: Drawn, from: Concurrency = start): { seen: Observation; state: Concurrency }[] {
  let [state, now] = [from, 0];
  return drawn.map(({ afterMs, tookMs, lane, ...rest }) => {
    now += afterMs;
    const latency = lane === undefined ? undefined : { lane, milliseconds: tookMs };
    const seen = { ...rest, now, sentAt: now - tookMs, latency };
    state = afterAnswer(state, seen, bounds);
    return { seen, state };
  });
}

/** Whole round trips of good answers, a quarter of a second each. */
function quickRounds(from: Concurrency, now: number, rounds: number): Concurrency {
  let state = from;
  for (let round = 1; round <= rounds; round += 1) {
    const sentAt = now + (round - 1) * 250;
    for (let answers = Math.floor(state.limit); answers > 0; answers -= 1)
      state = afterAnswer(state, { ...good, now: sentAt + 250, sentAt }, bounds);
  }
  return state;
}

describe('the overall limit', () => {
  law(
    'stays within its bounds, whatever is answered',
    fc.property(observations, (drawn) => {
      for (const { state } of follow(drawn)) {
        expect(state.limit).toBeGreaterThanOrEqual(bounds.floor);
        expect(state.limit).toBeLessThanOrEqual(bounds.ceiling);
      }
    }),
  );

  law(
    'falls at most once per round trip',
    fc.property(observations, (drawn) => {
      let before = start;
      for (const { seen, state } of follow(drawn)) {
        if (before.decreasedAt !== undefined && seen.sentAt <= before.decreasedAt)
          expect(state.limit).toBeGreaterThanOrEqual(before.limit);
        before = state;
      }
    }),
  );

  law(
    'recovers: after any trouble two minutes of quick answers bring it back',
    fc.property(observations, (drawn) => {
      const last = follow(drawn).at(-1);
      const recovered = quickRounds(last?.state ?? start, last?.seen.now ?? 0, 480);
      expect(recovered.limit).toBeGreaterThan(bounds.start * 3);
    }),
    { fixedRuns: 30 },
  );

  test('grows by one batch per round trip, and not at all while it is not used', () => {
    const grown = quickRounds(start, 0, 1).limit;
    expect(grown).toBeGreaterThan(35);
    expect(grown).toBeLessThanOrEqual(36);
    expect(afterAnswer(start, { ...good, isLimitUsed: false }, bounds).limit).toBe(start.limit);
  });

  test('a refused mailbox is no reason to ask others for less; an unclear one hardly, the application is', () => {
    const after = (refusal: Reach) =>
      afterAnswer(start, { ...good, now: 1, sentAt: 1, refusal }, bounds).limit;
    expect(after('mailbox')).toBe(start.limit);
    expect(after('unclear')).toBeLessThan(start.limit);
    expect(after('application')).toBeLessThan(after('unclear'));
  });

  test('comes back slowly at first after the application was refused', () => {
    const refused = afterAnswer(start, { ...good, now: 1, sentAt: 1, refusal: 'application' }, bounds);
    const gained = (fromRound: number) =>
      quickRounds(refused, 1, fromRound + 8).limit - quickRounds(refused, 1, fromRound).limit;
    expect(gained(0)).toBeLessThan(1);
    expect(gained(120)).toBeGreaterThan(30);
  });
});

describe('the time an answer takes', () => {
  let state: Concurrency = start;
  const answersOf = (milliseconds: number, count: number, from: Concurrency, now = 0): Concurrency => {
    state = from;
    for (let number = 1; number <= count; number += 1) {
      const sentAt = now + number * 250;
      const latency = { lane: 'mailbox', milliseconds } as const;
      state = afterAnswer(state, { ...good, requests: 20, now: sentAt + 250, sentAt, latency }, bounds);
    }
    return state;
  };

  test('growing, stops the growth before anything is refused; far above the best, it shrinks the limit', () => {
    const usual = answersOf(250, 20, start);
    const slower = answersOf(500, 20, usual, 10_000);
    expect(answersOf(500, 20, slower, 20_000).limit).toBe(slower.limit);
    const much = answersOf(1_000, 40, slower, 30_000);
    expect(much.limit).toBeLessThan(slower.limit);
    expect(much.refusedAt).toBeUndefined();
  });

  test('alone never brings the limit down to nothing', () => {
    const usual = answersOf(50, 20, start);
    expect(answersOf(60_000, 2_000, usual, 10_000).limit).toBeGreaterThanOrEqual(16);
  });

  test('that stays slower becomes the usual', () => {
    const usual = answersOf(250, 20, start);
    let later = answersOf(750, 100, usual, 10_000);
    const { limit } = later;
    for (let minute = 1; minute <= 60; minute += 1) later = answersOf(750, 5, later, minute * 60_000);
    expect(later.limit).toBeGreaterThan(limit);
  });

  test('is compared among calls of one kind only', () => {
    const usual = answersOf(250, 20, start);
    const latency = { lane: 'gathered', milliseconds: 5_000 } as const;
    const next = afterAnswer(usual, { ...good, now: 99_000, sentAt: 94_000, latency }, bounds);
    expect(next.limit).toBeGreaterThan(usual.limit);
  });
});
