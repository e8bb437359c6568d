// How serious a run is, and whether its report is wanted.

import type { FailureCode } from '../../model/failure-codes.ts';
import type { ReportPart } from '../../model/policy.ts';
import type { RunReport, SkippedMailbox } from '../../model/run.ts';

/** In this order. */
export const LEVELS = ['quiet', 'change', 'warning', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** What somebody should look into; the rest was wished for by a setting. */
const WORTH_A_WARNING: readonly SkippedMailbox['reason'][] = [
  'license',
  'notFound',
  'unknownMark',
  'betweenSides',
  'perhapsMoved',
];

/** What stays as it is for good reason; a mail in every run would be noise. */
const GOOD_TO_KNOW: readonly FailureCode[] = ['peopleNotJoined', 'sourceItemsNotListed', 'sourceItemsOurs'];

export const isWorthAWarning = ({ reason }: SkippedMailbox): boolean => WORTH_A_WARNING.includes(reason);

export function levelOf(report: RunReport): Level {
  const { state, source, mailboxes, photos, perMailbox, applied, drift } = report;
  if (state === 'failed' || state === 'interrupted' || state === 'finishedWithErrors') return 'error';
  // A person has to act, or nothing goes on.
  if (state === 'awaitingApproval') return 'error';
  const hasWarnings =
    state === 'cancelled' ||
    source?.isComplete === false ||
    mailboxes?.isComplete === false ||
    (source?.gaps.some(({ code }) => !GOOD_TO_KNOW.includes(code)) ?? false) ||
    (mailboxes?.gaps.length ?? 0) > 0 ||
    (mailboxes?.skipped.some(isWorthAWarning) ?? false) ||
    (photos?.failed ?? 0) > 0 ||
    (drift?.mailboxesDiffering ?? 0) > 0 ||
    perMailbox.some(({ notices }) => notices.some(({ kind }) => kind === 'deletionsHeldBack'));
  if (hasWarnings) return 'warning';
  const { created, updated, deleted, handedOver, adopted } = applied;
  const written = created + updated + deleted + handedOver + adopted;
  return written + (photos?.written ?? 0) + (photos?.removed ?? 0) > 0 ? 'change' : 'quiet';
}

const LEAST: Readonly<Record<ReportPart['when'], Level>> = {
  always: 'quiet',
  onChange: 'change',
  onWarning: 'warning',
  onError: 'error',
};

export function isWanted(
  { when, recipients }: Pick<ReportPart, 'when' | 'recipients'>,
  level: Level,
): boolean {
  return recipients.length > 0 && LEVELS.indexOf(level) >= LEVELS.indexOf(LEAST[when]);
}
