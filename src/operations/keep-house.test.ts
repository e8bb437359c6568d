// When pruning happens, and that nothing depends on it; what it removes is in test/contract/retention.ts.

import { describe, expect, it } from 'vitest';
import { FakeClock } from '../connectors/memory/fake-clock.ts';
import { settingsInMemory } from '../connectors/memory/stores/settings-in-memory.ts';
import { silentLog } from '../ports/log.ts';
import type { PrunedRecords, Retention, RetentionLimits } from '../ports/retention.ts';
import { makeHousekeepingOperations, pruneAfterRun } from './keep-house.ts';

const HOUR_MS = 60 * 60 * 1000;
const NOTHING: PrunedRecords = { runs: 0, plans: 0, beforeImages: 0 };

function house(portions = 3) {
  const asked: RetentionLimits[] = [];
  const warnings: string[] = [];
  const audited: object[] = [];
  const clock = new FakeClock();
  let left = portions;
  const retention: Retention = {
    async count(limits) {
      asked.push(limits);
      return { ...NOTHING, runs: left };
    },
    async prunePortion(limits) {
      asked.push(limits);
      if (left === 0) return undefined;
      left -= 1;
      return { ...NOTHING, runs: 1 };
    },
  };
  const parts = {
    settings: settingsInMemory(),
    retention,
    clock,
    log: { ...silentLog, warn: (message: string) => void warnings.push(message) },
    audit: { append: async (entry: object) => void audited.push(entry), list: async () => [] },
    user: 'admin',
  };
  return { parts, asked, warnings, audited, clock, left: () => left };
}

describe('keeping house', () => {
  it('follows a run once a day, to the end', async () => {
    const { parts, asked, clock, left } = house();
    await pruneAfterRun(parts);
    expect(left()).toBe(0);
    const once = asked.length;
    clock.advance(19 * HOUR_MS);
    await pruneAfterRun(parts);
    expect(asked).toHaveLength(once);
    clock.advance(2 * HOUR_MS);
    await pruneAfterRun(parts);
    expect(asked.length).toBeGreaterThan(once);
  });

  it('of a long history is spread over several runs', async () => {
    const { parts, left } = house(500);
    await pruneAfterRun(parts);
    const rest = left();
    expect(rest).toBeGreaterThan(0);
    await pruneAfterRun(parts);
    expect(left()).toBeLessThan(rest);
  });

  it('that fails is told in the log and nowhere else', async () => {
    const { parts, warnings } = house();
    const broken = { ...parts.retention, prunePortion: () => Promise.reject(new Error('disk full')) };
    await pruneAfterRun({ ...parts, retention: broken });
    expect(warnings).toEqual(['pruning failed']);
  });

  it('when asked goes to the end at once, or only counts', async () => {
    const { parts, left } = house(500);
    const operations = makeHousekeepingOperations(parts);
    expect(await operations.prune({ isTest: true })).toEqual({ ...NOTHING, runs: 500, logFiles: 0 });
    expect(left()).toBe(500);
    expect(await operations.prune({ isTest: false })).toEqual({ ...NOTHING, runs: 500, logFiles: 0 });
  });

  it('also takes files of the log, with or without old runs', async () => {
    const { parts, clock } = house(0);
    const asked: string[] = [];
    const files = (before: string) => asked.push(before);
    const operations = makeHousekeepingOperations({ ...parts, logFiles: { count: files, remove: files } });
    await operations.setRetention({ logsDays: 7 });
    expect(await operations.prune({ isTest: true })).toMatchObject({ logFiles: 1 });
    expect(await operations.prune({ isTest: false })).toMatchObject({ logFiles: 2 });
    const weekAgo = new Date(clock.now().getTime() - 7 * 24 * HOUR_MS).toISOString();
    expect(asked).toEqual([weekAgo, weekAgo]);
  });

  it('keeps as many days as the settings say', async () => {
    const { parts, asked, audited, clock } = house();
    const operations = makeHousekeepingOperations(parts);
    expect(await operations.retention()).toEqual({
      runsDays: 180,
      plansDays: 30,
      beforeImagesDays: 30,
      logsDays: 30,
    });
    const changed = { runsDays: 400, plansDays: 60, beforeImagesDays: 10, logsDays: 7 };
    expect(await operations.setRetention(changed)).toEqual(changed);
    expect(audited).toMatchObject([{ subject: 'retention' }]);
    await operations.prune({ isTest: true });
    const before = (days: number) => new Date(clock.now().getTime() - days * 24 * HOUR_MS).toISOString();
    expect(asked).toEqual([{ runs: before(400), plans: before(60), beforeImages: before(10) }]);
  });

  it.each([
    [{ beforeImagesDays: 31 }, 'plans must be kept as long as before-images'],
    [{ plansDays: 181 }, 'runs must be kept as long as their plans'],
    [{ runsDays: 0 }, 'whole number'],
    [{ runsDays: Number.NaN }, 'whole number'],
    [{ logsDays: 0 }, 'whole number'],
  ])('refuses %j', async (changes, reason) => {
    const operations = makeHousekeepingOperations(house().parts);
    await expect(operations.setRetention(changes)).rejects.toMatchObject({
      code: 'usage',
      details: { reason: expect.stringContaining(reason) },
    });
    expect(await operations.retention()).toMatchObject({ runsDays: 180 });
  });
});
