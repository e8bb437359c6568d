// Killed anywhere: a hundred points drawn from a seed over everything that the product asks its ports, over a mix of
// histories. A part of them in every test; all of them where nothing may be left out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CrashSite } from './crash-site.ts';
import { firstFill, HISTORIES } from './histories.ts';
import { die } from './interrupted.ts';
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

  it('dies at its last call when fewer are heard than before', async () => {
    const lived = await livedOf(firstFill);
    const { changed, run } = await die(site, lived, { at: 'anyCall', n: lived.calls + 100 });
    expect(changed).toBeGreaterThan(0);
    // The last calls are those after everything is written.
    expect(run?.state).toBe('finished');
    expect(site.data.journalOfNewest().open).toBe(0);
  });

  it('covers every history', () => {
    expect(new Set(points.map(({ name }) => name)).size).toBe(HISTORIES.length);
  });
});
