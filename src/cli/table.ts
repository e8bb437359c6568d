// Columns for lists on a terminal.

import { cells, cutTo, type Paint, padEnd, padStart, visible } from './terminal-text.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'right';
  /** Cut beyond this many cells. */
  readonly maxWidth?: number;
  readonly paint?: (text: string, row: Row) => string;
}

export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], paint: Paint): string[] {
  const texts = rows.map((row) =>
    columns.map((column) => cutTo(visible(column.value(row)), column.maxWidth ?? Number.POSITIVE_INFINITY)),
  );
  const widths = columns.map((column, index) =>
    Math.max(cells(column.title), ...texts.map((line) => cells(line[index] ?? ''))),
  );
  const lines = texts.map((line, rowIndex) =>
    columns
      .map((column, index) => {
        const text = line[index] ?? '';
        const width = widths[index] ?? 0;
        const isLast = index === columns.length - 1;
        const padded = column.align === 'right' ? padStart(text, width) : isLast ? text : padEnd(text, width);
        const row = rows[rowIndex];
        return column.paint === undefined || row === undefined ? padded : column.paint(padded, row);
      })
      .join('  ')
      .trimEnd(),
  );
  const head = columns
    .map((column, index) =>
      column.align === 'right'
        ? padStart(column.title, widths[index] ?? 0)
        : padEnd(column.title, widths[index] ?? 0),
    )
    .join('  ')
    .trimEnd();
  return [paint('dim', head), ...lines];
}
