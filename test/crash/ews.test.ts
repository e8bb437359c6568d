// Killed while contacts are written over EWS: at the points where the story of a write, a folder, a rollback or a clean-up
// could be cut, and at random ones. From each death the same two ways lead on as over Graph.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CrashSite } from './crash-site.ts';
import { cleanUp, deletions, firstFill, HISTORIES, renamed, rollback, subFolders } from './histories.ts';
import { die, expectBothWaysOn } from './interrupted.ts';
import type { Death } from './orders.ts';
import { dieAt, livesOf, randomPoints } from './random-points.ts';

let site: CrashSite;
let livedOf: ReturnType<typeof livesOf>;

beforeAll(async () => {
  site = await CrashSite.installed('ews');
  livedOf = livesOf(site, site.save());
});
afterAll(() => site.close());

const before = (name: string, nth = 1): Death => ({ at: 'call', name, moment: 'before', nth });
const after = (name: string, nth = 1): Death => ({ at: 'call', name, moment: 'after', nth });
const MAILBOXES = 3;

describe('over EWS a process may die', () => {
  it.each([
    ['before a write', firstFill, before('target.applyChanges')],
    ['after a write and before its outcome', firstFill, after('target.applyChanges')],
    ['after an outcome and before the ledger', firstFill, before('ledger.write', MAILBOXES + 1)],
    ['after an update', renamed, after('target.applyChanges')],
    ['before a deletion', deletions, before('target.applyChanges', 2)],
    ['after a deletion', deletions, after('target.applyChanges')],
    ['before a folder is made', firstFill, before('target.applyFolder')],
    ['before the making of a folder is recorded', firstFill, after('target.applyFolder')],
    ['after a folder got its new name', subFolders, after('target.applyFolder')],
    ['between the folders of a mailbox', subFolders, after('target.applyFolder', 2 * MAILBOXES)],
    ['in a rollback, before a write', rollback, before('target.applyChanges')],
    ['in a rollback, after a write', rollback, after('target.applyChanges')],
    ['in a clean-up, after a write', cleanUp, after('target.applyChanges')],
    ['in a clean-up, before a mailbox is forgotten', cleanUp, before('memory.removeWrittenMailbox')],
  ] as const)('%s', async (_, history, death) => {
    await expectBothWaysOn(site, await die(site, await livedOf(history), death));
  });

  it('between two requests of the same mailbox', async () => {
    const wreck = await die(site, await livedOf(firstFill), after('http.ews', 4 * MAILBOXES));
    await expectBothWaysOn(site, wreck);
  });
});

const POINTS = process.env.REQUIRE_ALL === '1' ? 20 : 8;
const points = randomPoints(POINTS, 20_261_124);

describe('over EWS, killed at a random point', () => {
  it.each(points)('$name at $share, undone first: $isUndone', async (point) => {
    await dieAt(site, await livedOf(point.history), point);
  });

  it('covers every history', () => {
    expect(new Set(points.map(({ name }) => name)).size).toBe(HISTORIES.length);
  });
});
