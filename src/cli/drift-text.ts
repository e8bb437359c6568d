// What a verify run found, for terminal, page and spreadsheet: first how much in all, then mailbox by mailbox.

import {
  DRIFT_WORDS,
  type DriftFindingView,
  type DriftView,
  type MailboxDriftView,
  type ReportView,
  spreadsheetCell,
} from '@contactsync/contract';
import { count, type Paint, visible } from './terminal-text.ts';
import { countedWords, word } from './words.ts';

/** "In 3 of 40 mailboxes 5 contacts differ: 3 edited, 2 missing." */
export function driftSummary(drift: DriftView): string {
  const { mailboxes, mailboxesDiffering, differing, counts } = drift;
  if (mailboxes === 0) return 'No mailbox was looked into: no run has filled one yet.';
  const all = count(mailboxes, 'mailbox', 'mailboxes');
  if (mailboxesDiffering === 0) return `Nothing differs in ${all}.`;
  const contacts = count(differing, 'contact differs', 'contacts differ');
  return `In ${mailboxesDiffering.toLocaleString('en-US')} of ${all} ${contacts}: ${countedWords(counts, DRIFT_WORDS)}.`;
}

/** What the policy's rules leave as it is; undefined: nothing. */
export function leftText({ leftCounts }: Pick<DriftView, 'leftCounts'>): string | undefined {
  const text = countedWords(leftCounts, DRIFT_WORDS);
  return text === '' ? undefined : text;
}

/** Of one mailbox, in its line. */
export const mailboxDriftWords = ({ counts, differs }: MailboxDriftView): string =>
  differs ? countedWords(counts, DRIFT_WORDS) : 'nothing differs';

/** In the singular, before a name. */
const FINDING_WORDS: Readonly<Record<string, string>> = {
  missing: 'missing',
  movedAway: 'moved',
  edited: 'edited',
  wrongFolder: 'in another sub-folder',
  twice: 'stands twice',
  lostMark: 'without its mark',
  damagedMark: 'its mark is damaged',
  staleLedger: 'known otherwise by the ledger',
  folderGone: 'folder gone',
  folderUnmarked: 'folder without its mark',
  folderRenamed: 'folder renamed by the user',
  userValue: 'values of the user',
  contested: 'values that the mailbox keeps changing',
  copied: 'copied by the user',
  copiedAway: 'copied',
};

/** "edited: Erika Mustermann (jobTitle)" */
export function findingText(finding: DriftFindingView): string {
  const { kind, label, sourceObjectId, folder, elsewhere, properties } = finding;
  const who = label ?? sourceObjectId;
  const fields = properties === undefined ? '' : ` (${properties.join(', ')})`;
  const from = folder === '' ? '' : ` in "${visible(folder)}"`;
  const where = elsewhere === undefined ? from : ` to ${folderText(elsewhere)}`;
  const about = who === undefined ? where.trimStart() : `${visible(who)}${fields}${where}`;
  return [word(FINDING_WORDS, kind), about].filter((part) => part !== '').join(': ');
}

/** Contacts is called differently in every language: its own name stands without quotes. */
const folderText = (path: readonly string[]): string =>
  path.length === 0 ? 'Contacts' : `Contacts/${path.map(visible).join('/')}`;

const SHORT_FINDINGS = 5;

/** Below the line of a mailbox. */
export function findingLines(drift: MailboxDriftView, isShort: boolean, paint: Paint): string[] {
  const shown = isShort ? drift.findings.slice(0, SHORT_FINDINGS) : drift.findings;
  const lines = shown.map((finding) =>
    finding.isLeft
      ? paint('dim', `      left as it is: ${findingText(finding)}`)
      : `      ${findingText(finding)}`,
  );
  const inAll = [drift.counts, drift.leftCounts]
    .flatMap((counts) => Object.values(counts))
    .reduce((sum, number) => sum + number, 0);
  const more = inAll - shown.length;
  const hint = isShort && drift.findings.length > shown.length ? ' (--all)' : '';
  if (more > 0) lines.push(paint('dim', `      … and ${more.toLocaleString('en-US')} more${hint}`));
  if (drift.missingBy === 'nothing')
    lines.push(paint('dim', '      note: nothing tells who was written here; nobody can be missing'));
  return lines;
}

/** What to do about it. The policy by its id: a name may hold what a shell takes for more than a name. */
export function repairLines({ run, drift }: ReportView): string[] {
  if (drift === undefined || drift.mailboxesDiffering === 0) return [];
  return [
    'To see what a repair would write, and to repair:',
    `  contactsync run ${run.policyId} --repair --test`,
    `  contactsync run ${run.policyId} --repair`,
  ];
}

const HEAD = ['mailbox', 'state', 'finding', 'person', 'id', 'folder', 'properties', 'left as it is'];

/** One row for each finding; a mailbox without any has one too. */
export function driftRows(report: ReportView): readonly (readonly string[])[] {
  return [
    HEAD,
    ...report.perMailbox.flatMap(({ primarySmtpAddress, state, drift, failures }) => {
      const told = failures.map((failure) => `${failure.number} ${failure.sentence}`).join(' | ');
      const findings = drift?.findings ?? [];
      if (findings.length === 0) return [[primarySmtpAddress, state, told, '', '', '', '', '']];
      return findings.map(({ kind, label, sourceObjectId, folder, elsewhere, properties, isLeft }) => [
        primarySmtpAddress,
        state,
        word(FINDING_WORDS, kind),
        label ?? '',
        sourceObjectId ?? '',
        elsewhere === undefined ? folder : folderText(elsewhere),
        (properties ?? []).join(' '),
        isLeft ? 'yes' : 'no',
      ]);
    }),
  ].map((row) => row.map(spreadsheetCell));
}
