// A run report on a terminal: totals first, then the brake, the mailboxes worth a look, and the failures.

import {
  type BrakeReasonView,
  type BrakeView,
  EXCLUSION_WORDS,
  type MailboxReportView,
  type PhotosView,
  type ReportView,
  type RunView,
} from '@contactsync/contract';
import { driftSummary, findingLines, leftText, mailboxDriftWords, repairLines } from './drift-text.ts';
import {
  aboutText,
  basisText,
  durationText,
  expectedPhotosText,
  rangeText,
  waitsText,
} from './duration-text.ts';
import { failureLine } from './failure-text.ts';
import { runLicenseText } from './license-text.ts';
import { mailLines } from './mail-text.ts';
import { count, type Paint, type Style, visible } from './terminal-text.ts';
import {
  appliedWords,
  changeCount,
  countedWords,
  mailboxWords,
  noticeText,
  plannedWords,
  RUN_STATE_WORDS,
  runKindText,
  SKIP_WORDS,
  word,
  writesWords,
} from './words.ts';

export function runTitle(run: RunView, paint: Paint): string {
  const kind = runKindText(run);
  const title = `${kind[0]?.toUpperCase()}${kind.slice(1)} of "${visible(run.policyName)}"`;
  return `${paint('bold', title)}  ${paint('dim', `revision ${run.policyRevision}, run ${run.id}`)}`;
}

const STATE_STYLES: Readonly<Partial<Record<RunView['state'], Style>>> = {
  finished: 'green',
  awaitingApproval: 'yellow',
  interrupted: 'yellow',
  cancelled: 'yellow',
  superseded: 'yellow',
  finishedWithErrors: 'red',
  failed: 'red',
};

/** What it took, and beside it what was foretold where the run came to its end. */
function duration({ run, times }: ReportView): string {
  if (run.endedAt === undefined) return '';
  const seconds = times?.took ?? Math.max(0, (Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000);
  const took =
    seconds < 60
      ? ` after ${seconds.toFixed(1)} s`
      : ` after ${seconds < 3600 ? minutes(seconds) : `${Math.floor(seconds / 3600)} h ${minutes(seconds % 3600)}`}`;
  const isWhole = run.state === 'finished' || run.state === 'finishedWithErrors';
  return times?.foretold === undefined || !isWhole ? took : `${took} (forecast ${rangeText(times.foretold)})`;
}

function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** For a test run, and for a plan that waits: what the real thing would take. */
export function forecastLine({ run, times }: ReportView): string | undefined {
  const forecast = times?.forecast;
  if (forecast === undefined || forecast.requests === 0) return undefined;
  const work = [
    count(forecast.writes, 'change'),
    ...expectedPhotosText(forecast),
    count(forecast.requests, 'request'),
  ].join(', ');
  const what = `${aboutText(forecast.total)}: ${work}; ${basisText(forecast)}.`;
  if (run.state === 'awaitingApproval') return `Once approved, it takes ${what}`;
  const isOver = run.state === 'finished' || run.state === 'finishedWithErrors';
  if (run.kind !== 'test' || !isOver) return undefined;
  const { reading, planning } = forecast;
  const looking = (reading?.expected ?? 0) + (planning?.expected ?? 0);
  const parts =
    forecast.writes === 0 || forecast.writing === undefined || looking === 0
      ? ''
      : ` ${durationText(looking)} of it for reading and planning, ${durationText(forecast.writing.expected)} for writing.`;
  return `The real run takes ${what}${parts}`;
}

/** `isCleanUp`: by order, not because they left. */
export function brakeReasonText(reason: BrakeReasonView, isCleanUp = false): string {
  const share = reason.unit === 'percent' ? `${reason.limit} %` : `${reason.limit}`;
  switch (reason.rule) {
    case 'people':
      return `${count(reason.count, 'person', 'people')} of ${reason.base} ${reason.count === 1 ? 'is' : 'are'} no longer selected (limit ${share})`;
    case 'mailboxes':
      return `${count(reason.count, 'mailbox', 'mailboxes')} of ${reason.base} ${isCleanUp ? 'would lose contacts' : `${reason.count === 1 ? 'has' : 'have'} left the policy and would be emptied`} (${isCleanUp && reason.limit === 0 ? 'this always waits for a person' : `limit ${share}`})`;
    case 'mailbox':
      return `${visible(reason.mailbox ?? 'one mailbox')} would lose ${count(reason.count, 'contact')} of ${reason.base}, of people who did not leave since the last run (limit ${share})`;
  }
}

export function brakeLines(brake: BrakeView, report: ReportView, paint: Paint): string[] {
  const { run } = report;
  // No source was read: also of a test.
  const isCleanUp = report.source === undefined;
  const lines = [
    run.kind === 'test'
      ? paint('yellow', 'The brake would stop this run before anything is written:')
      : paint('yellow', 'The brake is engaged; nothing was written:'),
    ...brake.reasons.slice(0, 10).map((reason) => `  - ${brakeReasonText(reason, isCleanUp)}`),
  ];
  const forecast = forecastLine(report);
  if (brake.reasons.length > 10) lines.push(`  … and ${count(brake.reasons.length - 10, 'more reason')}`);
  if (report.isPolicyEdited === true)
    lines.push('The policy was edited since, so this plan can no longer be approved: run it again.');
  else if (run.kind !== 'test' && run.state === 'awaitingApproval')
    lines.push(
      ...(forecast === undefined ? [] : [forecast]),
      'If this is what you want:',
      `  contactsync plan show ${run.id.slice(0, 8)}`,
      `  contactsync approve ${run.id.slice(0, 8)} --digest ${brake.digest}`,
      isCleanUp
        ? `Otherwise: contactsync cancel ${run.id.slice(0, 8)}`
        : 'Otherwise mend the policy and run it again; this plan is then superseded.',
    );
  return lines;
}

export function totalsLines(report: ReportView, paint: Paint): string[] {
  const lines: string[] = [];
  const row = (name: string, text: string) => lines.push(`  ${paint('dim', name.padEnd(10))} ${text}`);
  const { source, mailboxes, run, drift } = report;
  if (source !== undefined) {
    const excluded = countedWords(source.excluded, EXCLUSION_WORDS);
    row(
      'source',
      `${count(source.objects, 'object')}, ${source.selected.toLocaleString('en-US')} selected${excluded === '' ? '' : `; left out: ${excluded}`}`,
    );
    if (!source.isComplete)
      row('', paint('yellow', 'The source was not read completely: nothing is deleted.'));
    for (const gap of source.gaps) row('', failureLine(gap));
  }
  if (mailboxes !== undefined) {
    const reasons: Record<string, number> = {};
    for (const skipped of mailboxes.skipped) reasons[skipped.reason] = (reasons[skipped.reason] ?? 0) + 1;
    const skipped = countedWords(reasons, SKIP_WORDS);
    const leaving = mailboxes.leaving === 0 ? '' : `, ${mailboxes.leaving} leaving the policy`;
    row(
      'mailboxes',
      run.undoes !== undefined
        ? `${mailboxes.targets.toLocaleString('en-US')} that the run wrote to`
        : drift !== undefined
          ? `${drift.mailboxes.toLocaleString('en-US')} of ${mailboxes.targets.toLocaleString('en-US')} looked into`
          : `${mailboxes.found.toLocaleString('en-US')} found, ${mailboxes.targets.toLocaleString('en-US')} to fill${leaving}${skipped === '' ? '' : `; skipped: ${skipped}`}`,
    );
    if (!mailboxes.isComplete)
      row(
        '',
        paint(
          'yellow',
          `The list of mailboxes was not read completely${drift === undefined ? ': nothing is deleted' : ''}.`,
        ),
      );
    for (const gap of mailboxes.gaps) row('', failureLine(gap));
    if (mailboxes.license !== undefined) row('license', runLicenseText(mailboxes.license));
  }
  if (drift !== undefined) {
    row('contacts', drift.contacts.toLocaleString('en-US'));
    const left = leftText(drift);
    if (left !== undefined) row('left', `by the rules of the policy: ${left}`);
  } else if (report.perMailbox.length > 0) row('planned', plannedWords(report.planned));
  const hasWritten = Object.values(report.applied).some((number) => number > 0);
  if (report.writes !== undefined) row('written', writesWords(report.writes, run.kind));
  else if (run.kind !== 'test' && drift === undefined && (hasWritten || run.state === 'finished'))
    row('written', appliedWords(report.applied));
  if (report.photos !== undefined) {
    row('photos', photosText(report.photos));
    for (const failure of report.photos.failures) {
      row('', failureLine(failure));
      row('', paint('dim', failure.remedy));
    }
  }
  const waits = report.times === undefined ? undefined : waitsText(report.times);
  if (waits !== undefined) row('waited', waits);
  return lines;
}

function photosText({ written, removed, kept, left, postponed, failed }: PhotosView): string {
  const parts: readonly (readonly [number, string])[] = [
    [removed, 'removed'],
    [kept, 'left to the user, who set another'],
    [left, 'withdrawn, but cannot be removed'],
    [postponed, 'postponed to the next run'],
    [failed, 'failed'],
  ];
  const more = parts.flatMap(([number, text]) =>
    number === 0 ? [] : [`, ${number.toLocaleString('en-US')} ${text}`],
  );
  return `${written.toLocaleString('en-US')} written${more.join('')}`;
}

/** Only what is as it should be gets the check mark; the plan of a test run is what it was to find out. */
export function mailboxMood({ state, failures }: MailboxReportView, { run }: ReportView) {
  if (state === 'failed' || (state === 'partly' && failures.length > 0)) return 'bad';
  const isOpen = state === 'planned' && run.kind !== 'test';
  return isOpen || state === 'skipped' || state === 'partly' || state === 'differs' ? 'warn' : 'good';
}

function mailboxLine(
  mailbox: MailboxReportView,
  report: ReportView,
  isShort: boolean,
  paint: Paint,
): string[] {
  const sign = { good: paint('green', '✓'), warn: paint('yellow', '○'), bad: paint('red', '✗') };
  const isRead = mailbox.drift !== undefined && mailbox.state !== 'failed';
  const what = isRead ? mailboxDriftWords(mailbox.drift) : mailboxWords(mailbox, report);
  const lines = [`  ${sign[mailboxMood(mailbox, report)]} ${visible(mailbox.primarySmtpAddress)}  ${what}`];
  if (mailbox.drift !== undefined) lines.push(...findingLines(mailbox.drift, isShort, paint));
  for (const notice of mailbox.notices) lines.push(paint('dim', `      note: ${noticeText(notice)}`));
  for (const failure of mailbox.failures.slice(0, 3)) lines.push(`      ${failureLine(failure)}`);
  if (mailbox.failures.length > 3)
    lines.push(`      … and ${count(mailbox.failures.length - 3, 'more failure')}`);
  return lines;
}

const isWorthALook = (mailbox: MailboxReportView) =>
  mailbox.failures.length > 0 ||
  mailbox.notices.length > 0 ||
  mailbox.state === 'skipped' ||
  (mailbox.planned !== undefined && changeCount(mailbox.planned) > 0) ||
  mailbox.applied !== undefined ||
  mailbox.photos !== undefined ||
  mailbox.state === 'differs' ||
  (mailbox.drift?.left ?? 0) > 0;

/** One by one, up to `maxMailboxes`; those with failures come first. */
export function mailboxLines(report: ReportView, maxMailboxes: number, paint: Paint): string[] {
  const rank = (mailbox: MailboxReportView) =>
    mailbox.failures.length > 0 ? 0 : mailbox.notices.length > 0 || mailbox.state === 'differs' ? 1 : 2;
  const worth = report.perMailbox.filter(isWorthALook).sort((a, b) => rank(a) - rank(b));
  const shown = worth.slice(0, maxMailboxes);
  const isShort = Number.isFinite(maxMailboxes);
  const lines = shown.flatMap((mailbox) => mailboxLine(mailbox, report, isShort, paint));
  const hidden = worth.length - shown.length;
  if (hidden > 0)
    lines.push(paint('dim', `  … and ${count(hidden, 'more mailbox', 'more mailboxes')} (--all)`));
  const quiet = report.perMailbox.length - worth.length;
  if (quiet > 0) lines.push(paint('dim', `  ${count(quiet, 'mailbox', 'mailboxes')} unchanged`));
  return lines;
}

/** What stands below the mailboxes: the brake, the failures, how it ended. */
export function endLines(report: ReportView, paint: Paint): string[] {
  const { run } = report;
  const lines: string[] = [];
  const isReleased = run.kind !== 'test' && run.state !== 'awaitingApproval';
  if (report.brake !== undefined && !isReleased) lines.push(...brakeLines(report.brake, report, paint), '');
  if (report.failures.length > 0) {
    lines.push('Failures');
    for (const { failure, count: times } of report.failures)
      lines.push(
        `  ${paint('red', `${times} ×`)} ${failureLine(failure)}`,
        paint('dim', `      ${failure.remedy}`),
      );
    lines.push('');
  }
  const state = word(RUN_STATE_WORDS, run.state);
  const style = STATE_STYLES[run.state];
  const written = run.kind === 'test' || run.kind === 'verify' ? '; nothing was written' : '';
  const forecast = run.kind === 'test' ? forecastLine(report) : undefined;
  lines.push(
    `${style === undefined ? state : paint(style, state)}${paint('dim', `${duration(report)}${written}`)}`,
    ...(forecast === undefined ? [] : [forecast]),
    ...repairLines(report),
    ...mailLines(report.mails ?? [], paint),
  );
  return lines;
}

export function reportLines(report: ReportView, maxMailboxes: number, paint: Paint): string[] {
  // What waits for an approval is looked at with "plan show"; here the brake must not scroll away.
  const isWaiting = report.run.state === 'awaitingApproval';
  const mailboxes = isWaiting ? [] : mailboxLines(report, maxMailboxes, paint);
  return [
    runTitle(report.run, paint),
    ...(report.drift === undefined ? [] : [driftSummary(report.drift)]),
    ...totalsLines(report, paint),
    '',
    ...mailboxes,
    ...(mailboxes.length === 0 ? [] : ['']),
    ...endLines(report, paint),
  ];
}
