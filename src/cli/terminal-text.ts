// Text that is safe and well measured on a terminal. Names come from a directory that many people edit: control
// characters could move the cursor or recolor lines, and bidirectional marks could show a name that is not there.

import { styleText } from 'node:util';
import { UNSEEN_CHARACTERS } from '@contactsync/contract';

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** On one line, with everything that is not visible written out. */
export function visible(text: string): string {
  return text.replace(
    UNSEEN_CHARACTERS,
    (character) =>
      SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`,
  );
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

// East Asian wide and full-width ranges and emoji take two cells.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** Terminal cells, after `visible`. */
export function cells(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cells(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - cells(text))) + text;
}

export function cutTo(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const size = WIDE.test(segment) ? 2 : 1;
    if (used + size > width - 1) break;
    cut += segment;
    used += size;
  }
  return `${cut}…`;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = (style: Style, text: string) => string;

export const plainPaint: Paint = (_style, text) => text;
export const colorPaint: Paint = (style, text) => styleText(style, text, { validateStream: false });

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}
