// Laws of the forecast, and runs simulated beside it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/properties/check-law.ts';
import type { DurationRange } from '../model/run.ts';
import {
  addRanges,
  beginCorrection,
  type Capacity,
  correct,
  type Measure,
  PACE_OF_LIMITS,
  type Pace,
  paceNow,
  paceOf,
  planningForecast,
  planningWork,
  writingForecast,
  writingWork,
} from './forecast.ts';

const HOUR = 3600;
const FORTY: Capacity = { mailboxesAtOnce: 40 };

const capacities: fc.Arbitrary<Capacity> = fc.record({
  mailboxesAtOnce: fc.integer({ min: 1, max: 200 }),
});
const measures: fc.Arbitrary<Measure> = fc.record({
  seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
  work: fc.double({ min: 0, max: 1e6, noNaN: true }),
});
const paces: fc.Arbitrary<Pace> = fc
  .array(measures, { maxLength: 5 })
  .map((earlier) => paceOf(earlier) ?? PACE_OF_LIMITS);
const writes = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 60 });

function expectSane({ low, expected, high }: DurationRange): void {
  for (const seconds of [low, expected, high]) expect(Number.isFinite(seconds)).toBe(true);
  expect(low).toBeGreaterThanOrEqual(0);
  expect(expected).toBeGreaterThanOrEqual(low);
  expect(high).toBeGreaterThanOrEqual(expected);
}

function expectNoShorter(long: DurationRange, short: DurationRange): void {
  expect(long.low).toBeGreaterThanOrEqual(short.low);
  expect(long.expected).toBeGreaterThanOrEqual(short.expected);
  expect(long.high).toBeGreaterThanOrEqual(short.high);
}

describe('a forecast', () => {
  it('is never negative, never NaN, and its range holds what is expected', () => {
    holds(
      fc.property(
        writes,
        capacities,
        paces,
        fc.array(measures, { maxLength: 20 }),
        (left, able, pace, steps) => {
          const work = writingWork(left);
          expectSane(writingForecast(work, able, pace));
          expectSane(planningForecast(planningWork(left.length, work.writes, able), pace));
          const corrected = steps.reduce(correct, beginCorrection(pace, work.sum));
          expectSane(writingForecast(work, able, paceNow(corrected)));
        },
      ),
    );
  });

  it('is never shorter for more writes or more mailboxes', () => {
    const more = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 80 });
    holds(
      fc.property(writes, more, capacities, paces, (left, added, able, pace) => {
        const longer = Array.from(
          { length: Math.max(left.length, added.length) },
          (_, index) => (left[index] ?? 0) + (added[index] ?? 0),
        );
        expectNoShorter(
          writingForecast(writingWork(longer), able, pace),
          writingForecast(writingWork(left), able, pace),
        );
        expect(planningWork(longer.length, 500, able)).toBeGreaterThanOrEqual(
          planningWork(left.length, 500, able),
        );
      }),
    );
  });

  it('is nothing when nothing is left', () => {
    const nothing = { low: 0, expected: 0, high: 0 };
    expect(writingForecast(writingWork([]), FORTY, PACE_OF_LIMITS)).toEqual(nothing);
    expect(writingForecast(writingWork([0, 0]), FORTY, PACE_OF_LIMITS)).toEqual(nothing);
    expect(planningForecast(planningWork(0, 1000, FORTY), PACE_OF_LIMITS)).toEqual(nothing);
    expect(addRanges()).toEqual(nothing);
  });

  it('tells a first fill of 5,000 mailboxes with 1,000 contacts in hours', () => {
    const work = writingWork(Array.from({ length: 5_000 }, () => 1_000));
    const { low, expected, high } = writingForecast(work, FORTY, PACE_OF_LIMITS);
    expect(work.requests).toBe(5_005_000);
    expect(expected / HOUR).toBeCloseTo(2.18, 1);
    expect(low / HOUR).toBeGreaterThan(0.8);
    expect(high / HOUR).toBeLessThan(4.5);
  });

  it('keeps the published floors of one mailbox', () => {
    const seconds = (contacts: number) =>
      writingForecast(writingWork([contacts]), FORTY, PACE_OF_LIMITS).expected;
    expect(seconds(1_000)).toBeCloseTo(62.75, 1);
    // Ten minutes for each 10,000 requests beyond the first, however quick the answers are.
    const large = writingForecast(writingWork([50_000]), FORTY, { low: 0.01, expected: 0.1, high: 1 });
    expect(large.low).toBe(5 * 600);
  });
});

describe('the pace of earlier runs', () => {
  it('is unknown without any', () => {
    expect(paceOf([])).toBeUndefined();
    expect(paceOf([{ seconds: 5, work: 0 }])).toBeUndefined();
  });

  it('is what they took, and its range spans them', () => {
    const pace = paceOf([
      { seconds: 100, work: 1_000 },
      { seconds: 300, work: 1_000 },
    ]);
    expect(pace?.expected).toBeCloseTo(0.2, 2);
    expect(pace?.low).toBeLessThan(0.1);
    expect(pace?.high).toBeGreaterThan(0.3);
  });

  it('does not trust a run of moments', () => {
    expect(paceOf([{ seconds: 2, work: 0.01 }])?.expected).toBeLessThan(3);
  });
});

/** Works `work` off at the pace that holds at each moment; what is forecast after each step. */
function simulate(
  work: number,
  paceAt: (done: number) => number,
  begin: typeof beginCorrection = beginCorrection,
) {
  const forecasts: { done: number; taken: number; left: DurationRange }[] = [];
  let correction = begin(PACE_OF_LIMITS, work);
  let taken = 0;
  const step = work / 1_000;
  for (let done = 0; done < work - step / 2; ) {
    const seconds = step * paceAt(done / work);
    done += step;
    taken += seconds;
    correction = correct(correction, { seconds, work: step });
    const left = planningForecast(Math.max(0, work - done), paceNow(correction));
    forecasts.push({ done: done / work, taken, left });
  }
  const whole = taken;
  const at = (share: number) => {
    const found = forecasts.find(({ done }) => done >= share - 1e-9);
    if (found === undefined) throw new Error('the run is over');
    return { ...found, truth: whole - found.taken };
  };
  return { at, forecasts, whole };
}

describe('a forecast while the run goes on', () => {
  it.each([0.05, 0.5, 1, 3, 20])('converges to the truth at a constant pace of %d', (pace) => {
    const run = simulate(7_800, () => pace);
    for (const share of [0.2, 0.5, 0.8]) {
      const { left, truth } = run.at(share);
      expect(Math.abs(left.expected / truth - 1)).toBeLessThan(share === 0.2 ? 0.3 : 0.05);
    }
    const last = run.forecasts.at(-1);
    expect(last?.left.expected).toBeCloseTo(0, 5);
  });

  it('notices in time when the service becomes half as quick', () => {
    const run = simulate(1_000, (done) => (done < 0.5 ? 1 : 2));
    const atOnce = run.at(0.51);
    expect(atOnce.left.expected).toBeLessThan(atOnce.truth * 0.65);
    const later = run.at(0.75);
    expect(later.left.expected).toBeGreaterThan(later.truth * 0.85);
    expect(later.left.expected).toBeLessThanOrEqual(later.truth * 1.05);
    expect(later.left.high).toBeGreaterThan(later.truth * 0.95);
  });

  it('twin: the mean of the whole run notices it too late', () => {
    const neverForgets = (prior: Pace, work: number) => ({
      ...beginCorrection(prior, work),
      halfLife: Number.POSITIVE_INFINITY,
    });
    const later = simulate(1_000, (done) => (done < 0.5 ? 1 : 2), neverForgets).at(0.75);
    expect(later.left.expected).toBeLessThan(later.truth * 0.85);
  });

  it('stays reasonable when the first mailboxes are slow', () => {
    // 1,000 s of work, the first thousandth of it takes a minute.
    const run = simulate(1_000, (done) => (done < 0.0005 ? 60 : 1));
    expect(run.at(0.001).left.expected).toBeLessThan(5 * 1_000);
    expect(run.at(0.3).left.expected).toBeLessThan(1.1 * run.at(0.3).truth);
  });

  it('takes a standstill for a delay, not for the pace of everything that follows', () => {
    const before = correct(beginCorrection(PACE_OF_LIMITS, 1_000), { seconds: 200, work: 200 });
    const still = correct(before, { seconds: 300, work: 0 });
    expect(paceNow(still).expected).toBeLessThan(4);
    const after = correct(still, { seconds: 300, work: 300 });
    expect(paceNow(after).expected).toBeLessThan(1.4);
  });

  it('says from what it measured how sure it is', () => {
    const spread = ({ low, high }: Pace) => high / low;
    const start = beginCorrection(PACE_OF_LIMITS, 1_000);
    const seen = correct(start, { seconds: 100, work: 100 });
    expect(spread(paceNow(start))).toBeCloseTo(5, 5);
    expect(spread(paceNow(seen))).toBeLessThan(1.6);
  });
});
