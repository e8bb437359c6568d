// A run report for a spreadsheet: one row per mailbox, of a verify run one per finding. RFC 4180, UTF-8 with a byte order mark so that Excel reads
// names right. A cell that a spreadsheet would take for a formula gets a leading apostrophe.

import { type ReportView, spreadsheetCell } from '@contactsync/contract';
import { driftRows } from './drift-text.ts';
import { noticeText } from './words.ts';

export const csvCell = (value: string | number): string =>
  typeof value === 'number' ? String(value) : spreadsheetCell(value);

const HEAD = [
  'mailbox',
  'purpose',
  'state',
  'planned new',
  'planned changes',
  'planned deletions',
  'planned hand-overs',
  'unchanged',
  'created',
  'adopted',
  'changed',
  'deleted',
  'handed over',
  'failed',
  'notices',
  'failures',
];

export function reportCsv(report: ReportView): string {
  if (report.drift !== undefined) return asFile(driftRows(report));
  const rows = report.perMailbox.map(({ planned, applied, ...mailbox }) => [
    mailbox.primarySmtpAddress,
    mailbox.purpose,
    mailbox.state,
    planned?.create ?? 0,
    (planned?.update ?? 0) + (planned?.adopt ?? 0),
    planned?.delete ?? 0,
    planned?.handOver ?? 0,
    planned?.keep ?? 0,
    applied?.created ?? 0,
    applied?.adopted ?? 0,
    applied?.updated ?? 0,
    applied?.deleted ?? 0,
    applied?.handedOver ?? 0,
    applied?.failed ?? 0,
    mailbox.notices.map(noticeText).join(' | '),
    mailbox.failures.map((failure) => `${failure.number} ${failure.sentence}`).join(' | '),
  ]);
  return asFile([HEAD, ...rows].map((row) => row.map(csvCell)));
}

const asFile = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${rows.map((row) => row.join(',')).join('\r\n')}\r\n`;
