// Breaks lines for a terminal between words, so that what belongs below a line stays indented below it.

import { stripVTControlCharacters } from 'node:util';
import type { Terminal } from './context.ts';
import { cells } from './terminal-text.ts';

/** As they are where nobody looks: what reads a file or pipe wants whole lines. Addresses are never broken. */
export function wrapped(lines: readonly string[], terminal: Terminal): readonly string[] {
  if (!terminal.isOutputTerminal) return lines;
  return lines.flatMap((line) => broken(line, terminal.width));
}

const width = (text: string): number => cells(stripVTControlCharacters(text));

function broken(line: string, most: number): readonly string[] {
  if (width(line) <= most) return [line];
  const [indent = ''] = /^ *(- )?/.exec(line) ?? [];
  const below = ' '.repeat(indent.length);
  const lines: string[] = [];
  let current = indent;
  let isBegun = false;
  for (const word of line.slice(indent.length).split(' ')) {
    if (isBegun && width(current) + 1 + width(word) > most) {
      lines.push(current.trimEnd());
      current = `${below}${word}`;
    } else {
      current = isBegun ? `${current} ${word}` : `${current}${word}`;
    }
    isBegun = true;
  }
  return [...lines, current];
}
