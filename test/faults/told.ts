// What a report tells about a fault, against what the table says: the right number, no further than it reaches, and
// nothing about the mailboxes that were not struck.

import { FAILURE_CODES, type FailureFacts } from '../../src/model/failure-codes.ts';
import { sameContents } from './compare.ts';
import type { Told } from './fault-table.ts';
import type { Played } from './play.ts';
import type { Stage } from './stages.ts';
import { addressOf, MAILBOXES } from './tenant.ts';

interface Wanted {
  readonly told: Told;
  /** Got over it may just as well be: then nothing is told. */
  readonly mayPass: boolean;
  /** Whoever is under way at that moment meets it too, and fails with it. */
  readonly reachesOthers?: boolean;
  /** It struck the requests of one mailbox. */
  readonly isInMailbox: boolean;
}

/** Mailboxes of which the report tells anything bad. */
export const troubled = ({ faulty }: Played): readonly string[] =>
  faulty.report.perMailbox
    .filter(({ failures, state }) => failures.length > 0 || state === 'skipped')
    .map(({ primarySmtpAddress }) => primarySmtpAddress);

export function wronglyTold(
  { reference }: Stage,
  { told, mayPass, reachesOthers = false, isInMailbox }: Wanted,
  played: Played,
): readonly string[] {
  const { run, report } = played.faulty;
  const facts: readonly FailureFacts[] = report.failures.map(({ failure }) => FAILURE_CODES[failure.code]);
  const skipped = report.perMailbox.filter(({ state }) => state === 'skipped');
  const numbers = [
    ...facts.map(({ number }) => number),
    ...skipped.flatMap(({ failures }) => failures.map((one) => one.number)),
  ];
  if (numbers.length === 0 && mayPass && run.state === 'finished') return [];
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
  return [
    ...(numbers.length === 0 ? ['tells nothing'] : []),
    ...wrong.map((number) => `tells ${number}`),
    ...(reachesRun && run.state !== 'failed' ? [`ends as ${run.state}`] : []),
    ...(reachesRun && !reachesOthers && boxes.length > 1
      ? [`names ${boxes.length} mailboxes for what concerns the run`]
      : []),
    ...(!reachesRun && isInMailbox && boxes.length !== 1
      ? [`names ${boxes.length} mailboxes for what struck one`]
      : []),
    ...(reachesRun || !isInMailbox
      ? []
      : sameContents(
          reference.next,
          played.between,
          MAILBOXES.filter((alias) => boxes.includes(addressOf(alias))),
        ).map((one) => `others suffer: ${one}`)),
  ];
}
