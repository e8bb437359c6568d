// The attached table: one row per change. RFC 4180 with the separator that a spreadsheet of the language expects, UTF-8
// with a byte order mark so that Excel reads names right. A cell that a spreadsheet would take for a formula gets a
// leading apostrophe.

import type { ChangeRow } from './report-mail.ts';
import { plainLine } from './safe-text.ts';
import type { ReportWords } from './words.ts';

// Also the full-width signs, which some spreadsheets treat alike.
const FORMULA = /^\s*[=+\-@＝＋－＠]/;

export function csvCell(value: string): string {
  // A tab or line break within a cell could begin another one in what is pasted from here.
  const plain = plainLine(value);
  const guarded = FORMULA.test(plain) ? `'${plain}` : plain;
  return /["',;]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

export function changesCsv(changes: readonly ChangeRow[], inAll: number, words: ReportWords): string {
  const head = words.csv.head;
  const rows = changes.map(({ mailbox, change, reason, label, properties, outcome }) => [
    mailbox,
    label,
    words.changes[change],
    reason === undefined ? '' : words.reasons[reason],
    properties.join(' '),
    words.outcomes[outcome],
  ]);
  const rest = inAll > changes.length ? [[words.csv.cut(inAll - changes.length)]] : [];
  const lines = [head, ...rows, ...rest].map((row) => row.map(csvCell).join(words.csv.separator));
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}
