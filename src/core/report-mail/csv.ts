// The attached table: one row per change. RFC 4180 with the separator that a spreadsheet of the language expects, UTF-8
// with a byte order mark so that Excel reads names right. A cell that a spreadsheet would take for a formula gets a
// leading apostrophe.

import { spreadsheetCell } from '@contactsync/contract';
import type { ChangeRow } from './report-mail.ts';
import { plainLine } from './safe-text.ts';
import type { ReportWords } from './words.ts';

/** Base64 makes a third more of it, and Microsoft Graph takes four megabytes for the whole mail. */
const MOST_BYTES = 2_000_000;

// A tab or line break within a cell could begin another one in what is pasted from here.
export const csvCell = (value: string): string => spreadsheetCell(plainLine(value));

export interface ChangesTable {
  readonly content: string;
  /** How many changes did not fit. */
  readonly rest: number;
}

/** `inAll`: how many changes there were; what does not fit is counted in the last line. */
export function changesCsv(changes: readonly ChangeRow[], inAll: number, words: ReportWords): ChangesTable {
  const line = (cells: readonly string[]) => `${cells.map(csvCell).join(words.csv.separator)}\r\n`;
  const encoder = new TextEncoder();
  const lines = [line(words.csv.head)];
  let bytes = 0;
  for (const { mailbox, change, reason, label, properties, outcome } of changes) {
    const next = line([
      mailbox,
      label,
      words.changes[change],
      reason === undefined ? '' : words.reasons[reason],
      properties.join(' '),
      words.outcomes[outcome],
    ]);
    bytes += encoder.encode(next).length;
    if (bytes > MOST_BYTES) break;
    lines.push(next);
  }
  const rest = inAll - (lines.length - 1);
  if (rest > 0) lines.push(line([words.csv.cut(rest)]));
  return { content: `\uFEFF${lines.join('')}`, rest };
}
