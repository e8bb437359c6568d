// Killed anywhere: a hundred points drawn from a seed over everything that the product asks its ports, over a mix of
// histories. A part of them in every test; all of them where nothing may be left out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CrashSite } from './crash-site.ts';
import { HISTORIES } from './histories.ts';
import { dieAt, livesOf, randomPoints } from './random-points.ts';

const POINTS = process.env.REQUIRE_ALL === '1' ? 100 : 20;
const points = randomPoints(POINTS, 20_261_123);

let site: CrashSite;
let livedOf: ReturnType<typeof livesOf>;

beforeAll(async () => {
  site = await CrashSite.installed();
  livedOf = livesOf(site, site.save());
});
afterAll(() => site.close());

describe('killed at a random point', () => {
  it.each(points)('$name at $share, undone first: $isUndone', async (point) => {
    await dieAt(site, await livedOf(point.history), point);
  });

  it('covers every history', () => {
    expect(new Set(points.map(({ name }) => name)).size).toBe(HISTORIES.length);
  });
});
