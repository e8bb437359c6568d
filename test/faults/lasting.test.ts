// A fault that stays for a while, or that nobody gets over: it is told by its number, reaches no further than it must,
// and once it is gone one more run makes everything good.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILURE_CODES, type FailureFacts } from '../../src/model/failure-codes.ts';
import { type Case, casesLasting, casesOnce } from './cases.ts';
import { sameContents } from './compare.ts';
import { MAILBOX_PLACES, type Place } from './places.ts';
import { type Played, play, strike } from './play.ts';
import { prepareStages, removeStages, type Stages } from './stages.ts';
import { addressOf, LEAVER, MAILBOXES, Tenant } from './tenant.ts';

/** Bruno's mailbox has changes of every kind; only the one that leaves loses its folder and gets it back. */
function struckIn({ stage, place }: Case): string {
  const isOfLeaver = place === 'folder removal' || (place === 'folder creation' && stage === 'rollback');
  return addressOf(isOfLeaver ? LEAVER : 'bruno');
}

/** Without an answer a change of contents is found when the mailbox is read again; reading has no such way out. */
const READS: readonly Place[] = ['folder look-up', 'next delta', 'first delta', 'list', 'single contact'];

let tenant: Tenant;
let stages: Stages;

beforeAll(async () => {
  tenant = await Tenant.start();
  stages = await prepareStages(tenant);
});
afterAll(async () => {
  removeStages(stages);
  await tenant.close();
});

const factsOf = (played: Played): readonly FailureFacts[] =>
  played.faulty.report.failures.map(({ failure }) => FAILURE_CODES[failure.code]);

/** Mailboxes of which the report tells anything bad. */
const troubled = ({ faulty }: Played): readonly string[] =>
  faulty.report.perMailbox
    .filter(({ failures, state }) => failures.length > 0 || state === 'skipped')
    .map(({ primarySmtpAddress }) => primarySmtpAddress);

/** The report of the faulty run, against what the table says. */
function wronglyTold({ stage, place, variant, told }: Case, played: Played): readonly string[] {
  const { run, report } = played.faulty;
  const facts = factsOf(played);
  const skipped = report.perMailbox.filter(({ state }) => state === 'skipped');
  const numbers = [
    ...facts.map(({ number }) => number),
    ...skipped.flatMap(({ failures }) => failures.map((one) => one.number)),
  ];
  // A write that happened is found when its answer is looked for, as often as it takes.
  const isSettled = variant.action.kind === 'answer-lost' && !READS.includes(place);
  if (numbers.length === 0 && (variant.mayPass === true || isSettled) && run.state === 'finished') return [];
  if (told === 'nothing') return numbers.map((number) => `tells ${number}`);
  // A gap in the reading names the failure behind it.
  const gaps = report.failures.filter(({ failure }) => failure.number === 14010 || failure.number === 14020);
  const reasons = gaps.map(({ failure }) => Number(failure.details?.reason)).filter(Number.isFinite);
  const wrong = [...numbers.filter((number) => number !== 14010 && number !== 14020), ...reasons].filter(
    (number) => !told.includes(number),
  );
  const boxes = troubled(played);
  const reachesRun =
    facts.some(({ scope }) => scope === 'run') || (run.state === 'failed' && numbers.length > 0);
  const others = MAILBOXES.filter((alias) => !boxes.includes(addressOf(alias)));
  return [
    ...(numbers.length === 0 ? ['tells nothing'] : []),
    ...wrong.map((number) => `tells ${number}`),
    ...(reachesRun && run.state !== 'failed' ? [`ends as ${run.state}`] : []),
    ...(reachesRun && boxes.length > 1 ? [`names ${boxes.length} mailboxes for what concerns the run`] : []),
    ...(!reachesRun && MAILBOX_PLACES.includes(place) && boxes.length !== 1
      ? [`names ${boxes.length} mailboxes for what struck one`]
      : []),
    ...(reachesRun || !MAILBOX_PLACES.includes(place)
      ? []
      : sameContents(
          stages[stage].reference.next,
          played.between,
          MAILBOXES.filter((alias) => !others.includes(alias)),
        ).map((one) => `others suffer: ${one}`)),
  ];
}

describe('a fault that does not pass by itself, once', () => {
  it.each(casesOnce(false))('$stage: $name at "$place"', async (one) => {
    const played = await play(tenant, stages[one.stage], strike(one.variant, one.place));
    expect(played.met[one.variant.action.kind]).toBe(1);
    expect([...played.problems, ...wronglyTold(one, played)]).toEqual([]);
  });
});

describe('a fault that stays, in one mailbox', () => {
  it.each(casesLasting())('$stage: $name at "$place"', async (one) => {
    const mailbox = struckIn(one);
    const played = await play(
      tenant,
      stages[one.stage],
      strike(one.variant, one.place, { mailbox, count: 'unlimited' }),
    );
    expect(played.met[one.variant.action.kind]).toBeGreaterThan(0);
    expect([...played.problems, ...wronglyTold(one, played)]).toEqual([]);
    if (one.told !== 'nothing' && played.faulty.run.state !== 'finished')
      expect(troubled(played)).toEqual([mailbox]);
  });
});
