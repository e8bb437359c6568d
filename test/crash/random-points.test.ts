// Killed anywhere: a hundred points drawn from a seed over everything that the product asks its ports, over a mix of
// histories. A part of them in every test; all of them where nothing may be left out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CrashSite, type Moment } from './crash-site.ts';
import { HISTORIES, type History } from './histories.ts';
import { die, expectRepair, expectUndone, type Lived, live } from './interrupted.ts';

const POINTS = process.env.REQUIRE_ALL === '1' ? 100 : 20;
const SEED = 20_261_123;

let site: CrashSite;
let installed: Moment;
const lives = new Map<History, Promise<Lived>>();

beforeAll(async () => {
  site = await CrashSite.installed();
  installed = site.save();
});
afterAll(() => site.close());

function livedOf(history: History): Promise<Lived> {
  const known = lives.get(history) ?? live(site, installed, history);
  lives.set(history, known);
  return known;
}

/** Numbers from 0 to below 1 that depend on the seed alone (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const chance = seeded(SEED);
const points = Array.from({ length: POINTS }, (_, index) => {
  const history = HISTORIES[index % HISTORIES.length];
  if (history === undefined) throw new Error('there are histories');
  return { history, name: history.name, share: chance(), isUndone: chance() < 0.5 };
});

describe('killed at a random point', () => {
  it.each(points)('$name at $share, undone first: $isUndone', async ({ history, share, isUndone }) => {
    const lived = await livedOf(history);
    const n = 1 + Math.floor(share * lived.calls);
    const wreck = await die(site, lived, { at: 'anyCall', n });
    if (isUndone) await expectUndone(site, wreck);
    else await expectRepair(site, wreck);
  });

  it('covers every history', () => {
    expect(new Set(points.map(({ name }) => name)).size).toBe(HISTORIES.length);
  });
});
