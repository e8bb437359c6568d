// Breaks lines for a terminal between words, so that what belongs below a line stays indented below it.

import { stripVTControlCharacters } from 'node:util';
import type { Terminal } from './context.ts';
import { cells } from './terminal-text.ts';

/** As they are where nobody looks: what reads a file or pipe wants whole lines. Addresses are never broken. */
export function wrapped(lines: readonly string[], terminal: Terminal): readonly string[] {
  if (!terminal.isOutputTerminal) return lines;
  return lines.flatMap((line) => broken(line, terminal.width));
}

/** Blanks, then a mark such as of a list. */
const INDENT = /^ *(?:[-✓✗→·] )?/u;
/** To be copied: a break would be copied too. */
const COMMAND = /^ *(?:cmdlet: |contactsync )/;

const withoutColor = stripVTControlCharacters;
const width = (text: string): number => cells(withoutColor(text));

function broken(line: string, most: number): readonly string[] {
  if (width(line) <= most || COMMAND.test(line)) return [line];
  const below = INDENT.exec(withoutColor(line))?.[0].replace(/./gu, ' ') ?? '';
  const lines: string[] = [];
  const [first = '', ...words] = line.split(' ');
  let current = first;
  for (const word of words) {
    const isBegun = width(current) > below.length;
    if (isBegun && width(current) + 1 + width(word) > most) {
      lines.push(current.trimEnd());
      current = `${below}${word}`;
    } else {
      current = `${current} ${word}`;
    }
  }
  return [...lines, current];
}
