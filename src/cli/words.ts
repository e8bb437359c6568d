// Plain English for what runs, plans and reports name by a short word. Unknown words (a newer product behind the
// same contract) are shown as they are.

import type {
  JournaledWritesView,
  MailboxReportView,
  NoticeView,
  OutcomeCountsView,
  PlanCountsView,
  ReportView,
  RunView,
} from '@contactsync/contract';
import { count } from './terminal-text.ts';

type Words = Readonly<Record<string, string>>;

export const RUN_STATE_WORDS: Words = {
  queued: 'queued',
  reading: 'reading',
  planning: 'planning',
  awaitingApproval: 'waits for approval',
  applying: 'applying',
  finished: 'finished',
  finishedWithErrors: 'finished with errors',
  failed: 'failed',
  interrupted: 'interrupted',
  superseded: 'superseded',
  cancelled: 'cancelled',
};

export const RUN_KIND_WORDS: Words = {
  run: 'run',
  test: 'test run',
  rollback: 'rollback',
  cleanup: 'clean-up',
  verify: 'verify run',
};

/** A test run with a run to undo is the test of its rollback. */
export const runKindText = ({ kind, undoes }: Pick<RunView, 'kind' | 'undoes'>): string =>
  kind === 'test' && undoes !== undefined ? 'test of a rollback' : word(RUN_KIND_WORDS, kind);

export const SKIP_WORDS: Words = {
  excluded: 'excluded by the policy',
  type: 'of another type',
  noMailboxSync: 'marked NoMailboxSync',
  license: 'over the license',
  notFound: 'not found',
  unknownMark: 'perhaps marked (not readable)',
  betweenSides: 'between both sides, left alone',
  perhapsMoved: 'no longer named, perhaps only moved, left alone',
};

export const NOTICE_WORDS: Words = {
  folderRefused: 'a folder of this name was not made by contactSync',
  folderRenamedByUser: 'the user renamed the folder; the name is respected',
  newerMark: 'written by a newer contactSync; left alone',
  copyLeftAlone: 'copies made by the user, left alone',
  userValueKept: 'values of the user kept',
  contested: 'values that the mailbox keeps changing, left as they are',
  userDeletionRespected: 'contacts the user deleted, not restored',
  lostMarkLeftAlone: 'edited contacts that lost our mark, left to the user',
  deletionsHeldBack: 'deletions held back, because the reading was incomplete',
  graceRunning: 'contacts in their days of grace',
  editedContactKept: 'contacts edited by the user, which do not go for good',
  samePersonOfOtherPolicy: 'people who are there through another policy too',
  writtenByOtherPolicy: 'people whom another policy of the folder writes',
  waitsForOtherPolicy: 'waiting for the next run of another policy of the folder',
  ambiguousAddress: 'people who share a mail address within the policy, not merged',
  changedSinceRun: 'changed by users since the run; kept as they are now',
};

export const word = (words: Words, key: string): string => words[key] ?? key;

/** Largest first: "12 hidden, 3 guests". */
export function countedWords(counts: Readonly<Record<string, number>>, words: Words): string {
  return Object.entries(counts)
    .filter(([, number]) => number > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([key, number]) => `${number.toLocaleString('en-US')} ${word(words, key)}`)
    .join(', ');
}

export function plannedWords(counts: PlanCountsView): string {
  const parts = [
    counts.create > 0 ? `${count(counts.create, 'new', 'new')}` : '',
    counts.adopt > 0 ? `${count(counts.adopt, 'to adopt', 'to adopt')}` : '',
    counts.update > 0 ? `${count(counts.update, 'to change', 'to change')}` : '',
    counts.delete > 0 ? `${count(counts.delete, 'to delete', 'to delete')}` : '',
    counts.handOver > 0 ? `${count(counts.handOver, 'to hand over', 'to hand over')}` : '',
  ].filter((part) => part !== '');
  const kept = counts.keep > 0 ? `${count(counts.keep, 'unchanged', 'unchanged')}` : '';
  if (parts.length === 0) return kept === '' ? 'nothing to do' : `nothing to do, ${kept}`;
  return [...parts, kept].filter((part) => part !== '').join(', ');
}

export function appliedWords(counts: OutcomeCountsView): string {
  const parts = (
    [
      [counts.created, 'created'],
      [counts.adopted, 'adopted'],
      [counts.updated, 'changed'],
      [counts.deleted, 'deleted'],
      [counts.handedOver, 'handed over'],
      [counts.failed, 'failed'],
    ] as const
  ).flatMap(([number, text]) => (number > 0 ? [count(number, text, text)] : []));
  return parts.length === 0 ? 'nothing written' : parts.join(', ');
}

const WHO_LOOKS: Words = {
  run: 'the next run looks',
  rollback: 'roll the run back again to look',
  cleanup: 'the next clean-up looks',
};

/** Of a run that was cut off: "20 written, 3 with unknown outcome; the next run looks"; of a mailbox without the end. */
export function writesWords({ written, unknown }: JournaledWritesView, kind?: RunView['kind']): string {
  const known = `${written.toLocaleString('en-US')} written`;
  if (unknown === 0) return written === 0 ? 'nothing written' : known;
  const open = `${known}, ${unknown.toLocaleString('en-US')} with unknown outcome`;
  return kind === undefined ? open : `${open}; ${word(WHO_LOOKS, kind)}`;
}

/** Whether nothing more happens to a mailbox that is only planned. */
const isOver = ({ run }: ReportView): boolean => run.kind !== 'test' && run.endedAt !== undefined;

/** How a mailbox ended, as one word: what was only planned when the run ended was not done. */
export function mailboxStateText({ state, writes }: MailboxReportView, report: ReportView): string {
  if (state !== 'planned' || !isOver(report)) return state;
  return writes !== undefined && writes.written + writes.unknown > 0 ? 'not finished' : 'not reached';
}

/** What was written in a mailbox, or else is to be written. */
export function mailboxWords(mailbox: MailboxReportView, report: ReportView): string {
  return [contactWords(mailbox, report), photosWords(mailbox)].filter((text) => text !== '').join('; ');
}

/** "photos: 2 written, 1 removed"; '' where none were. */
export function photosWords({ photos }: MailboxReportView): string {
  if (photos === undefined) return '';
  const parts = [
    [photos.written, 'written'],
    [photos.removed, 'removed'],
  ] as const;
  const told = parts.flatMap(([number, text]) => (number === 0 ? [] : [count(number, text, text)]));
  return `photos: ${told.join(', ')}`;
}

function contactWords(mailbox: MailboxReportView, report: ReportView): string {
  const { state, planned, applied, photos, writes } = mailbox;
  if (state === 'failed' || state === 'skipped') return state;
  if (applied === undefined && photos !== undefined && state === 'applied') return 'no contact changed';
  if (writes !== undefined && (state === 'planned' || state === 'partly' || writes.unknown > 0))
    return writes.written + writes.unknown === 0 ? mailboxStateText(mailbox, report) : writesWords(writes);
  if (state === 'planned' && isOver(report)) return mailboxStateText(mailbox, report);
  if (applied !== undefined) return appliedWords(applied);
  return planned === undefined ? state : plannedWords(planned);
}

export function changeCount(counts: PlanCountsView): number {
  return counts.create + counts.update + counts.delete + counts.handOver + counts.adopt;
}

/** "copies made by the user, left alone (2)" */
export function noticeText(notice: NoticeView): string {
  const properties =
    notice.properties === undefined || notice.properties.length === 0
      ? ''
      : `: ${notice.properties.join(', ')}`;
  return `${word(NOTICE_WORDS, notice.kind)} (${notice.count})${properties}`;
}
