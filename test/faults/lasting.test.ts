// A fault that stays for a while, or that nobody gets over: it is told by its number, reaches no further than it must,
// and once it is gone one more run makes everything good.

import { describe, expect, it } from 'vitest';
import { type Case, casesLasting, casesOnce } from './cases.ts';
import { MAILBOX_PLACES, type Place } from './places.ts';
import { type Played, play, strike } from './play.ts';
import { useStages } from './stages.ts';
import { addressOf, LEAVER } from './tenant.ts';
import { troubled, wronglyTold } from './told.ts';

/** Bruno's mailbox has changes of every kind; only the one that leaves loses its folder and gets it back. */
function struckIn({ stage, place }: Case): string {
  const isOfLeaver = place === 'folder removal' || (place === 'folder creation' && stage === 'rollback');
  return addressOf(isOfLeaver ? LEAVER : 'bruno');
}

/** Without an answer a change of contents is found when the mailbox is read again; reading has no such way out. */
const READS: readonly Place[] = ['folder look-up', 'next delta', 'first delta', 'list', 'single contact'];

const problemsOf = ({ stage, place, variant, told }: Case, played: Played): readonly string[] => {
  // A write that happened is found when its answer is looked for, as often as it takes.
  const isSettled = variant.action.kind === 'answer-lost' && !READS.includes(place);
  const mayPass = variant.mayPass === true || isSettled;
  const isInMailbox = MAILBOX_PLACES.includes(place);
  return [...played.problems, ...wronglyTold(on.stages[stage], { told, mayPass, isInMailbox }, played)];
};

const on = useStages();

describe('a fault that does not pass by itself, once', () => {
  it.each(casesOnce(false))('$stage: $name at "$place"', async (one) => {
    const played = await play(on.tenant, on.stages[one.stage], strike(one.variant, one.place));
    expect(played.met[one.variant.action.kind]).toBe(1);
    expect(problemsOf(one, played)).toEqual([]);
  });
});

describe('a fault that stays, in one mailbox', () => {
  it.each(casesLasting())('$stage: $name at "$place"', async (one) => {
    const mailbox = struckIn(one);
    const played = await play(
      on.tenant,
      on.stages[one.stage],
      strike(one.variant, one.place, { mailbox, count: 'unlimited' }),
    );
    expect(played.met[one.variant.action.kind]).toBeGreaterThan(0);
    expect(problemsOf(one, played)).toEqual([]);
    if (one.told !== 'nothing' && played.faulty.run.state !== 'finished')
      expect(troubled(played)).toEqual([mailbox]);
  });
});
